package tables

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/webhook"
)

// followFleet carries the filters of a partner's subscriptions along with a fleet. One that would then be the same as
// another stays as it is: the other one hears.
func (t *tx) followFleet(ctx context.Context, db *DB, partner uuid.UUID, m webhook.FleetMove, at time.Time) error {
	all, err := rows(t, `SELECT `+subscriptionColumns+` FROM subscription
		WHERE partner = ?1 AND status <> 'deleted' AND filters <> '' ORDER BY id`, t.subscription, partner[:])
	if err != nil {
		return err
	}
	for _, s := range all {
		is, changes := s.Follow(m, at)
		if !changes {
			continue
		}
		twice, err := t.there(`SELECT 1 FROM subscription o JOIN subscription s ON s.id = ?1
			WHERE o.partner = s.partner AND o.event_name = s.event_name AND o.url_key = s.url_key AND o.filters = ?2
				AND o.status <> 'deleted' AND o.id <> s.id`, s.ID[:], is.Filters.Key())
		if err != nil {
			return err
		}
		if twice {
			continue
		}
		if err := t.refilter(ctx, db, is); err != nil {
			return err
		}
	}
	return nil
}

// refilter writes the filters of a subscription and tells of them.
func (t *tx) refilter(ctx context.Context, db *DB, s webhook.Subscription) error {
	ids, refs, err := filterColumns(s.Filters)
	if err != nil {
		return err
	}
	save := func() error {
		return t.exec(`UPDATE subscription SET filters = ?2, fleet_ids = ?3, fleet_refs = ?4, updated_at = ?5
			WHERE id = ?1`, s.ID[:], s.Filters.Key(), ids, refs, micros(s.UpdatedAt))
	}
	if err := t.audited(ctx, db, save, webhookThing(s.ID)); err != nil {
		return err
	}
	return t.tellOfSubscription(db, webhook.EventUpdated, s)
}
