package app

import (
	"context"
	"time"

	"github.com/waybill-dev/waybill/internal/metrics"
	"github.com/waybill-dev/waybill/internal/perform"
	"github.com/waybill-dev/waybill/internal/store"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// watchedSweeps tells of each batch that is swept.
type watchedSweeps struct {
	store.Store
	metrics *metrics.Metrics
}

// sweeps is all that is swept of the store.
type sweeps interface {
	webhook.Sweeps
	webhook.Expiry
	perform.Retention
}

// sweeps are those of the store, watched where somebody looks.
func (a *App) sweeps() sweeps {
	if a.metrics == nil {
		return a.db
	}
	return watchedSweeps{a.db, a.metrics}
}

func (w watchedSweeps) told(what string, sweep func() (bool, error)) (bool, error) {
	began := time.Now()
	more, err := sweep()
	w.metrics.Swept(what, time.Since(began), err)
	return more, err
}

// SweepDeleted is the store's.
func (w watchedSweeps) SweepDeleted(ctx context.Context) (bool, error) {
	return w.told("deleted_webhooks", func() (bool, error) { return w.Store.SweepDeleted(ctx) })
}

// SweepReceivers is the store's.
func (w watchedSweeps) SweepReceivers(ctx context.Context) (bool, error) {
	return w.told("receivers", func() (bool, error) { return w.Store.SweepReceivers(ctx) })
}

// SweepSecrets is the store's.
func (w watchedSweeps) SweepSecrets(ctx context.Context, at time.Time) (bool, error) {
	return w.told("old_secrets", func() (bool, error) { return w.Store.SweepSecrets(ctx, at) })
}

// SweepDeadLetters is the store's.
func (w watchedSweeps) SweepDeadLetters(ctx context.Context, before time.Time) (bool, error) {
	return w.told("dead_letters", func() (bool, error) { return w.Store.SweepDeadLetters(ctx, before) })
}

// ExpireDeliveries is the store's.
func (w watchedSweeps) ExpireDeliveries(ctx context.Context, behind int64, before, at time.Time) (next int64, more bool, err error) {
	_, err = w.told("waiting_deliveries", func() (bool, error) {
		next, more, err = w.Store.ExpireDeliveries(ctx, behind, before, at)
		return more, err
	})
	return next, more, err
}

// SweepLogs is the store's.
func (w watchedSweeps) SweepLogs(ctx context.Context, before time.Time) (bool, error) {
	return w.told("delivery_logs", func() (bool, error) { return w.Store.SweepLogs(ctx, before) })
}

// SweepKeys is the store's.
func (w watchedSweeps) SweepKeys(ctx context.Context, before time.Time) (bool, error) {
	return w.told("idempotency_keys", func() (bool, error) { return w.Store.SweepKeys(ctx, before) })
}

// SweepExchanges is the store's.
func (w watchedSweeps) SweepExchanges(ctx context.Context, before time.Time) (bool, error) {
	return w.told("exchanges", func() (bool, error) { return w.Store.SweepExchanges(ctx, before) })
}

// SweepOperations is the store's.
func (w watchedSweeps) SweepOperations(ctx context.Context, behind int64, before time.Time) (next int64, err error) {
	_, err = w.told("operations", func() (bool, error) {
		next, err = w.Store.SweepOperations(ctx, behind, before)
		return next > 0, err
	})
	return next, err
}

// SweepRecords is the store's.
func (w watchedSweeps) SweepRecords(ctx context.Context, behind int64, before time.Time) (next int64, err error) {
	_, err = w.told("records", func() (bool, error) {
		next, err = w.Store.SweepRecords(ctx, behind, before)
		return next > 0, err
	})
	return next, err
}

// SweepFleets is the store's.
func (w watchedSweeps) SweepFleets(ctx context.Context, before time.Time) (bool, error) {
	return w.told("deleted_fleets", func() (bool, error) { return w.Store.SweepFleets(ctx, before) })
}
