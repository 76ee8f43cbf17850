package dispatch

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Pacer makes the calls of one attempt wait for their budget. It belongs to one attempt; its
// methods may be called by several goroutines of that.
type Pacer struct {
	Budget *Budget
	// Named tells what a limit's key stands for; false if for nothing.
	Named func(key string) (Limit, bool)
	// Always are keys against which every call is charged beside its own.
	Always []string
	// Begun tells that the attempt has begun, within what Always stands for: its further calls are charged to that and do not
	// wait for it, but what comes next does. Waiting for each it would run out of its time, and begin anew for ever.
	Begun bool
	// Begins has an attempt begin with the first call that has waited for Always.
	Begins bool
	// Ahead is how far the calls may run ahead of their limits, as those of sync writes do,
	// whose caller waits.
	Ahead time.Duration
	// Share is on whose behalf the calls are made.
	Share string
	// Until is when the attempt's item must have ended: nothing waits for a limit any longer, so that
	// it is told in time. Zero is never.
	Until time.Time

	mu   sync.Mutex
	paid map[string]int
}

// Prepaid notes keys that were charged before the attempt began, once each, with those that always are. It must be called
// before the first Wait, and forgets what was noted before.
func (p *Pacer) Prepaid(keys ...string) *Pacer {
	p.paid = map[string]int{}
	for _, k := range slices.Concat(keys, p.Always) {
		p.paid[k]++
	}
	return p
}

// Wait returns when one call may be made against each of the named limits, or with the
// context's error, or with ErrLapsed. Names that stand for nothing are not limited.
func (p *Pacer) Wait(ctx context.Context, keys ...string) error {
	if !p.Until.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, p.Until)
		defer cancel()
	}
	limits, owed := p.due(keys)
	for {
		// Others may take what becomes free, so it is asked again after each wait. No order is
		// kept: the lane's own order was kept when the item began.
		wait, _ := p.Budget.Borrow(p.Share, limits, p.Ahead)
		if p.Budget.lapsedUnder(ctx) {
			return ErrLapsed
		}
		if wait <= 0 {
			if len(owed) > 0 {
				p.Budget.Borrow("", owed, forever)
			}
			p.begin()
			return nil
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		case <-t.C:
		}
	}
}

// begin notes that a call has waited for what all of an attempt waits for.
func (p *Pacer) begin() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Begun = p.Begun || p.Begins
}

// forever is longer than any limit makes anybody wait.
const forever = 10000 * time.Hour

// due are the limits that still have to be charged for a call; owed are those that it does not wait for.
func (p *Pacer) due(keys []string) (limits, owed []Limit) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, k := range slices.Concat(keys, p.Always) {
		if p.paid[k] > 0 {
			p.paid[k]--
		} else if l, ok := p.Named(k); ok && p.Begun && i >= len(keys) {
			owed = append(owed, l)
		} else if ok {
			limits = append(limits, l)
		}
	}
	return limits, owed
}
