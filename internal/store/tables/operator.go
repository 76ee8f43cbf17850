package tables

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/operator"
)

const operatorColumns = `o.id, o.name, o.email, o.subject, o.role, o.payloads, o.disabled, o.created_at, o.updated_at`

func scanOperator(row scanner) (o operator.Operator, err error) {
	var created, updated int64
	err = row.Scan(&o.ID, &o.Name, &o.Email, &o.Subject, &o.Role, &o.Payloads, &o.Disabled, &created, &updated)
	o.CreatedAt, o.UpdatedAt = fromMicros(created), fromMicros(updated)
	return o, err
}

// Operator returns an operator.
func (db *DB) Operator(ctx context.Context, id uuid.UUID) (operator.Operator, error) {
	o, err := one(ctx, db, `SELECT `+operatorColumns+` FROM operator o WHERE o.id = ?1`, scanOperator, id[:])
	return o, missing(err, operator.ErrNotFound)
}

// Operators lists all by their emails.
func (db *DB) Operators(ctx context.Context) ([]operator.Operator, error) {
	return list(ctx, db, `SELECT `+operatorColumns+` FROM operator o ORDER BY o.email, o.id`, scanOperator)
}

// InsertOperator adds an operator with a code.
func (db *DB) InsertOperator(ctx context.Context, o operator.Operator, c *operator.Code) error {
	return db.audited(ctx, func(tx *tx) error {
		known, err := tx.there(`SELECT 1 FROM operator WHERE email = ?1 AND subject = ''`, o.Email)
		if err != nil || known {
			return refusedOr(err, operator.ErrExists)
		}
		if err := tx.putOperator(o); err != nil || c == nil {
			return err
		}
		return tx.putCode(o.ID, *c)
	}, operatorThing(o.ID), codeThing(o.ID))
}

func (t *tx) putOperator(o operator.Operator) error {
	return t.exec(`INSERT INTO operator (id, name, email, subject, role, payloads, disabled, created_at, updated_at)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)`, o.ID[:], o.Name, o.Email, o.Subject, o.Role, o.Payloads, o.Disabled,
		micros(o.CreatedAt), micros(o.UpdatedAt))
}

func (t *tx) putCode(of uuid.UUID, c operator.Code) error {
	if err := t.exec(`DELETE FROM operator_code WHERE operator = ?1`, of[:]); err != nil {
		return err
	}
	return t.exec(`INSERT INTO operator_code (operator, hash, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)`, of[:],
		c.Hash, micros(c.CreatedAt), micros(c.ExpiresAt))
}

// ChangeOperator changes an operator as it was read.
func (db *DB) ChangeOperator(ctx context.Context, from, to operator.Operator, may func([]operator.Operator) error) error {
	return db.audited(ctx, func(tx *tx) error {
		if err := tx.allows(may); err != nil {
			return err
		}
		return tx.changeOperator(from, to)
	}, operatorThing(from.ID), codeThing(from.ID))
}

// allows asks whether something may be done, given all operators.
func (t *tx) allows(may func([]operator.Operator) error) error {
	all, err := rows(t, `SELECT `+operatorColumns+` FROM operator o ORDER BY o.email, o.id`, scanOperator)
	if err != nil {
		return err
	}
	if err := may(all); err != nil {
		return refusal{err}
	}
	return nil
}

// changeOperator ends what stood for an operator as he was.
func (t *tx) changeOperator(from, to operator.Operator) error {
	n, err := t.change(`UPDATE operator SET name = ?3, email = ?4, role = ?5, payloads = ?6, disabled = ?7, updated_at = ?8
		WHERE id = ?1 AND updated_at = ?2`, from.ID[:], micros(from.UpdatedAt), to.Name, to.Email, to.Role, to.Payloads,
		to.Disabled, micros(to.UpdatedAt))
	if err := overtaken(n, err); err != nil || !from.Ends(to) {
		return err
	}
	if err := t.exec(`DELETE FROM operator_session WHERE operator = ?1`, from.ID[:]); err != nil {
		return err
	}
	return t.exec(`DELETE FROM operator_code WHERE operator = ?1`, from.ID[:])
}

