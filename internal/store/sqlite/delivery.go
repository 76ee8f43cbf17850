package sqlite

import (
	"context"
	"database/sql"
	"slices"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// publish writes a delivery for each subscription that hears of an event, and the event itself
// if there is one. It belongs to the transaction of the change that the event tells of.
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
			t.wakeLane(db, fence.Subscriptions, s.ID)
		}
	}
	return nil
}

// listeners are the subscriptions that an event is delivered to.
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

// Deliveries returns the waiting deliveries of a subscription in order.
func (db *DB) Deliveries(ctx context.Context, subscription uuid.UUID, after int64, n int) ([]webhook.Waiting, error) {
	rows, err := db.read.QueryContext(ctx, `SELECT d.seq, d.tries, d.next_at,
		e.id, e.name, e.partner, e.subject, e.fleet, e.fleet_ref, e.occurred_at, e.data
		FROM delivery d JOIN event e ON e.id = d.event
		WHERE d.subscription = ?1 AND d.seq > ?2 AND d.state = 'waiting' ORDER BY d.seq LIMIT ?3`,
		subscription[:], after, n)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []webhook.Waiting
	for rows.Next() {
		var w webhook.Waiting
		var next, occurred int64
		var data string
		if err := rows.Scan(&w.Seq, &w.Tries, &next, &w.Event.ID, &w.Event.Name, &w.Event.Partner,
			&w.Event.Subject, &w.Event.Fleet, &w.Event.FleetRef, &occurred, &data); err != nil {
			return nil, err
		}
		w.NextAt, w.Event.OccurredAt = fromMicros(next), fromMicros(occurred)
		w.Event.Data = []byte(data)
		all = append(all, w)
	}
	return all, rows.Err()
}

// SettleDelivery records the end of one attempt at a delivery. The event goes with the last
// delivery that needs it.
func (db *DB) SettleDelivery(ctx context.Context, s webhook.Settled) error {
	w := s.Waiting
	return db.do(ctx, func(tx *tx) error {
		n, err := tx.change(`UPDATE delivery SET state = ?3, tries = tries + 1, next_at = ?4
			WHERE seq = ?1 AND tries = ?2 AND state = 'waiting'`, w.Seq, w.Tries, string(s.State), micros(s.NextAt))
		if err := overtaken(n, err); err != nil {
			return err
		}
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
			err := tx.exec(`UPDATE subscription SET status = ?2 WHERE id = ?1`, s.Subscription[:], string(webhook.Paused))
			if err != nil {
				return err
			}
		}
		l := s.Log
		return tx.exec(`INSERT INTO delivery_log (id, subscription, event, event_name, status, status_code, error_message,
			response_time_ms, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)`, l.ID[:], l.Subscription[:],
			l.EventID[:], l.EventName, string(l.Status), l.StatusCode, l.ErrorMessage, l.ResponseTimeMS, micros(l.CreatedAt))
	})
}
