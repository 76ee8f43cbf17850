package sqlite

import (
	"context"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/webhook"
)

// SubscriptionsAfter lists subscriptions by their id.
func (db *DB) SubscriptionsAfter(ctx context.Context, id uuid.UUID, limit int) ([]webhook.Subscription, error) {
	return list(ctx, db, `SELECT `+subscriptionColumns+` FROM subscription WHERE id > ?1 AND status <> 'deleted'
		ORDER BY id LIMIT ?2`, db.writer.subscription, id[:], limit)
}

// ResealSubscription replaces the sealed secrets that were read.
func (db *DB) ResealSubscription(ctx context.Context, from, to webhook.Subscription) error {
	return db.do(ctx, func(tx *tx) error {
		return overtaken(tx.change(`UPDATE subscription SET sealed = ?4, previous = ?5
			WHERE id = ?1 AND sealed = ?2 AND previous IS ?3`, from.ID[:], from.Sealed, from.Previous, to.Sealed,
			to.Previous))
	})
}
