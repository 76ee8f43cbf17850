package tables

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/webhook"
)

// quarter is the number of the quarter of an hour, since 1970, in which a time lies.
func quarter(at time.Time) int64 { return micros(at) / webhook.Quarter.Microseconds() }

// countRow names one row of counts.
type countRow struct {
	subscription uuid.UUID
	quarter      int64
}

// count adds what came of an attempt to the counts of its subscription. They are written once for all attempts of
// a group.
func (t *tx) count(s webhook.Settled) {
	for _, c := range s.Counts() {
		of := countRow{s.Waiting.Subscription, quarter(c.Quarter)}
		t.counts[of] = t.counts[of].Plus(c)
	}
}

// saveCounts writes what was counted so far.
func (t *tx) saveCounts() error {
	for of, c := range t.counts {
		err := t.exec(`INSERT INTO delivery_count
			(subscription, quarter, requests, accepted, answered, answer_ms, messages, delivered)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
			ON CONFLICT (subscription, quarter) DO UPDATE SET requests = delivery_count.requests + ?3,
			accepted = delivery_count.accepted + ?4, answered = delivery_count.answered + ?5,
			answer_ms = delivery_count.answer_ms + ?6, messages = delivery_count.messages + ?7,
			delivered = delivery_count.delivered + ?8`,
			of.subscription[:], of.quarter, c.Requests, c.Accepted, c.Answered, c.Took, c.Messages,
			c.Delivered)
		if err != nil {
			return err
		}
	}
	clear(t.counts)
	return nil
}

// Counts returns the counts of a subscription from a time on.
func (db *DB) Counts(ctx context.Context, subscription uuid.UUID, from time.Time) ([]webhook.Count, error) {
	return list(ctx, db, `SELECT quarter, requests, accepted, answered, answer_ms, messages, delivered
		FROM delivery_count
		WHERE subscription = ?1 AND quarter >= ?2 ORDER BY quarter`, func(row scanner) (c webhook.Count, err error) {
		var n int64
		err = row.Scan(&n, &c.Requests, &c.Accepted, &c.Answered, &c.Took, &c.Messages, &c.Delivered)
		c.Quarter = fromMicros(n * webhook.Quarter.Microseconds())
		return c, err
	}, subscription[:], quarter(from))
}

// CountDeadLetters counts the dead letters of a subscription.
func (db *DB) CountDeadLetters(ctx context.Context, subscription uuid.UUID) (int, error) {
	return one(ctx, db, `SELECT count(*) FROM delivery WHERE subscription = ?1 AND state = 'dead'`, scanOne[int],
		subscription[:])
}

// CountWaiting counts in the index of what waits of a subscription.
func (db *DB) CountWaiting(ctx context.Context, subscription uuid.UUID, most int) (int, error) {
	return one(ctx, db, waitingQuery, scanOne[int], subscription[:], most)
}

const waitingQuery = `SELECT count(*) FROM (SELECT 1 FROM delivery WHERE subscription = ?1 AND state = 'waiting' LIMIT ?2) waiting`
