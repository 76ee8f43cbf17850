package tables

import (
	"context"

	"github.com/waybill-dev/waybill/internal/webhook"
)

// along stores the other subscriptions of a receiver that go along with one that has changed.
func (t *tx) along(ctx context.Context, db *DB, was, is webhook.Subscription, by webhook.Mover) error {
	for _, status := range webhook.Draws(was, is, by) {
		all, err := rows(t, `SELECT `+subscriptionColumns+` FROM subscription
			WHERE receiver = (SELECT receiver FROM subscription WHERE id = ?1) AND status = ?2 AND id <> ?1`,
			t.subscription, is.ID[:], string(status))
		if err != nil {
			return err
		}
		for _, other := range all {
			if err := t.judged(ctx, db, other, other.Along(is, is.UpdatedAt)); err != nil {
				return err
			}
		}
	}
	return nil
}

// judged stores what is known of a subscription's receiver, and tells its partner of another status. The
// runner then reads anew and sends no more of what it holds.
func (t *tx) judged(ctx context.Context, db *DB, was, is webhook.Subscription) error {
	pause, err := pauseText(is.Paused, is.Health.Since)
	if err != nil {
		return err
	}
	save := func() error {
		return t.exec(`UPDATE subscription SET status = ?2, learned = ?3, refused = ?4, judged_from = ?5, success = ?6,
			counted = ?7, failed_in_row = ?8, updated_at = ?9, pause = ?10 WHERE id = ?1`, is.ID[:], string(is.Status),
			string(is.Learned), is.Refused, micros(is.Health.Since), is.Health.Success, is.Health.Counted,
			is.Health.FailedInRow, micros(is.UpdatedAt), pause)
	}
	if is.Status == was.Status {
		return save()
	}
	if err := t.audited(ctx, db, save, webhookThing(is.ID)); err != nil {
		return err
	}
	if err := t.wakeReceiver(db, is.ID); err != nil {
		return err
	}
	return t.tellOfSubscription(db, is.Status.Event(), is)
}
