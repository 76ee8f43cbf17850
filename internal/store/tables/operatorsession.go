package tables

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operator"
)

func operatorThing(id uuid.UUID) thing { return thing{"operator", "operator", "id", id[:]} }
func codeThing(of uuid.UUID) thing     { return thing{"operator_code", "operator_code", "operator", of[:]} }
func sessionThing(id uuid.UUID) thing {
	return thing{"operator_session", "operator_session", "id", id[:]}
}

func (t *tx) putSession(s operator.Session) error {
	return t.exec(`INSERT INTO operator_session (id, operator, hash, created_at, seen_at, ends_at)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6)`, s.ID[:], s.Operator.ID[:], s.Hash, micros(s.CreatedAt), micros(s.SeenAt),
		micros(s.EndsAt))
}

// Meet begins a session of an operator whom an issuer tells of, and brings what is known of him up to date. It is
// logged in his name: he did so by signing in.
func (db *DB) Meet(ctx context.Context, now operator.Operator, s operator.Session) (operator.Session, error) {
	return give(ctx, db, func(tx *tx) (operator.Session, error) {
		found, err := rows(tx, `SELECT `+operatorColumns+` FROM operator o WHERE o.subject = ?1 AND o.subject <> ''`,
			scanOperator, now.Subject)
		if err != nil {
			return s, err
		}
		begun := s
		begun.Operator = now
		if len(found) > 0 {
			if found[0].Disabled {
				return s, refusal{operator.ErrDisabled}
			}
			begun.Operator = found[0].Met(now)
		}
		of := begun.Operator
		return begun, tx.audited(as(ctx, of), db, func() error {
			if len(found) == 0 {
				err = tx.putOperator(of)
			} else {
				err = tx.changeOperator(found[0], of)
			}
			if err != nil {
				return err
			}
			return tx.putSession(begun)
		}, operatorThing(of.ID), sessionThing(s.ID))
	})
}

// OperatorSession returns a session with its operator.
func (db *DB) OperatorSession(ctx context.Context, hash []byte) (operator.Session, error) {
	s, err := one(ctx, db, `SELECT `+operatorColumns+`, s.id, s.hash, s.created_at, s.seen_at, s.ends_at
		FROM operator_session s JOIN operator o ON o.id = s.operator WHERE s.hash = ?1`,
		func(row scanner) (s operator.Session, err error) {
			var created, seen, ends int64
			s.Operator, err = scanOperator(longer{row, []any{&s.ID, &s.Hash, &created, &seen, &ends}})
			s.CreatedAt, s.SeenAt, s.EndsAt = fromMicros(created), fromMicros(seen), fromMicros(ends)
			return s, err
		}, hash)
	return s, missing(err, operator.ErrNoSession)
}

// SeeSession notes when a session was used.
func (db *DB) SeeSession(ctx context.Context, id uuid.UUID, at time.Time) error {
	return db.do(ctx, func(tx *tx) error {
		return tx.exec(`UPDATE operator_session SET seen_at = ?2 WHERE id = ?1 AND seen_at < ?2`, id[:], micros(at))
	})
}

// EndSession ends a session.
func (db *DB) EndSession(ctx context.Context, id uuid.UUID) error {
	return db.audited(ctx, func(tx *tx) error {
		return tx.exec(`DELETE FROM operator_session WHERE id = ?1`, id[:])
	}, sessionThing(id))
}
