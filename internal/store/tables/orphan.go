package tables

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/record"
)

// orphansOnce bounds the records that are settled in one transaction, because every other write
// waits for it.
const orphansOnce = 100

// leave notes that a connection, if it is deleted, has records to settle.
func (t *tx) leave(connection uuid.UUID) error {
	deleted, err := recalled(&t.known.deleted, connection, func() (bool, error) {
		return t.there(`SELECT 1 FROM connection WHERE id = ?1 AND status = 'deleted'`, connection[:])
	})
	if err != nil || !deleted {
		return err
	}
	return t.exec(`INSERT INTO connection_leaving (connection) VALUES (?1) ON CONFLICT DO NOTHING`, connection[:])
}

// follow notes what a change of a connection means for the records of deleted ones: its own, if it
// is deleted, and those of its account, if it is new.
func (t *tx) follow(db *DB, c connection.Change) error {
	switch {
	case c.To.Status == connection.Deleted:
		t.woken = append(t.woken, db.tellLeft)
		return t.leave(c.To.ID)
	case c.From.ID == uuid.Nil:
		t.woken = append(t.woken, db.tellLeft)
		return t.exec(`INSERT INTO connection_leaving (connection) SELECT id FROM connection
			WHERE tsp = ?1 AND account = ?2 AND fleet = ?3 AND status = 'deleted' ON CONFLICT DO NOTHING`,
			string(c.To.TSP), c.To.Account, c.To.Fleet[:])
	}
	return nil
}

// tellLeft lets Left receive, unless it is to do so already.
func (db *DB) tellLeft() {
	select {
	case db.left <- struct{}{}:
	default:
	}
}

// Left receives once a change of a connection has left something to settle.
func (db *DB) Left() <-chan struct{} { return db.left }

// Leaving lists the deleted connections whose records are to be settled.
func (db *DB) Leaving(ctx context.Context) ([]uuid.UUID, error) {
	return list(ctx, db, `SELECT connection FROM connection_leaving`, scanOne[uuid.UUID])
}

// orphan is a record that a deleted connection has reached, by its row.
type orphan struct {
	record.Orphan
	seq  int64
	id   uuid.UUID
	of   listened
	seen int64
}

// SettleOrphans settles records of a deleted connection.
func (db *DB) SettleOrphans(ctx context.Context, connection uuid.UUID, behind int64, at time.Time) (int64, error) {
	return give(ctx, db, func(tx *tx) (int64, error) {
		found, err := tx.orphans(connection, behind)
		if err != nil {
			return 0, err
		}
		for _, o := range found {
			change, err := tx.settleOrphan(connection, o, at)
			if err == nil {
				err = tx.tellStored(db, o.of, o.id, change, at)
			}
			if err != nil {
				return 0, err
			}
		}
		if len(found) < orphansOnce {
			if err := tx.forgetExecutions(connection); err != nil {
				return 0, err
			}
			return 0, tx.exec(`DELETE FROM connection_leaving WHERE connection = ?1`, connection[:])
		}
		return found[len(found)-1].seq, nil
	})
}

// orphans reads the next of a deleted connection's records, with the connections that may take them
// over.
func (t *tx) orphans(connection uuid.UUID, behind int64) ([]orphan, error) {
	found, err := rows(t, `SELECT r.seq, r.id, r.fleet, r.kind, x.seen_at, CASE WHEN x.gone_at > 0 THEN 1 ELSE 0 END,
		CASE WHEN r.connection = ?1 THEN 1 ELSE 0 END, CASE WHEN r.deleted_at > 0 THEN 1 ELSE 0 END
		FROM record_reach x JOIN record r ON r.seq = x.record WHERE x.connection = ?1 AND x.record > ?2
		ORDER BY x.record LIMIT ?3`, func(row scanner) (o orphan, err error) {
		err = row.Scan(&o.seq, &o.id, &o.of.fleet, &o.of.kind, &o.seen, &o.Lost, &o.Own, &o.Deleted)
		o.Log = o.of.kind.Facts().Log
		return o, err
	}, connection[:], behind, orphansOnce)
	if err != nil {
		return nil, err
	}
	account, err := rows(t, `SELECT c.id FROM connection c JOIN connection d ON d.id = ?1
		AND c.fleet = d.fleet AND c.tsp = d.tsp AND c.account = d.account
		WHERE c.status NOT IN ('deleted', 'cancelled') ORDER BY c.created_at, c.id`,
		scanOne[uuid.UUID], connection[:])
	if err != nil {
		return nil, err
	}
	for i := range found {
		found[i].Account = account
		found[i].Reached, err = rows(t, `SELECT c.id FROM connection d
			JOIN connection c ON c.fleet = d.fleet AND c.status <> 'deleted'
			JOIN record_reach x ON x.connection = c.id AND x.record = ?2 AND x.gone_at = 0 WHERE d.id = ?1
			ORDER BY c.created_at, c.id`, scanOne[uuid.UUID], connection[:], found[i].seq)
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// settleOrphan writes what becomes of one, and returns what that is to whoever reads it. An heir
// reaches it as the deleted connection did, so that its next import tells whether it is still there.
func (t *tx) settleOrphan(connection uuid.UUID, o orphan, at time.Time) (change record.Change, err error) {
	s := o.Settle()
	if s.Heir != uuid.Nil {
		if err := t.exec(`UPDATE record SET connection = ?2 WHERE seq = ?1`, o.seq, s.Heir[:]); err != nil {
			return "", err
		}
	}
	if s.Adopted {
		err := t.exec(`INSERT INTO record_reach (connection, record, kind, seen_at, gone_at) VALUES (?1, ?2, ?3, ?4, 0)
			ON CONFLICT (connection, record) DO UPDATE SET gone_at = 0`, s.Heir[:], o.seq, string(o.of.kind), o.seen)
		if err != nil {
			return "", err
		}
		err = t.exec(`UPDATE record SET deleted_at = 0, updated_at = ?2, shelf = shelf & ~CAST(?3 AS BIGINT)
			| CAST(?4 AS BIGINT) WHERE seq = ?1 AND deleted_at > 0`, o.seq, micros(at), record.ShelfDeleted, retimed)
		if err != nil {
			return "", err
		}
	}
	if s.Deleted {
		err := t.exec(`UPDATE record SET deleted_at = ?2, updated_at = ?2, shelf = shelf | CAST(?3 AS BIGINT) WHERE seq = ?1`,
			o.seq, micros(at), record.ShelfDeleted|retimed)
		if err != nil {
			return "", err
		}
	}
	return o.Change(s), t.exec(`UPDATE record_reach SET gone_at = ?3 WHERE connection = ?1 AND record = ?2
		AND gone_at = 0`,
		connection[:], o.seq, micros(at))
}
