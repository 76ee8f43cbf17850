package tables

import (
	"context"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// ChangeSubscription writes a change.
func (db *DB) ChangeSubscription(ctx context.Context, c webhook.Change) error {
	return db.audited(ctx, func(tx *tx) error {
		// Whether it moved on is asked first: a refusal must have changed nothing.
		same, err := tx.there(`SELECT 1 FROM subscription WHERE id = ?1 AND partner = ?2 AND status = ?3
			AND updated_at = ?4
			AND (CAST(?5 AS BIGINT) = 0 OR sealed = ?6 AND previous IS NOT DISTINCT FROM ?7)`,
			c.From.ID[:], c.From.Partner[:], string(c.From.Status), micros(c.From.UpdatedAt), c.Rotated(), c.From.Sealed, c.From.Previous)
		if err != nil {
			return err
		}
		if !same {
			return refusal{fence.ErrOvertaken}
		}
		if c.To.Damaged == nil {
			if err := tx.wanted(c.To, c.To.ID); err != nil {
				return err
			}
		}
		if err := tx.changeSubscription(db, c); err != nil {
			return err
		}
		return tx.along(ctx, db, c.From, c.To, webhook.ByOwner)
	}, webhookThing(c.From.ID))
}

// changeSubscription writes a change of a subscription that was found to be as it was, and the events
// that tell of it.
func (t *tx) changeSubscription(db *DB, c webhook.Change) error {
	s := c.To
	pause, err := t.pauseOf(c)
	if err != nil {
		return err
	}
	if err := t.exec(`UPDATE subscription SET encoding = ?2, retry_refused = ?3, status = ?4, updated_at = ?5, pause = ?6
		WHERE id = ?1`, s.ID[:], string(s.Encoding), s.RetryRefused, string(s.Status), micros(s.UpdatedAt), pause); err != nil {
		return err
	}
	if err := t.changeAddress(s); err != nil {
		return err
	}
	if c.Rotated() {
		err := t.exec(`UPDATE subscription SET sealed = ?2, previous = ?3, previous_until = ?4 WHERE id = ?1`,
			s.ID[:], s.Sealed, s.Previous, micros(s.PreviousUntil))
		if err != nil {
			return err
		}
	}
	if c.Renewed() {
		err := t.exec(`UPDATE subscription SET learned = ?2, judged_from = ?3, success = ?4, counted = ?5,
			failed_in_row = ?6
			WHERE id = ?1`, s.ID[:], string(s.Learned), micros(s.Health.Since), s.Health.Success, s.Health.Counted,
			s.Health.FailedInRow)
		if err != nil {
			return err
		}
	}
	if s.Status == webhook.Deleted {
		if err := t.leaveSubscription(s.ID); err != nil {
			return err
		}
	}
	// The runner reads what the subscription has become: it goes on, or sends no more of what it holds.
	if err := t.wakeReceiver(db, s.ID); err != nil {
		return err
	}
	for _, name := range c.Names() {
		if err := t.tellOfSubscription(db, name, s); err != nil {
			return err
		}
	}
	return nil
}

// changeAddress writes where a subscription leads to and what passes its filters. What cannot be read stays as
// it is stored: a backup may hold its key.
func (t *tx) changeAddress(s webhook.Subscription) error {
	if s.Filters == nil || !s.Filters.Lost {
		ids, refs, err := filterColumns(s.Filters)
		if err != nil {
			return err
		}
		if err := t.exec(`UPDATE subscription SET filters = ?2, fleet_ids = ?3, fleet_refs = ?4 WHERE id = ?1`,
			s.ID[:], s.Filters.Key(), ids, refs); err != nil {
			return err
		}
	}
	if s.Damaged != nil {
		return nil
	}
	at, err := t.address(s.Partner, s.URL)
	if err != nil {
		return err
	}
	return t.exec(`UPDATE subscription SET url = ?2, url_key = ?3 WHERE id = ?1`, s.ID[:], at.url, at.key)
}

// tellOfSubscription publishes the event of a change.
func (t *tx) tellOfSubscription(db *DB, name string, s webhook.Subscription) error {
	told, err := webhook.Told(name, s)
	if err != nil {
		return err
	}
	return t.publish(db, []event.Event{told})
}
