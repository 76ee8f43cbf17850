package webhook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/page"
)

// ErrPlaceLost: what followed the place from which a feed was to be read is not known any more. Its text
// is for the caller.
var ErrPlaceLost = errors.New("is older than the events that are kept, or of a time that was lost with a restored " +
	"backup: events may have been missed; read the state of what you follow anew, and leave the cursor out to begin " +
	"at the oldest event that is kept")

// follows tells whether a reading may go on behind a place without missing what was there.
func (f *Feed) follows(ctx context.Context, to Receiver, after page.Position) error {
	switch {
	case after.Seq == 0, after.Seq == to.Swept:
		return nil
	case after.Seq < to.Swept, after.Seq > to.Filed:
		return ErrPlaceLost
	}
	// A restored store gives places again, to other events.
	there, err := f.c.Store.Filed(ctx, to.ID, after.Seq-1, 1)
	if err != nil {
		return fmt.Errorf("looking up a place in a feed: %w", err)
	}
	if len(there) == 0 || there[0].Place != after.Seq || there[0].Event.ID != after.ID {
		return ErrPlaceLost
	}
	return nil
}

// gather adds what follows to what was found. It looks at a bounded part of the feed, and goes on there
// the next time.
func (f *Feed) gather(ctx context.Context, to Receiver, r FeedRequest, found *FeedPage) error {
	found.More = true
	for looked := 0; looked < scanned; looked += scanPage {
		part, err := f.c.Store.Filed(ctx, to.ID, found.End.Seq, scanPage)
		if err != nil {
			return fmt.Errorf("reading a feed: %w", err)
		}
		for _, e := range part {
			if len(found.Items) == r.Size {
				return nil
			}
			found.End = page.Position{Seq: e.Place, ID: e.Event.ID}
			if e.Event.Damaged != nil {
				f.passOver(e)
				continue
			}
			if !r.passes(e) {
				continue
			}
			if lets, err := f.c.Lets(ctx, e.Event); err != nil {
				return fmt.Errorf("asking whether a partner may have an event: %w", err)
			} else if !lets {
				continue
			}
			d := e.delivery()
			if r.Strict {
				if d, err = f.c.Strict.of(d); err != nil {
					return err
				}
			}
			body, err := Envelope(d)
			if err != nil {
				return err
			}
			found.Items = append(found.Items, body)
		}
		if len(part) < scanPage {
			found.More = false
			return nil
		}
	}
	return nil
}

// mostTold bounds the damaged events of which it is known that the log tells of them.
const mostTold = 10_000

// told are damaged events of which the log tells; they are read again and again.
type told struct {
	mu  sync.Mutex
	ids map[uuid.UUID]bool
}

// first tells whether it was not told of an event yet, and notes that it is.
func (t *told) first(id uuid.UUID) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ids[id] {
		return false
	}
	if t.ids == nil || len(t.ids) >= mostTold {
		t.ids = map[uuid.UUID]bool{}
	}
	t.ids[id] = true
	return true
}

// passOver tells once of an event that cannot be read.
func (f *Feed) passOver(e Filed) {
	if f.told.first(e.Event.ID) {
		f.c.Log.Error("an event of a feed is passed over because it cannot be read", "event_id", e.Event.ID,
			"subscription_id", e.Subscription, "error", e.Event.Damaged)
	}
}

func (r FeedRequest) passes(e Filed) bool {
	return (len(r.EventNames) == 0 || slices.Contains(r.EventNames, e.Event.Name)) && r.Filters.pass(e.Event)
}

// delivery is the event as it would be sent, the first time.
func (e Filed) delivery() Delivery {
	return Delivery{Sequence: e.Sequence, Subscription: Subscription{ID: e.Subscription}, Event: e.Event, Attempt: 1}
}

// sweepFeeds is how often it is looked for events that are kept no longer.
const sweepFeeds = time.Minute

// Run removes what is kept no longer until ctx ends; then whoever waits is answered.
func (f *Feed) Run(ctx context.Context) error {
	defer f.stop()
	tick := time.NewTicker(sweepFeeds)
	defer tick.Stop()
	for {
		err := fence.InParts(ctx, func() (bool, error) { return f.c.Store.SweepFeeds(ctx, f.c.Now().Add(-feedKept)) })
		if err != nil && ctx.Err() == nil {
			f.c.Log.Warn("old events of feeds could not be removed; it is tried again", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
