package dispatch

import (
	"context"
	"sync"
	"time"
)

// Limit is a rate that calls are charged to: one call each Interval on average and Burst at
// once. ID names the budget; whoever names the same ID shares it.
type Limit struct {
	ID       string
	Interval time.Duration
	Burst    int
	// AtOnce bounds the calls in flight; 0 does not.
	AtOnce int
}

// Budget holds the state of all limits of a process, by the generic cell rate algorithm:
// one time per limit, at which the budget would be whole again.
type Budget struct {
	now func() time.Time

	mu   sync.Mutex
	tat  map[string]time.Time
	cold bool
	// rooms are entered by calls in flight, one for each limit that bounds them.
	rooms map[string]chan struct{}
}

// NewBudget returns a budget. saved is what State returned when the last process stopped in
// order; nil after a crash, when limits start empty so that they cannot be exceeded.
func NewBudget(now func() time.Time, saved map[string]time.Time) *Budget {
	b := &Budget{now: now, tat: map[string]time.Time{}, cold: saved == nil, rooms: map[string]chan struct{}{}}
	for id, t := range saved {
		b.tat[id] = t
	}
	return b
}

// State returns what NewBudget needs to go on from here.
func (b *Budget) State() map[string]time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	now, out := b.now(), map[string]time.Time{}
	for id, t := range b.tat {
		if t.After(now) {
			out[id] = t
		}
	}
	return out
}

// Take charges one call to all limits if each allows it now. If not it charges nothing and
// returns how long to wait before asking again.
func (b *Budget) Take(limits []Limit) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	now, wait := b.now(), time.Duration(0)
	for _, l := range limits {
		allowed := b.at(l, now).Add(-time.Duration(l.Burst-1) * l.Interval)
		wait = max(wait, allowed.Sub(now))
	}
	if wait <= 0 {
		b.charge(limits, now)
	}
	return wait
}

// Charge charges one call to all limits whether they allow it or not.
func (b *Budget) Charge(limits []Limit) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.charge(limits, b.now())
}

func (b *Budget) charge(limits []Limit, now time.Time) {
	for _, l := range limits {
		b.tat[l.ID] = b.at(l, now).Add(l.Interval)
	}
}

// at returns a limit's time, which is never in the past.
func (b *Budget) at(l Limit, now time.Time) time.Time {
	t, ok := b.tat[l.ID]
	if !ok && b.cold {
		t = now.Add(time.Duration(l.Burst-1) * l.Interval)
		b.tat[l.ID] = t
	}
	if t.Before(now) {
		return now
	}
	return t
}

// Pacer makes the calls of one attempt wait for their budget. Named tells what a limit's key
// stands for; Paid lists keys that the runner has charged already, once each.
type Pacer struct {
	Budget *Budget
	Named  map[string]Limit
	// Free makes calls charge the budget without waiting for it, as sync writes do.
	Free bool

	mu   sync.Mutex
	paid map[string]int
}

// Prepaid notes keys that were charged before the attempt began.
func (p *Pacer) Prepaid(keys ...string) *Pacer {
	p.paid = map[string]int{}
	for _, k := range keys {
		p.paid[k]++
	}
	return p
}

// Wait returns when one call may be made against each of the named limits, or with the
// context's error. Names that stand for nothing are not limited.
func (p *Pacer) Wait(ctx context.Context, keys ...string) error {
	limits := p.due(keys)
	if p.Free {
		p.Budget.Charge(limits)
		return nil
	}
	for {
		wait := p.Budget.Take(limits)
		if wait <= 0 {
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

func (p *Pacer) due(keys []string) []Limit {
	p.mu.Lock()
	defer p.mu.Unlock()
	var limits []Limit
	for _, k := range keys {
		if p.paid[k] > 0 {
			p.paid[k]--
		} else if l, ok := p.Named[k]; ok {
			limits = append(limits, l)
		}
	}
	return limits
}
