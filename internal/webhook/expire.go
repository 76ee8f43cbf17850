package webhook

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
)

// Expiry ends the waiting of what waits for nobody who takes it.
type Expiry interface {
	// ExpireDeliveries makes dead letters, which died at a time, of a bounded number of those deliveries behind a Seq whose
	// event occurred, and that were last let wait, before another time, and whose subscription is Held. Each is given the
	// sequence number that it has not, in the order of Seq, and a log entry that says why. It returns the Seq up to which
	// it has looked, and whether there may be more that old.
	ExpireDeliveries(ctx context.Context, behind int64, before, at time.Time) (next int64, more bool, err error)
}

// Held tells whether deliveries of a subscription wait for somebody to act: as long as it is stale or paused none of
// them becomes a dead letter by its tries.
func (s Status) Held() bool { return s == Stale || s == Paused }

// Expired is the log entry of a delivery of the subscription that has waited too long, at a time.
func (s Subscription) Expired(w Waiting, at time.Time) DeliveryLog {
	why := "It waited for longer than events are kept for a subscription that is " + string(s.Status) +
		", and is a dead letter now, which is kept for 14 days: activate the subscription, then replay it within them."
	return DeliveryLog{ID: uuid.Must(uuid.NewV7()), Subscription: s.ID, EventID: w.Event.ID, EventName: w.Event.Name,
		Status: LogFailed, ErrorMessage: &why, CreatedAt: at, Subject: w.Event.Subject}
}

const (
	// expireEvery is how often it is looked for what has waited too long.
	expireEvery = 10 * time.Minute
	// expireAnew is how often that begins with the oldest again. In between it goes on where it was: dead letters, of
	// which there may be very many, stand between, and what has come to be held since is found a day later.
	expireAnew = 24 * time.Hour
)

// Expire makes dead letters of what has waited for longer than a time at subscriptions that are Held, beside all other
// work, until ctx ends.
func Expire(ctx context.Context, in Expiry, kept time.Duration, now func() time.Time, log *slog.Logger) error {
	tick := time.NewTicker(expireEvery)
	defer tick.Stop()
	behind, began := int64(0), time.Time{}
	for {
		at := now().UTC().Truncate(time.Microsecond)
		if at.Sub(began) >= expireAnew {
			behind, began = 0, at
		}
		err := fence.InParts(ctx, func() (bool, error) {
			next, more, err := in.ExpireDeliveries(ctx, behind, at.Add(-kept), at)
			if err == nil {
				behind = next
			}
			return more, err
		})
		if err != nil && ctx.Err() == nil {
			log.Warn("deliveries that have waited too long could not be made dead letters; it is tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