// DeleteOperator removes an operator as it was read, with what stood for him.
func (db *DB) DeleteOperator(ctx context.Context, o operator.Operator, may func([]operator.Operator) error) error {
	return db.audited(ctx, func(tx *tx) error {
		if err := tx.allows(may); err != nil {
			return err
		}
		n, err := tx.change(`DELETE FROM operator WHERE id = ?1 AND updated_at = ?2`, o.ID[:], micros(o.UpdatedAt))
		if err := overtaken(n, err); err != nil {
			return err
		}
		if err := tx.exec(`DELETE FROM operator_session WHERE operator = ?1`, o.ID[:]); err != nil {
			return err
		}
		return tx.exec(`DELETE FROM operator_code WHERE operator = ?1`, o.ID[:])
	}, operatorThing(o.ID), codeThing(o.ID))
}

// PutCode gives an operator a code.
func (db *DB) PutCode(ctx context.Context, of uuid.UUID, c operator.Code) error {
	return db.audited(ctx, func(tx *tx) error {
		there, err := tx.there(`SELECT 1 FROM operator WHERE id = ?1`, of[:])
		if err != nil || !there {
			return refusedOr(err, operator.ErrNotFound)
		}
		return tx.putCode(of, c)
	}, codeThing(of))
}

// UseCode begins a session by a code, which ends. It is logged in the name of whose code it is.
func (db *DB) UseCode(ctx context.Context, hash []byte, s operator.Session) (operator.Session, error) {
	return give(ctx, db, func(tx *tx) (operator.Session, error) {
		var c operator.Code
		found, err := rows(tx, `SELECT `+operatorColumns+`, c.expires_at FROM operator_code c
			JOIN operator o ON o.id = c.operator WHERE c.hash = ?1`, func(row scanner) (operator.Operator, error) {
			var ends int64
			o, err := scanOperator(longer{row, []any{&ends}})
			c.ExpiresAt = fromMicros(ends)
			return o, err
		}, hash)
		if err != nil {
			return s, err
		}
		if len(found) == 0 || !c.Opens(found[0], s.CreatedAt) {
			return s, refusal{operator.ErrNoCode}
		}
		begun := s
		begun.Operator = found[0]
		return begun, tx.audited(as(ctx, begun.Operator), db, func() error {
			if err := tx.exec(`DELETE FROM operator_code WHERE hash = ?1`, hash); err != nil {
				return err
			}
			return tx.putSession(begun)
		}, codeThing(begun.Operator.ID), sessionThing(s.ID))
	})
}

// longer reads more columns of a row behind those that are asked for.
type longer struct {
	scanner
	more []any
}

// Scan reads both.
func (l longer) Scan(into ...any) error { return l.scanner.Scan(append(into, l.more...)...) }

// as is a context in which the operator acts, from where the one before acted.
func as(ctx context.Context, o operator.Operator) context.Context {
	who := audit.Of(ctx)
	who.Name = o.Actor()
	return audit.By(ctx, who)
}

// SweepSessions removes sessions and codes that ended before a time.
func (db *DB) SweepSessions(ctx context.Context, before time.Time) (more bool, err error) {
	old, err := list(ctx, db, `SELECT 1 WHERE EXISTS (SELECT 1 FROM operator_session WHERE ends_at < ?1) OR
		EXISTS (SELECT 1 FROM operator_code WHERE expires_at < ?1)`, scanOne[int], micros(before))
	if err != nil || len(old) == 0 {
		return false, err
	}
	n, err := give(ctx, db, func(tx *tx) (int64, error) {
		sessions, err := tx.change(`DELETE FROM operator_session WHERE id IN (SELECT id FROM operator_session
			WHERE ends_at < ?1 LIMIT ?2)`, micros(before), sweptOnce)
		if err != nil {
			return 0, err
		}
		codes, err := tx.change(`DELETE FROM operator_code WHERE operator IN (SELECT operator FROM operator_code
			WHERE expires_at < ?1 LIMIT ?2)`, micros(before), sweptOnce)
		return max(sessions, codes), err
	})
	return n == sweptOnce, err
}
