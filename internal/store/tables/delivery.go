package tables

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// publish writes a delivery for each subscription that hears of an event, and the event itself if
// there is one. It belongs to the transaction of the change that the event tells of. Without a
// listener nothing is stored (decision 0001).
func (t *tx) publish(db *DB, events []event.Event) error {
	for i := range events {
		e := &events[i]
		to, err := t.listeners(e)
		if err != nil {
			return err
		}
		if len(to) == 0 {
			continue
		}
		text, err := e.Encoded()
		if err != nil {
			return err
		}
		data, err := t.put(string(text), bound("data", e.ID[:]))
		if err != nil {
			return err
		}
		err = t.insert(eventRows, e.ID[:], e.Name, e.Partner[:], e.Subject[:], e.Fleet[:], e.FleetRef, micros(e.OccurredAt), data,
			e.Kind, e.Own)
		if err != nil {
			return err
		}
		for _, l := range to {
			seq, err := t.deliveryNumber()
			if err != nil {
				return err
			}
			queue := l.queue()
			at := micros(e.OccurredAt)
			err = t.insert(deliveryRows, seq, l.ID[:], queue[:], e.ID[:], e.Subject[:], string(webhook.DeliveryWaiting), at, at)
			if err != nil {
				return err
			}
			// A delivery may go at once: next_at is when the event occurred.
			t.wakeLane(db, fence.Receivers, l.receiver)
		}
	}
	return nil
}

// listener is a subscription with its receiver.
type listener struct {
	webhook.Subscription
	receiver uuid.UUID
}

// queue is where deliveries of a subscription wait.
func (l listener) queue() uuid.UUID {
	if l.Status.InLane() {
		return l.receiver
	}
	return l.ID
}

// subscribed is whose subscriptions to what may hear of an event.
type subscribed struct {
	partner uuid.UUID
	name    string
}

// granted is whose grants on what may let an event be heard.
type granted struct{ partner, fleet uuid.UUID }

// listeners are the subscriptions that an event is delivered to. Whether one hears the event, and whether
// a grant lets it, is the rooms' to say. Grants are asked only if there is a subscription.
func (t *tx) listeners(e *event.Event) (all []*listener, err error) {
	subscriptions, err := recalled(&t.known.listeners, subscribed{e.Partner, e.Name}, func() ([]listener, error) {
		return rows(t, `SELECT id, receiver, status, fleet_ids, fleet_refs FROM subscription
			WHERE partner = ?1 AND event_name = ?2 AND status <> 'deleted'`, scanListener, e.Partner[:], e.Name)
	})
	if err != nil || len(subscriptions) == 0 {
		return nil, err
	}
	if e.NeedsGrant() {
		lets, err := t.lets(*e)
		if err != nil || !lets {
			return nil, err
		}
	}
	for i := range subscriptions {
		if l := &subscriptions[i]; l.Hears(*e) {
			all = append(all, l)
		}
	}
	return all, nil
}

// lets tells whether a grant lets the partner of an event hear it.
func (t *tx) lets(e event.Event) (bool, error) {
	grants, err := recalled(&t.known.grants, granted{e.Partner, e.Fleet}, func() ([]access.Grant, error) {
		return t.grants(`partner = ?1 AND fleet = ?2`, e.Partner[:], e.Fleet[:])
	})
	return slices.ContainsFunc(grants, func(g access.Grant) bool { return g.Lets(e, e.OccurredAt) }), err
}

// scanListener reads what Subscription.Hears looks at and no secret.
func scanListener(row scanner) (listener, error) {
	var l listener
	var ids, refs sql.NullString
	if err := row.Scan(&l.ID, &l.receiver, &l.Status, &ids, &refs); err != nil {
		return l, err
	}
	l.Filters = readFilters(ids, refs)
	return l, nil
}

// Deliveries returns the oldest waiting deliveries of each chain of a queue. The key of a chain is the
// event's subject.
func (db *DB) Deliveries(ctx context.Context, q fence.Query) ([]webhook.Waiting, error) {
	after := []byte{}
	if q.After != "" {
		subject, err := uuid.Parse(q.After)
		if err != nil {
			return nil, fmt.Errorf("reading the key of a chain: %w", err)
		}
		after = subject[:]
	}
	if wholeOf(q) {
		found, err := list(ctx, db, fewDeliveriesQuery, db.writer.waiting, q.Lane.ID[:], few+1)
		if err != nil || len(found) <= few {
			return firsts(found, q.Depth, func(w webhook.Waiting) uuid.UUID { return w.Event.Subject }), err
		}
	}
	return list(ctx, db, deliveriesQuery, db.writer.waiting, q.Lane.ID[:], after, q.Chains, q.Depth)
}

