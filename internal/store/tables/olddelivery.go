package tables

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/webhook"
)

// standing is a delivery as it is read along the table: Held tells that it waits at a subscription that is held.
type standing struct {
	seq, created int64
	held         bool
}

// ExpireDeliveries looks along the table, in which what was told first stands first: an index would be paid for by every
// delivery.
func (db *DB) ExpireDeliveries(ctx context.Context, behind int64, before, at time.Time) (int64, bool, error) {
	found, err := list(ctx, db, `SELECT d.seq, d.created_at, CASE WHEN d.state = 'waiting' AND d.next_at < ?3
		AND EXISTS (SELECT 1 FROM subscription s WHERE s.id = d.subscription AND s.status IN ('stale', 'paused')) THEN 1 ELSE 0 END
		FROM delivery d WHERE d.seq > ?1 ORDER BY d.seq LIMIT ?2`, func(row scanner) (s standing, err error) {
		return s, row.Scan(&s.seq, &s.created, &s.held)
	}, behind, sweepLooks, micros(before))
	if err != nil {
		return behind, false, err
	}
	held, next, more := []int64{}, behind, false
	for i, s := range found {
		if s.created >= micros(before) {
			break
		}
		if next = s.seq; s.held {
			held = append(held, s.seq)
		}
		if more = len(held) == sweepRemoves || i+1 == sweepLooks; more {
			break
		}
	}
	if len(held) == 0 {
		return next, more, nil
	}
	return next, more, db.do(ctx, func(tx *tx) error { return tx.expire(db, held, before, at) })
}

// expire makes dead letters of those deliveries that still wait at subscriptions that are held.
func (t *tx) expire(db *DB, seqs []int64, before, at time.Time) error {
	named, err := text(seqs, true)
	if err != nil {
		return err
	}
	found, err := rows(t, `SELECT d.seq, d.subscription, d.sequence, d.tries, d.created_at, d.event, d.subject, e.name
		FROM delivery d CROSS JOIN event e WHERE e.id = d.event AND d.state = 'waiting' AND d.next_at < ?2
			AND d.seq IN (SELECT CAST(value AS BIGINT) FROM json_each(?1)) ORDER BY d.seq`, scanExpired, named, micros(before))
	if err != nil {
		return err
	}
	last, woken := map[uuid.UUID]int64{}, map[uuid.UUID]bool{}
	for _, w := range found {
		sub, err := t.told(w.Subscription)
		if err != nil {
			return err
		}
		if !sub.Status.Held() {
			continue
		}
		if err := t.expireOne(sub, w, last, at); err != nil {
			return err
		}
		if woken[sub.ID] {
			continue
		}
		woken[sub.ID] = true
		if err := t.wakeReceiver(db, sub.ID); err != nil {
			return err
		}
	}
	return t.saveNumbers(last)
}

// scanExpired reads of a delivery what its log tells, and its number.
func scanExpired(row scanner) (w webhook.Waiting, err error) {
	var occurred int64
	err = row.Scan(&w.Seq, &w.Subscription, &w.Sequence, &w.Tries, &occurred, &w.Event.ID, &w.Event.Subject, &w.Event.Name)
	w.Event.OccurredAt = fromMicros(occurred)
	return w, err
}

// expireOne makes a dead letter of a delivery. It has a number, by which its receiver learns that it misses something; one
// that was never tried is counted now as a message that was not delivered, as it is counted out when it is revived.
func (t *tx) expireOne(sub webhook.Subscription, w webhook.Waiting, last map[uuid.UUID]int64, at time.Time) (err error) {
	if w.Sequence == 0 {
		if w.Sequence, err = t.nextNumber(sub.ID, last); err != nil {
			return err
		}
	}
	err = t.exec(`UPDATE delivery SET state = 'dead', sequence = ?2, next_at = ?3 WHERE seq = ?1`, w.Seq, w.Sequence, micros(at))
	if err != nil {
		return err
	}
	if w.Tries == 0 {
		of := countRow{sub.ID, quarter(w.Event.OccurredAt)}
		t.counts[of] = t.counts[of].Plus(webhook.Count{Quarter: w.Event.OccurredAt.Truncate(webhook.Quarter), Messages: 1})
	}
	return t.logged(sub.Expired(w, at))
}
