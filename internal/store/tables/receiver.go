package tables

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/webhook"
)

const receiverColumns = `id, partner, url, url_key,
	CASE WHEN EXISTS (SELECT 1 FROM subscription s WHERE s.receiver = receiver.id AND s.astray = 1) THEN 1 ELSE 0 END,
	CASE WHEN EXISTS (SELECT 1 FROM subscription s WHERE s.receiver = receiver.id AND s.status = 'stale')
	THEN 1 ELSE 0 END, filed, swept`

const receiverQuery = `SELECT ` + receiverColumns + ` FROM receiver WHERE id = ?1`

// receiver reads receiverColumns.
func (b *box) receiver(row scanner) (r webhook.Receiver, err error) {
	var url, key any
	if err = row.Scan(&r.ID, &r.Partner, &url, &key, &r.Astray, &r.Stale, &r.Filed, &r.Swept); err != nil {
		return r, missing(err, webhook.ErrNotFound)
	}
	if r.URL, err = b.located(r.Partner, url, key); err != nil {
		r.Damaged, err = apart(fmt.Errorf("opening the URL of receiver %s: %w", r.ID, err))
	}
	return r, err
}

// Receiver returns a receiver.
func (db *DB) Receiver(ctx context.Context, id uuid.UUID) (webhook.Receiver, error) {
	return remembered(ctx, db, named{"receiver", string(id[:]), ""}, func() (webhook.Receiver, error) {
		return one(ctx, db, receiverQuery, db.writer.receiver, id[:])
	})
}

// ReceiverOf returns a partner's receiver by its URL.
func (db *DB) ReceiverOf(ctx context.Context, partner uuid.UUID, url string) (webhook.Receiver, error) {
	key, other := db.writer.keys(partner, url)
	r, err := one(ctx, db, `SELECT `+receiverColumns+` FROM receiver WHERE partner = ?1 AND url_key IN (?2, ?3)`,
		db.writer.receiver, partner[:], key, other)
	if r.Damaged != nil {
		// It was found by its URL, so that is known.
		r.URL, r.Damaged = url, nil
	}
	return r, err
}

// arranged bounds the deliveries that are moved in one write, which others wait for.
const arranged = 256

// Arrange moves waiting deliveries of one subscription that is marked as astray. What is marked is so
// by the tables themselves, whoever changed the subscription.
func (db *DB) Arrange(ctx context.Context, receiver uuid.UUID) (more bool, err error) {
	return give(ctx, db, func(tx *tx) (bool, error) {
		all, err := rows(tx, `SELECT id, receiver, status, NULL, NULL FROM subscription WHERE receiver = ?1
			AND astray = 1 LIMIT 2`,
			scanListener, receiver[:])
		if err != nil || len(all) == 0 {
			return false, err
		}
		l, queue, places := all[0], all[0].queue(), []string{"queue < ?2", "queue > ?2"}
		// What comes back has waited for its receiver, which is there again: it is due.
		if l.Status == webhook.Active {
			places = append(places, "tries > 0 AND next_at > ?4")
		}
		var moved int64
		for _, elsewhere := range places {
			n, err := tx.change(`UPDATE delivery SET queue = ?2, next_at = min(next_at, ?4) WHERE seq IN
				(SELECT seq FROM delivery WHERE subscription = ?1 AND state = 'waiting' AND `+elsewhere+` LIMIT ?3)`,
				l.ID[:], queue[:], arranged-moved, micros(db.now()))
			if err != nil {
				return false, err
			}
			moved += n
		}
		if moved == arranged {
			return true, nil
		}
		return len(all) > 1, tx.exec(`UPDATE subscription SET astray = 0 WHERE id = ?1`, l.ID[:])
	})
}

// WaitingReceivers lists the receivers whose lanes have something to do. It hops through the index from
// one queue to the next; a queue that belongs to nobody who is to be told costs one hop.
func (db *DB) WaitingReceivers(ctx context.Context) ([]uuid.UUID, error) {
	return list(ctx, db, `WITH RECURSIVE lane (id) AS (
		SELECT min(queue) FROM delivery WHERE state = 'waiting'
		UNION ALL
		SELECT (SELECT min(queue) FROM delivery WHERE queue > lane.id AND state = 'waiting') FROM lane
			WHERE lane.id IS NOT NULL
	) SELECT receiver.id FROM lane CROSS JOIN receiver WHERE receiver.id = lane.id
	UNION SELECT s.receiver FROM lane CROSS JOIN subscription s WHERE s.id = lane.id AND s.status IN ('active', 'stale')
	UNION SELECT receiver FROM subscription WHERE astray = 1`, scanOne[uuid.UUID])
}

// wakeReceiver wakes the lane in which deliveries of a subscription stand.
func (t *tx) wakeReceiver(db *DB, subscription uuid.UUID) error {
	found, err := rows(t, `SELECT receiver FROM subscription WHERE id = ?1`, scanOne[uuid.UUID], subscription[:])
	for _, receiver := range found {
		t.wakeLane(db, fence.Receivers, receiver)
	}
	return err
}