// fewDeliveriesQuery and deliveriesQuery are fewQuery and headsQuery for deliveries; the reasons for their form
// stand there.
const fewDeliveriesQuery = `SELECT d.seq, d.subscription, d.sequence, d.tries, d.next_at, ` + eventColumns + `
	FROM delivery d CROSS JOIN event e WHERE e.id = d.event AND d.queue = ?1 AND d.state = 'waiting'
	ORDER BY d.subject, d.seq LIMIT ?2`

const deliveriesQuery = `WITH RECURSIVE chain (key, n) AS (
		SELECT (SELECT min(subject) FROM delivery WHERE queue = ?1 AND subject > ?2 AND state = 'waiting'), 1
		UNION ALL
		SELECT (SELECT min(subject) FROM delivery WHERE queue = ?1 AND subject > chain.key AND state = 'waiting'), n + 1
			FROM chain WHERE key IS NOT NULL AND n < ?3
	) SELECT d.seq, d.subscription, d.sequence, d.tries, d.next_at,
		` + eventColumns + `
		FROM chain CROSS JOIN delivery d CROSS JOIN event e
		WHERE e.id = d.event AND d.seq IN (SELECT w.seq FROM delivery w WHERE w.queue = ?1 AND w.subject = chain.key
			AND w.state = 'waiting'
			ORDER BY w.seq LIMIT ?4)
		ORDER BY chain.key, d.seq`

// eventColumns are an event's, in the order in which box.event reads them.
const eventColumns = `e.id, e.name, e.partner, e.subject, e.fleet, e.fleet_ref, e.kind, e.own, e.occurred_at, e.data`

// event returns where the columns of an event are read to, and what takes over those that are
// stored in another form.
func (b *box) event(e *event.Event) (to []any, done func() error) {
	var occurred int64
	var data any
	to = []any{&e.ID, &e.Name, &e.Partner, &e.Subject, &e.Fleet, &e.FleetRef, &e.Kind, &e.Own, &occurred, &data}
	return to, func() (err error) {
		e.OccurredAt = fromMicros(occurred)
		e.Data, err = b.data(data, e.ID)
		e.Damaged, err = apart(err)
		return err
	}
}

// waiting reads a delivery with its event.
func (b *box) waiting(row scanner) (webhook.Waiting, error) {
	var w webhook.Waiting
	var next int64
	to, done := b.event(&w.Event)
	err := row.Scan(append([]any{&w.Seq, &w.Subscription, &w.Sequence, &w.Tries, &next}, to...)...)
	if err == nil {
		err = done()
	}
	w.NextAt = fromMicros(next)
	return w, err
}

// numbering is the weight of giving numbers: it asks and writes twice.
const numbering = 4

// Number gives sequence numbers. A subscription is asked once for its last number, however many of its
// deliveries are given one.
func (db *DB) Number(ctx context.Context, partner uuid.UUID, seqs []int64) (map[int64]int64, error) {
	list, err := text(seqs, true)
	if err != nil {
		return nil, err
	}
	of := turn{kind: deliveries, owner: partner, heavy: numbering}
	return giveAs(ctx, db, of, func(tx *tx) (map[int64]int64, error) {
		numbers, last := map[int64]int64{}, map[uuid.UUID]int64{}
		found, err := rows(tx, `SELECT seq, subscription, sequence FROM delivery
			WHERE seq IN (SELECT CAST(value AS BIGINT) FROM json_each(?1)) ORDER BY seq`, scanNumbered, list)
		if err != nil {
			return nil, err
		}
		for _, w := range found {
			if w.Sequence == 0 {
				if w.Sequence, err = tx.nextNumber(w.Subscription, last); err == nil {
					err = tx.exec(`UPDATE delivery SET sequence = ?2 WHERE seq = ?1`, w.Seq, w.Sequence)
				}
			}
			if err != nil {
				return nil, err
			}
			numbers[w.Seq] = w.Sequence
		}
		return numbers, tx.saveNumbers(last)
	})
}

// scanNumbered reads whose a delivery is, and its number.
func scanNumbered(row scanner) (w webhook.Waiting, err error) {
	return w, row.Scan(&w.Seq, &w.Subscription, &w.Sequence)
}

// nextNumber counts one more delivery of a subscription; last holds those that were counted.
func (t *tx) nextNumber(subscription uuid.UUID, last map[uuid.UUID]int64) (int64, error) {
	if _, known := last[subscription]; !known {
		found, err := rows(t, `SELECT sequence FROM subscription WHERE id = ?1`, scanOne[int64], subscription[:])
		if err != nil {
			return 0, err
		}
		last[subscription] = append(found, 0)[0]
	}
	last[subscription]++
	return last[subscription], nil
}

func (t *tx) saveNumbers(last map[uuid.UUID]int64) error {
	for subscription, n := range last {
		if err := t.exec(`UPDATE subscription SET sequence = ?2 WHERE id = ?1`, subscription[:], n); err != nil {
			return err
		}
	}
	return nil
}
