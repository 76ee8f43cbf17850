package perform

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"
)

// longestFlight is when an attempt at a delivery counts as over at the latest: longer than two requests take and
// their settling, so that only one which could not be settled is not waited for.
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
	late   *time.Timer
}

// enter begins an attempt, unless another one is under way. It ends by itself in the end.
func (f *flights) enter(p *parcel) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.of[p.aim()] != nil {
		return false
	}
	f.of[p.aim()] = &flight{p, make(chan struct{}), time.AfterFunc(longestFlight, func() { f.leave(p) })}
	return true
}

// leave ends an attempt; that of another lane goes on.
func (f *flights) leave(p *parcel) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if own := f.of[p.aim()]; own != nil && own.parcel == p {
		own.late.Stop()
		delete(f.of, p.aim())
		close(own.over)
	}
}

// under tells whether an attempt at what a parcel is at is under way.
func (f *flights) under(p *parcel) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.of[p.aim()] != nil
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
		select {
		case <-one.over:
		case <-ctx.Done():
			return
		}
	}
}
