package sqlite

import (
	"context"
	"database/sql"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// publish writes a delivery for each subscription that an event matches, and the event
// itself if there is one. It belongs to the transaction of the change that the event tells of.
// An event of a fleet's data makes none unless a grant in force then lets the partner have it.
func (t *tx) publish(db *DB, events []event.Event) error {
	for _, e := range events {
		var to []uuid.UUID
		err := t.each(`INSERT INTO delivery (subscription, event, subject, state, tries, next_at, created_at)
			SELECT id, ?1, ?2, 'waiting', 0, ?3, ?3 FROM subscription
			WHERE partner = ?4 AND event_name = ?5 AND status IN ('active', 'stale')
			AND (fleet_ids IS NULL OR EXISTS (SELECT 1 FROM json_each(fleet_ids) WHERE value = ?6))
			AND (fleet_refs IS NULL OR EXISTS (SELECT 1 FROM json_each(fleet_refs) WHERE value = ?7))
			AND (?8 OR EXISTS (SELECT 1 FROM share_grant g WHERE g.partner = ?4 AND g.fleet = ?9 AND `+inForce("g", "?3")+`
				AND (?10 = '' OR coalesce(json_extract(g.levels, '$.' || ?10), '') <> '')))
			RETURNING subscription`,
			func(r *sql.Rows) error {
				var id uuid.UUID
				err := r.Scan(&id)
				to = append(to, id)
				return err
			}, e.ID[:], e.Subject[:], micros(e.OccurredAt), e.Partner[:], e.Name, e.Fleet.String(), e.FleetRef,
			e.Own || e.Fleet == uuid.Nil, e.Fleet[:], e.Kind)
		if err != nil || len(to) == 0 {
			if err != nil {
				return err
			}
			continue
		}
		err = t.exec(`INSERT INTO event (id, name, partner, subject, fleet, fleet_ref, occurred_at, data)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`, e.ID[:], e.Name, e.Partner[:], e.Subject[:], e.Fleet[:],
			e.FleetRef, micros(e.OccurredAt), string(e.Data))
		if err != nil {
			return err
		}
		for _, id := range to {
			t.wakeLane(db, dispatch.Subscriptions, id)
		}
	}
	return nil
}

// Deliveries returns the waiting deliveries of a subscription in order.
func (db *DB) Deliveries(ctx context.Context, subscription uuid.UUID, after int64, n int) ([]webhook.Waiting, error) {
	return list(ctx, db, `SELECT d.seq, d.tries, d.next_at,
		e.id, e.name, e.partner, e.subject, e.fleet, e.fleet_ref, e.occurred_at, e.data
		FROM delivery d JOIN event e ON e.id = d.event
		WHERE d.subscription = ?1 AND d.seq > ?2 AND d.state = 'waiting' ORDER BY d.seq LIMIT ?3`,
		scanWaiting, subscription[:], after, n)
}

func scanWaiting(row scanner) (webhook.Waiting, error) {
	var w webhook.Waiting
	var next, occurred int64
	var data string
	err := row.Scan(&w.Seq, &w.Tries, &next, &w.Event.ID, &w.Event.Name, &w.Event.Partner,
		&w.Event.Subject, &w.Event.Fleet, &w.Event.FleetRef, &occurred, &data)
	w.NextAt, w.Event.OccurredAt = fromMicros(next), fromMicros(occurred)
	w.Event.Data = []byte(data)
	return w, err
}

// SettleDelivery records the end of one attempt at a delivery. The event goes with the last
// delivery that needs it.
func (db *DB) SettleDelivery(ctx context.Context, s webhook.Settled) error {
	w := s.Waiting
	return db.do(ctx, func(tx *tx) error {
		n, err := tx.change(`UPDATE delivery SET state = ?3, tries = tries + 1, next_at = ?4
			WHERE seq = ?1 AND tries = ?2 AND state = 'waiting'`, w.Seq, w.Tries, string(s.State), micros(s.NextAt))
		if err != nil || n == 0 {
			return overtaken(n, err)
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
			if err := tx.exec(`UPDATE subscription SET status = 'paused' WHERE id = ?1`, s.Subscription[:]); err != nil {
				return err
			}
		}
		l := s.Log
		return tx.exec(`INSERT INTO delivery_log (id, subscription, event, event_name, status, status_code, error_message,
			response_time_ms, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)`, l.ID[:], l.Subscription[:],
			l.EventID[:], l.EventName, string(l.Status), l.StatusCode, l.ErrorMessage, l.ResponseTimeMS, micros(l.CreatedAt))
	})
}
