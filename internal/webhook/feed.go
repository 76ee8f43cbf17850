package webhook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
)

// FeedURL is what a subscription has for its URL whose events are read and not sent: those of a partner
// make one feed. See decision 0017.
const FeedURL = "waybill:feed"

// Filed is an event in a feed. Places ascend without a gap; nothing is ever filed before what was read.
type Filed struct {
	Place        int64
	Subscription uuid.UUID
	Sequence     int64
	Event        event.Event
}

// FeedStore keeps feeds.
type FeedStore interface {
	// ReceiverOf is that of Receivers.
	ReceiverOf(ctx context.Context, partner uuid.UUID, url string) (Receiver, error)
	// File moves some of what waits in a receiver's queue to the end of its feed, numbered as Number
	// does, and returns how much; 0 if nothing waits. An event that is Damaged keeps its place and number.
	File(ctx context.Context, receiver uuid.UUID) (int, error)
	// Filed returns the events of a feed behind a place, so many at most.
	Filed(ctx context.Context, receiver uuid.UUID, after int64, most int) ([]Filed, error)
	// SweepFeeds removes some of what was filed before a time, and tells whether there may be more.
	SweepFeeds(ctx context.Context, before time.Time) (more bool, err error)
}

// The bounds of a feed.
const (
	// feedKept is for how long events can be read.
	feedKept = 14 * 24 * time.Hour
	// scanned bounds what one reading looks at to find what its filters let pass, and scanPage what is
	// held of that at once.
	scanned  = 1000
	scanPage = 200
	// FeedMostWait bounds how long a reading waits, below what proxies allow a request to be silent.
	FeedMostWait = 30 * time.Second
	// lookAgain is after how long who waits looks whether something was filed by another process.
	lookAgain = 5 * time.Second
	// readersOfOne and readersOfAll bound the readings that wait at once. Each holds a goroutine and a
	// connection of its client.
	readersOfOne = 20
	readersOfAll = 1000
)

// FeedRequest asks for what follows in a partner's feed. Empty filters narrow nothing.
type FeedRequest struct {
	// After is where an earlier answer ended; zero for the oldest event that is kept.
	After page.Position
	Size  int
	Wait  time.Duration
	// EventNames may be wildcards.
	EventNames []string
	Filters    Filters
	// Strict tells that the caller takes no member that the contract lacks, whoever made the subscriptions.
	Strict bool
}

// FeedPage is what a reading found. Items are the JSON of envelopes.
type FeedPage struct {
	Items [][]byte
	// End is where the next reading goes on, whether or not this one found something.
	End page.Position
	// More tells that it need not wait.
	More bool
}

// FeedConfig is what a Feed is made of.
type FeedConfig struct {
	Store FeedStore
	// Lets tells whether a partner may have an event still.
	Lets func(context.Context, event.Event) (bool, error)
	// Strict is that of Sender, for callers that are strict.
	Strict Shorten
	Now    func() time.Time
	Log    *slog.Logger
}

// Feed lets partners read their events.
type Feed struct {
	c     FeedConfig
	bells *bells
	told  told
	stop  context.CancelFunc
	over  context.Context
}

// NewFeed returns the feeds of a store.
func NewFeed(c FeedConfig) *Feed {
	over, stop := context.WithCancel(context.Background())
	return &Feed{c: c, bells: newBells(), over: over, stop: stop}
}

// File moves all that waits for a feed into it, and calls those who wait for that.
func (f *Feed) File(ctx context.Context, receiver uuid.UUID) error {
	for {
		n, err := f.c.Store.File(ctx, receiver)
		if err != nil {
			return fmt.Errorf("filing events: %w", err)
		}
		if n == 0 {
			return nil
		}
		f.bells.ring(receiver)
	}
}

// Read returns what follows in a partner's feed. If there is nothing it waits for as long as is asked,
// without holding anything of the store.
func (f *Feed) Read(ctx context.Context, partner uuid.UUID, r FeedRequest) (FeedPage, error) {
	var names []string
	for _, n := range r.EventNames {
		names = append(names, narrowed(n)...)
	}
	r.EventNames = names
	found := FeedPage{End: r.After}
	until, seated := f.c.Now().Add(r.Wait), false
	for first := true; ; first = false {
		to, err := f.c.Store.ReceiverOf(ctx, partner, FeedURL)
		if errors.Is(err, ErrNotFound) {
			return found, problem.New(problem.NotFound,
				"there is no feed yet: POST /v2/notifications/webhooks with the url %q and the event_name that you "+
					"want to read", FeedURL)
		}
		if err != nil {
			return found, fmt.Errorf("looking up the feed: %w", err)
		}
		// Before the reading, so that nothing is filed between it and the waiting.
		bell := f.bells.of(to.ID)
		if first {
			err = f.follows(ctx, to, r.After)
		}
		if err == nil {
			err = f.gather(ctx, to, r, &found)
		}
		if err != nil {
			return found, err
		}
		left := until.Sub(f.c.Now())
		if len(found.Items) > 0 || found.More || left <= 0 || f.over.Err() != nil {
			return found, nil
		}
		if !seated {
			leave, ok := f.bells.seat(partner)
			if !ok {
				p := problem.New(problem.TooMany,
					"too many requests wait for events at once; let one wait and hand out what it reads, or leave "+
						"wait out")
				p.RetryAfter = time.Second
				return found, p
			}
			defer leave()
			seated = true
		}
		if !f.await(ctx, bell, min(left, lookAgain)) {
			return found, nil
		}
	}
}

// await returns when something may have been filed, or false when nobody is there to be told.
func (f *Feed) await(ctx context.Context, bell <-chan struct{}, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-bell:
	case <-t.C:
	case <-f.over.Done():
	case <-ctx.Done():
		return false
	}
	return true
}
