package webhook

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
)

// Kept is for how long dead letters, logs and counts are kept, as the contract has it.
const Kept = 14 * 24 * time.Hour

// Sweeps removes what is kept no longer, each call a bounded part of it in a transaction of its own,
// because other writes wait for it. more tells that there may be more.
type Sweeps interface {
	// SweepDeleted removes what deleted subscriptions have left, and then themselves.
	SweepDeleted(ctx context.Context) (more bool, err error)
	// SweepReceivers removes receivers to which no subscription leads and for which nothing waits or is
	// filed: their URLs hold secrets.
	SweepReceivers(ctx context.Context) (more bool, err error)
	// SweepSecrets erases the secrets before the last rotation that sign no more at a time.
	SweepSecrets(ctx context.Context, at time.Time) (more bool, err error)
	// SweepDeadLetters removes dead letters that died before a time, and the events that no other
	// delivery needs.
	SweepDeadLetters(ctx context.Context, before time.Time) (more bool, err error)
	// SweepLogs removes log entries and counts of before a time.
	SweepLogs(ctx context.Context, before time.Time) (more bool, err error)
}

// sweepEvery is how often it is looked for what is kept no longer.
const sweepEvery = 10 * time.Second

// receiversEvery is how often each receiver is looked at: there are as many as URLs.
const receiversEvery = 10 * time.Minute

// Sweep removes what is kept no longer, beside all other work, until ctx ends.
func Sweep(ctx context.Context, in Sweeps, now func() time.Time, log *slog.Logger) error {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	seen := time.Time{}
	for {
		at := now()
		receivers := func() (more bool, err error) {
			if at.Sub(seen) < receiversEvery {
				return false, nil
			}
			if more, err = in.SweepReceivers(ctx); err == nil && !more {
				seen = at
			}
			return more, err
		}
		if err := sweep(ctx, in, at, receivers); err != nil && ctx.Err() == nil {
			log.Warn("old deliveries could not be removed; it is tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// sweep does all of it: what fails keeps nothing else from being removed.
func sweep(ctx context.Context, in Sweeps, at time.Time, receivers func() (more bool, err error)) error {
	before := at.Add(-Kept)
	var failed []error
	for _, one := range []func() (bool, error){
		func() (bool, error) { return in.SweepDeleted(ctx) },
		receivers,
		func() (bool, error) { return in.SweepSecrets(ctx, at) },
		func() (bool, error) { return in.SweepDeadLetters(ctx, before) },
		func() (bool, error) { return in.SweepLogs(ctx, before) },
	} {
		failed = append(failed, fence.InParts(ctx, one))
	}
	return errors.Join(failed...)
}
