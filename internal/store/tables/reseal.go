package tables

import (
	"context"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/webhook"
)

// SubscriptionsAfter lists what webhook.Vault needs of subscriptions by their id. It reads nothing that may
// be sealed at rest.
func (db *DB) SubscriptionsAfter(ctx context.Context, id uuid.UUID, limit int) ([]webhook.Subscription, error) {
	return list(ctx, db, `SELECT id, partner, sealed, previous FROM subscription WHERE id > ?1 AND status <> 'deleted'
		ORDER BY id LIMIT ?2`, func(row scanner) (s webhook.Subscription, err error) {
		return s, row.Scan(&s.ID, &s.Partner, &s.Sealed, &s.Previous)
	}, id[:], limit)
}

// ResealSubscription replaces the sealed secrets that were read.
func (db *DB) ResealSubscription(ctx context.Context, from, to webhook.Subscription) error {
	return db.do(ctx, func(tx *tx) error {
		return overtaken(tx.change(`UPDATE subscription SET sealed = ?4, previous = ?5
			WHERE id = ?1 AND sealed = ?2 AND previous IS NOT DISTINCT FROM ?3`,
			from.ID[:], from.Sealed, from.Previous, to.Sealed, to.Previous))
	})
}
