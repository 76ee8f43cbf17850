package tables

import (
	"context"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// MendReceiver mends the URL of a receiver by that of a subscription, or makes those that lead there stale.
func (db *DB) MendReceiver(ctx context.Context, receiver uuid.UUID) ([]uuid.UUID, error) {
	return give(ctx, db, func(tx *tx) (stale []uuid.UUID, err error) {
		found, err := rows(tx, receiverQuery, tx.receiver, receiver[:])
		if err != nil || len(found) == 0 || found[0].Damaged == nil {
			return nil, err
		}
		all, err := rows(tx, `SELECT `+subscriptionColumns+` FROM subscription
			WHERE receiver = ?1 AND status <> 'deleted'`, tx.subscription, receiver[:])
		if err != nil {
			return nil, err
		}
		for _, s := range all {
			if s.Damaged == nil {
				return nil, tx.mend(db, found[0], s.URL)
			}
		}
		for _, s := range all {
			is, err := s.Move(webhook.Stall, webhook.ByBreaker, db.now())
			if err != nil {
				// It is not active.
				continue
			}
			if err := tx.judged(ctx, db, s, is); err != nil {
				return nil, err
			}
			stale = append(stale, s.ID)
		}
		return stale, nil
	})
}

// mend writes the URL of a receiver anew. Where its key was lost with it another receiver may have the URL
// meanwhile; then what leads to the damaged one leads there.
func (t *tx) mend(db *DB, r webhook.Receiver, url string) error {
	a, err := t.address(r.Partner, url)
	if err != nil {
		return err
	}
	t.wakeLane(db, fence.Receivers, r.ID)
	others, err := rows(t, `SELECT id FROM receiver WHERE partner = ?1 AND url_key = ?2 AND id <> ?3`,
		scanOne[uuid.UUID], r.Partner[:], a.key, r.ID[:])
	if err != nil {
		return err
	}
	if len(others) == 0 {
		return t.readdress(r.ID, a)
	}
	t.wakeLane(db, fence.Receivers, others[0])
	// The receiver is named, since one whose own key is whole does not move by it.
	return t.exec(`UPDATE subscription SET url = ?2, url_key = ?3, receiver = ?4, astray =
		CASE WHEN EXISTS (SELECT 1 FROM delivery d WHERE d.subscription = subscription.id AND d.state = 'waiting')
		THEN 1 ELSE 0 END WHERE receiver = ?1`, r.ID[:], a.url, a.key, others[0][:])
}
