package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/event"
)

// publish writes a delivery for each subscription that an event matches, and the event
// itself if there is one. It belongs to the transaction of the change that the event tells of.
func (t *tx) publish(db *DB, events []event.Event) error {
	for _, e := range events {
		var to []uuid.UUID
		err := t.each(`INSERT INTO delivery (subscription, event, subject, state, tries, next_at, created_at)
			SELECT id, ?1, ?2, 'waiting', 0, ?3, ?3 FROM subscription
			WHERE partner = ?4 AND event_name = ?5 AND status IN ('active', 'stale')
			AND (fleet_ids IS NULL OR EXISTS (SELECT 1 FROM json_each(fleet_ids) WHERE value = ?6))
			AND (fleet_refs IS NULL OR EXISTS (SELECT 1 FROM json_each(fleet_refs) WHERE value = ?7))
			RETURNING subscription`,
			func(r *sql.Rows) error {
				var id uuid.UUID
				err := r.Scan(&id)
				to = append(to, id)
				return err
			}, e.ID[:], e.Subject[:], micros(e.OccurredAt), e.Partner[:], e.Name, e.Fleet.String(), e.FleetRef)
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

// Waiting is a delivery that has not ended.
type Waiting struct {
	Seq     int64
	Tries   int
	NextAt  time.Time
	Created time.Time
	Event   event.Event
}

// Deliveries returns the waiting deliveries of a subscription in order.
func (db *DB) Deliveries(ctx context.Context, subscription uuid.UUID, after int64, n int) ([]Waiting, error) {
	rows, err := db.read.QueryContext(ctx, `SELECT d.seq, d.tries, d.next_at, d.created_at,
		e.id, e.name, e.partner, e.subject, e.fleet, e.fleet_ref, e.occurred_at, e.data
		FROM delivery d JOIN event e ON e.id = d.event
		WHERE d.subscription = ?1 AND d.seq > ?2 AND d.state = 'waiting' ORDER BY d.seq LIMIT ?3`,
		subscription[:], after, n)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Waiting
	for rows.Next() {
		var w Waiting
		var next, created, occurred int64
		var data string
		if err := rows.Scan(&w.Seq, &w.Tries, &next, &created, &w.Event.ID, &w.Event.Name, &w.Event.Partner,
			&w.Event.Subject, &w.Event.Fleet, &w.Event.FleetRef, &occurred, &data); err != nil {
			return nil, err
		}
		w.NextAt, w.Created, w.Event.OccurredAt = fromMicros(next), fromMicros(created), fromMicros(occurred)
		w.Event.Data = []byte(data)
		all = append(all, w)
	}
	return all, rows.Err()
}
