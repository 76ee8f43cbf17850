package perform

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"
)

// longestFlight bounds how long an attempt at a delivery waits for another one at it: longer than two requests
// take and their settling, so that only an attempt which could not be settled is not waited for.
const longestFlight = 30 * time.Second

// flights are the attempts of this process that are under way. A delivery has one at a time: a subscription that
// gets another URL takes what waits along to another lane, and what the old receiver is answering yet is not sent to
// the new one as well. It bounds the lanes of one process alone; an event may be sent twice all the same.
type flights struct {
	mu sync.Mutex
	of map[aim]*flight
}

// aim is what an attempt is at: an event for a subscription.
type aim struct{ subscription, event uuid.UUID }

func (p *parcel) aim() aim { return aim{p.waiting.Subscription, p.waiting.Event.ID} }

type flight struct {
	parcel *parcel
	over   chan struct{}
}

// enter begins an attempt. Where another one is under way it waits for its end and tells that nothing began: what
// waits has to be read anew.
func (f *flights) enter(ctx context.Context, p *parcel) bool {
	f.mu.Lock()
	other := f.of[p.aim()]
	if other == nil {
		f.of[p.aim()] = &flight{p, make(chan struct{})}
	}
	f.mu.Unlock()
	if other == nil {
		return true
	}
	if !other.ended(ctx) {
		f.leave(other.parcel)
	}
	return false
}

// leave ends an attempt; that of another lane goes on.
func (f *flights) leave(p *parcel) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if own := f.of[p.aim()]; own != nil && own.parcel == p {
		delete(f.of, p.aim())
		close(own.over)
	}
}

// landed waits for the attempts that are under way at what is a partner's.
func (f *flights) landed(ctx context.Context, partner uuid.UUID) {
	f.mu.Lock()
	var all []*flight
	for _, one := range f.of {
		if one.parcel.waiting.Event.Partner == partner {
			all = append(all, one)
		}
	}
	f.mu.Unlock()
	for _, one := range all {
		one.ended(ctx)
	}
}

// ended waits for the end of an attempt and tells whether it came.
func (f *flight) ended(ctx context.Context) bool {
	late := time.NewTimer(longestFlight)
	defer late.Stop()
	select {
	case <-f.over:
		return true
	case <-ctx.Done():
		return true
	case <-late.C:
		return false
	}
}
