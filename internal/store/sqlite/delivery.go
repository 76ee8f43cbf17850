package sqlite

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
	for _, e := range events {
		to, err := t.listeners(e)
		if err != nil {
			return err
		}
		if len(to) == 0 {
			continue
		}
		err = t.exec(`INSERT INTO event (id, name, partner, subject, fleet, fleet_ref, occurred_at, data)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`, e.ID[:], e.Name, e.Partner[:], e.Subject[:], e.Fleet[:],
			e.FleetRef, micros(e.OccurredAt), string(e.Data))
		if err != nil {
			return err
		}
		for _, s := range to {
			err := t.exec(`INSERT INTO delivery (subscription, event, subject, state, tries, next_at, created_at)
				VALUES (?1, ?2, ?3, ?4, 0, ?5, ?5)`, s.ID[:], e.ID[:], e.Subject[:], string(webhook.DeliveryWaiting),
				micros(e.OccurredAt))
			if err != nil {
				return err
			}
			// A delivery may go at once: next_at is when the event occurred.
			t.wakeLane(db, fence.Subscriptions, s.ID)
		}
	}
	return nil
}

// listeners are the subscriptions that an event is delivered to. The index finds those of the
// partner and name; whether one hears the event is the room's to say. Grants are looked at last
// and only if somebody would hear.
func (t *tx) listeners(e event.Event) ([]webhook.Subscription, error) {
	all, err := rows(t, `SELECT id, status, fleet_ids, fleet_refs FROM subscription
		WHERE partner = ?1 AND event_name = ?2 AND status <> 'deleted'`, scanListener, e.Partner[:], e.Name)
	all = slices.DeleteFunc(all, func(s webhook.Subscription) bool { return !s.Hears(e) })
	if err != nil || len(all) == 0 || !e.NeedsGrant() {
		return all, err
	}
	grants, err := t.grants(`partner = ?1 AND fleet = ?2`, e.Partner[:], e.Fleet[:])
	if !slices.ContainsFunc(grants, func(g access.Grant) bool { return g.Lets(e) }) {
		return nil, err
	}
	return all, err
}

// scanListener reads what Subscription.Hears looks at and no secret.
func scanListener(row scanner) (webhook.Subscription, error) {
	var s webhook.Subscription
	var ids, refs sql.NullString
	if err := row.Scan(&s.ID, &s.Status, &ids, &refs); err != nil {
		return s, err
	}
	var err error
	s.Filters, err = readFilters(ids, refs)
	return s, err
}

// Deliveries returns the oldest waiting deliveries of each chain of a subscription. The key of a
// chain is the event's subject.
func (db *DB) Deliveries(ctx context.Context, q fence.Query) ([]webhook.Waiting, error) {
	after := []byte{}
	if q.After != "" {
		subject, err := uuid.Parse(q.After)
		if err != nil {
			return nil, fmt.Errorf("reading the key of a chain: %w", err)
		}
		after = subject[:]
	}
	return list(ctx, db, deliveriesQuery, scanWaiting, q.Lane.ID[:], after, q.Chains, q.Depth)
}

// deliveriesQuery is headsQuery for deliveries; the reasons for its form stand there.
const deliveriesQuery = `WITH RECURSIVE chain (key, n) AS (
		SELECT (SELECT min(subject) FROM delivery WHERE subscription = ?1 AND subject > ?2 AND state = 'waiting'), 1
		UNION ALL
		SELECT (SELECT min(subject) FROM delivery WHERE subscription = ?1 AND subject > chain.key AND state = 'waiting'), n + 1
			FROM chain WHERE key IS NOT NULL AND n < ?3
	) SELECT d.seq, d.tries, d.next_at,
		e.id, e.name, e.partner, e.subject, e.fleet, e.fleet_ref, e.occurred_at, e.data
		FROM chain CROSS JOIN delivery d CROSS JOIN event e ON e.id = d.event
		WHERE d.seq IN (SELECT w.seq FROM delivery w WHERE w.subscription = ?1 AND w.subject = chain.key AND w.state = 'waiting'
			ORDER BY w.seq LIMIT ?4)
		ORDER BY chain.key, d.seq`

// scanWaiting reads a delivery with its event. Kind and Own are not stored: who may have the event
// was decided when it was published.
func scanWaiting(row scanner) (webhook.Waiting, error) {
	var w webhook.Waiting
	var next, occurred int64
	var data string
	err := row.Scan(&w.Seq, &w.Tries, &next, &w.Event.ID, &w.Event.Name, &w.Event.Partner, &w.Event.Subject,
		&w.Event.Fleet, &w.Event.FleetRef, &occurred, &data)
	w.NextAt, w.Event.OccurredAt, w.Event.Data = fromMicros(next), fromMicros(occurred), []byte(data)
	return w, err
}

// SettleDelivery records the end of one attempt at a delivery. The event goes with the last
// delivery that needs it.
func (db *DB) SettleDelivery(ctx context.Context, s webhook.Settled) error {
	w := s.Waiting
	return db.do(ctx, func(tx *tx) error {
		if err := tx.hold(s.Claim); err != nil {
			return err
		}
		// The number of a delivery that was dropped is given again, so it alone says nothing.
		n, err := tx.change(`UPDATE delivery SET state = ?3, tries = tries + 1, next_at = ?4
			WHERE seq = ?1 AND tries = ?2 AND state = 'waiting' AND subscription = ?5 AND event = ?6`,
			w.Seq, w.Tries, string(s.State), micros(s.Until()), s.Subscription[:], w.Event.ID[:])
		if err := overtaken(n, err); err != nil {
			return err
		}
		// A delivery that is done is told of by its log alone. One that is dead stays, with its
		// event: it is a dead letter.
		if s.State == webhook.DeliveryDone {
			if err := tx.exec(`DELETE FROM delivery WHERE seq = ?1`, w.Seq); err != nil {
				return err
			}
			if err := tx.exec(`DELETE FROM event WHERE id = ?1
				AND NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.event = ?1)`, w.Event.ID[:]); err != nil {
				return err
			}
		}
		if s.Pause {
			// The runner reads that the subscription is paused and sends no more of what it holds.
			tx.wakeLane(db, fence.Subscriptions, s.Subscription)
			if err := tx.moveSubscription(db, s.Subscription, webhook.Pause, webhook.Receiver, s.Log.CreatedAt); err != nil {
				return err
			}
		}
		if err := tx.count(s); err != nil {
			return err
		}
		l := s.Log
		return tx.exec(`INSERT INTO delivery_log (id, subscription, event, event_name, status, status_code, error_message,
			response_time_ms, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)`, l.ID[:], l.Subscription[:],
			l.EventID[:], l.EventName, string(l.Status), l.StatusCode, l.ErrorMessage, l.ResponseTimeMS, micros(l.CreatedAt))
	})
}
