package tables

import (
	"context"
	"encoding/binary"
	"time"

	"github.com/google/uuid"
)

// sweptOnce bounds the rows that are removed in one transaction, because every other write waits for
// it.
const sweptOnce = 250

// leaveSubscription drops some of what a deleted subscription leaves and notes that there may be more.
func (t *tx) leaveSubscription(id uuid.UUID) error {
	err := t.exec(`INSERT INTO subscription_leaving (subscription) VALUES (?1) ON CONFLICT DO NOTHING`, id[:])
	if err != nil {
		return err
	}
	_, err = t.dropDeliveries(deliveriesOf, id[:], sweptOnce)
	return err
}

// deliveriesOf names the states because indexes of deliveries are by state.
const deliveriesOf = `SELECT seq, event FROM delivery WHERE subscription = ?1 AND state = 'waiting'
	UNION ALL SELECT seq, event FROM delivery WHERE subscription = ?1 AND state = 'dead' LIMIT ?2`

// dropped is a delivery that is removed.
type dropped struct {
	seq   int64
	event uuid.UUID
}

// dropDeliveries removes the deliveries of a query, and the events that no other delivery needs.
func (t *tx) dropDeliveries(query string, args ...any) (n int, err error) {
	found, err := rows(t, query, func(row scanner) (d dropped, err error) {
		err = row.Scan(&d.seq, &d.event)
		return d, err
	}, args...)
	if err != nil {
		return 0, err
	}
	for _, d := range found {
		if err := t.dropDelivery(d.seq, d.event); err != nil {
			return 0, err
		}
	}
	return len(found), nil
}

// SweepDeleted removes what a deleted subscription has left: deliveries first, because an attempt that is
// under way writes a log only while its delivery is there.
func (db *DB) SweepDeleted(ctx context.Context) (more bool, err error) {
	left, err := list(ctx, db, `SELECT subscription FROM subscription_leaving LIMIT 1`, scanOne[uuid.UUID])
	if err != nil || len(left) == 0 {
		return false, err
	}
	id := left[0]
	return true, db.do(ctx, func(tx *tx) error {
		n, err := tx.dropDeliveries(deliveriesOf, id[:], sweptOnce)
		if err != nil || n > 0 {
			return err
		}
		for _, some := range []string{
			`DELETE FROM delivery_log WHERE id IN (SELECT id FROM delivery_log WHERE subscription = ?1 LIMIT ?2)`,
			`DELETE FROM delivery_count WHERE subscription = ?1 AND quarter IN
				(SELECT quarter FROM delivery_count WHERE subscription = ?1 LIMIT ?2)`,
		} {
			if n, err := tx.change(some, id[:], sweptOnce); err != nil || n > 0 {
				return err
			}
		}
		return tx.forgetSubscription(id)
	})
}

// forgetSubscription removes a deleted subscription that has left nothing.
func (t *tx) forgetSubscription(id uuid.UUID) error {
	if err := t.exec(`DELETE FROM subscription WHERE id = ?1 AND status = 'deleted'`, id[:]); err != nil {
		return err
	}
	return t.exec(`DELETE FROM subscription_leaving WHERE subscription = ?1`, id[:])
}

// unused tells of a receiver that no subscription leads to, and for which nothing waits or is filed.
const unused = `NOT EXISTS (SELECT 1 FROM subscription s WHERE s.receiver = receiver.id)
	AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.queue = receiver.id AND d.state = 'waiting')
	AND NOT EXISTS (SELECT 1 FROM feed f WHERE f.receiver = receiver.id)`

// SweepReceivers removes unused receivers. They are looked for beside the writer, and asked again in it.
func (db *DB) SweepReceivers(ctx context.Context) (more bool, err error) {
	found, err := list(ctx, db, `SELECT id FROM receiver WHERE `+unused+` LIMIT ?1`, scanOne[uuid.UUID], sweptOnce)
	if err != nil || len(found) == 0 {
		return false, err
	}
	return len(found) == sweptOnce, db.do(ctx, func(tx *tx) error {
		for _, id := range found {
			if err := tx.exec(`DELETE FROM receiver WHERE id = ?1 AND `+unused, id[:]); err != nil {
				return err
			}
		}
		return nil
	})
}

// SweepSecrets erases secrets that sign no more.
func (db *DB) SweepSecrets(ctx context.Context, at time.Time) (more bool, err error) {
	old, err := list(ctx, db, `SELECT 1 FROM subscription WHERE previous IS NOT NULL AND previous_until <= ?1 LIMIT 1`,
		scanOne[int], micros(at))
	if err != nil || len(old) == 0 {
		return false, err
	}
	n, err := give(ctx, db, func(tx *tx) (int64, error) {
		return tx.change(`UPDATE subscription SET previous = NULL WHERE id IN (SELECT id FROM subscription
			WHERE previous IS NOT NULL AND previous_until <= ?1 LIMIT ?2)`, micros(at), sweptOnce)
	})
	return n == sweptOnce, err
}

// SweepDeadLetters removes dead letters that died before a time.
func (db *DB) SweepDeadLetters(ctx context.Context, before time.Time) (more bool, err error) {
	old, err := list(ctx, db, `SELECT 1 FROM delivery WHERE state = 'dead' AND next_at < ?1 LIMIT 1`, scanOne[int],
		micros(before))
	if err != nil || len(old) == 0 {
		return false, err
	}
	n, err := give(ctx, db, func(tx *tx) (int, error) {
		return tx.dropDeliveries(`SELECT seq, event FROM delivery WHERE state = 'dead' AND next_at < ?1 LIMIT ?2`,
			micros(before), sweptOnce)
	})
	return n == sweptOnce, err
}

// SweepLogs removes log entries and counts of before a time. The ids of logs ascend with their time, so
// the oldest are found by them.
func (db *DB) SweepLogs(ctx context.Context, before time.Time) (more bool, err error) {
	least := earliestID(before)
	old, err := list(ctx, db, `SELECT 1 WHERE EXISTS (SELECT 1 FROM delivery_log WHERE id < ?1) OR
		EXISTS (SELECT 1 FROM delivery_count WHERE quarter < ?2)`, scanOne[int], least[:], quarter(before))
	if err != nil || len(old) == 0 {
		return false, err
	}
	n, err := give(ctx, db, func(tx *tx) (int64, error) {
		logs, err := tx.change(`DELETE FROM delivery_log WHERE id IN
			(SELECT id FROM delivery_log WHERE id < ?1 ORDER BY id LIMIT ?2)`, least[:], sweptOnce)
		if err != nil {
			return 0, err
		}
		counts, err := tx.change(`DELETE FROM delivery_count WHERE (subscription, quarter) IN
			(SELECT subscription, quarter FROM delivery_count WHERE quarter < ?1 LIMIT ?2)`, quarter(before), sweptOnce)
		return max(logs, counts), err
	})
	return n == sweptOnce, err
}

// earliestID is not greater than any UUIDv7 of a time, whose milliseconds stand first in it.
func earliestID(at time.Time) (id uuid.UUID) {
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(at.UnixMilli()))
	copy(id[:], ms[2:])
	return id
}
