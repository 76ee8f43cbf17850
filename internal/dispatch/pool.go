package dispatch

import (
	"context"
	"time"
)

// pool is the slots of the lanes of one queue. Each queue has its own, so that a flood of one never waits
// before the lanes of another. A slot is for a lane that reads and decides, which is what costs: the
// runner's time, and the memory for what it holds.
type pool struct {
	// slots holds one for each lane that runs, and one for the claim that is waited for.
	slots chan struct{}
	// press asks a lane that only waits to give its slot up, while somebody waits for one.
	press chan struct{}
}

func newPool(lanes int) *pool {
	return &pool{slots: make(chan struct{}, lanes), press: make(chan struct{})}
}

// enter takes a slot, and tells whether it did before ctx ended.
func (p *pool) enter(ctx context.Context) bool {
	for {
		select {
		case p.slots <- struct{}{}:
			return true
		default:
		}
		select {
		case <-ctx.Done():
			return false
		case p.slots <- struct{}{}:
			return true
		case p.press <- struct{}{}:
		}
	}
}

func (p *pool) leave() { <-p.slots }

// crowded tells whether a lane may be waiting for a slot.
func (p *pool) crowded() bool { return len(p.slots) == cap(p.slots) }

// slot is that of one lane, which alone uses it.
type slot struct {
	*pool
	held bool
}

// patient is how long a lane with attempts in flight keeps its slot for them: most are answered by then,
// and taking a slot again costs a wait where there are few.
const patient = 100 * time.Millisecond

// leave gives the slot back, if it is held.
func (s *slot) leave() {
	if s.held {
		s.held = false
		s.pool.leave()
	}
}

// enter takes it again, if it is not held. After ctx has ended nobody needs one.
func (s *slot) enter(ctx context.Context) {
	s.held = s.held || s.pool.enter(ctx)
}
