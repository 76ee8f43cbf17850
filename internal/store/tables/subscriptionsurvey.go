package tables

import (
	"context"
	"math"
	"strconv"

	"github.com/waybill-dev/waybill/internal/webhook"
)

// ever is later than any time. Being asked for, it makes a range of an index of what would be read from end to end.
const ever = math.MaxInt64

// StaleSubscriptions reads the index of those that are stale.
func (db *DB) StaleSubscriptions(ctx context.Context, most int) ([]webhook.Subscription, error) {
	return shown(ctx, db, `SELECT `+subscriptionColumns+` FROM subscription INDEXED BY subscription_stale WHERE status = 'stale'
		AND updated_at > 0 AND updated_at < ? ORDER BY updated_at DESC, id DESC LIMIT `+strconv.Itoa(most), db.writer.subscription, ever)
}

// CountTroubled counts in the indexes of what is stale and dead.
func (db *DB) CountTroubled(ctx context.Context, most int) (stale, dead int, err error) {
	ctx, end := db.listing(ctx)
	defer end()
	stale, err = only(shown(ctx, db, `SELECT count(*) FROM (SELECT 1 FROM subscription INDEXED BY subscription_stale
		WHERE status = 'stale' AND updated_at > 0 AND updated_at < ? LIMIT `+strconv.Itoa(most)+`) counted`, scanOne[int], ever))
	if err != nil {
		return 0, 0, err
	}
	dead, err = only(shown(ctx, db, `SELECT count(*) FROM (SELECT 1 FROM delivery INDEXED BY delivery_dead_since
		WHERE state = 'dead' AND next_at > 0 LIMIT `+strconv.Itoa(most)+`) counted`, scanOne[int]))
	return stale, dead, err
}
