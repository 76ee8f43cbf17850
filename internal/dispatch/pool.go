package dispatch

import "context"

// pool is the slots of the lanes of one kind. Each kind has its own, so that a flood of one never waits
// before the lanes of another.
type pool struct {
	// slots holds one for each lane that runs, and one for the claim that is waited for.
	slots chan struct{}
	// press asks a lane that lingers to give its slot up, while somebody waits for one.
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
