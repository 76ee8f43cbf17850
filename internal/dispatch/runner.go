package dispatch

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
)

// The window of a runner: how many items it reads at once and holds at most.
const (
	pageSize   = 100
	windowSize = 1000
)

// runner runs one lane for one claim. All decisions are made in its own goroutine; attempts
// run in theirs and report through ended.
type runner struct {
	*Dispatcher
	claim   Claim
	work    Work
	policy  Policy
	working context.Context
	ended   chan result

	window   []*entry
	cursor   int64
	drained  bool // nothing is known to wait behind the cursor
	parallel int
	flying   int
	stopped  bool
	// reopen is when a pause ends; shut is until when the work itself keeps the lane closed,
	// which any activation may change.
	reopen, shut time.Time
}

// entry is an item in the window.
type entry struct {
	Item
	flying bool
}

// result is the end of an attempt, told to the runner.
type result struct {
	entry   *entry
	item    Item
	verdict Verdict
	gone    bool
}

// run works the lane until it has nothing to do, must wait long, or has had its slice. It
// returns when to run again, zero for when activated.
func (r *runner) run(ctx context.Context) time.Time {
	begun, lingered := r.config.Now(), false
	for {
		now := r.config.Now()
		over := ctx.Err() != nil || r.stopped || now.Sub(begun) > r.config.Slice ||
			now.Before(r.reopen) || now.Before(r.shut)
		if over && r.flying == 0 {
			return r.after(now, ctx)
		}
		next := time.Time{}
		if !over {
			if err := r.fill(ctx); err != nil {
				r.config.Log.Error("reading a lane", "lane", r.claim.Lane.ID, "kind", r.claim.Lane.Kind, "error", err)
				r.reopen = now.Add(time.Second)
				continue
			}
			next = r.launch(now)
			if r.flying == 0 && (lingered && next.IsZero() || next.Sub(now) > r.config.Linger) {
				return next
			}
		}
		lingered = r.wait(ctx, next, over)
	}
}

// after tells when a lane that must stop wants to go on.
func (r *runner) after(now time.Time, ctx context.Context) time.Time {
	switch {
	case ctx.Err() != nil || r.stopped:
		return time.Time{}
	case now.Before(r.reopen):
		return r.reopen
	case now.Before(r.shut):
		return r.shut
	}
	return now
}

// wait returns when there may be something to decide, and tells whether it was idle for as
// long as an empty lane lingers.
func (r *runner) wait(ctx context.Context, next time.Time, over bool) (lingered bool) {
	d := r.config.Linger
	if !next.IsZero() {
		d = max(next.Sub(r.config.Now()), 0)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	done, wake := ctx.Done(), r.claim.Wake
	if over {
		// Nothing is launched any more; only the attempts in flight matter.
		done, wake = nil, nil
	}
	select {
	case res := <-r.ended:
		r.apply(res)
	case <-wake:
		r.drained, r.shut = false, time.Time{}
		r.dropHeld()
	case <-done:
	case <-t.C:
		r.dropHeld()
		return next.IsZero() && r.flying == 0
	}
	return false
}

// dropHeld forgets items that somebody else performs, so that they are read anew.
func (r *runner) dropHeld() {
	for _, e := range r.window {
		if e.Held {
			r.cursor, r.drained = min(r.cursor, e.Seq-1), false
		}
	}
	r.window = slices.DeleteFunc(r.window, func(e *entry) bool { return e.Held })
}

// fill reads items into the window. A window that runs empty is read from the start once
// more, because commits may become visible out of order.
func (r *runner) fill(ctx context.Context) error {
	if r.drained || len(r.window) > windowSize-pageSize {
		return nil
	}
	if len(r.window) == 0 {
		r.cursor = 0
	}
	batch, err := r.work.Heads(ctx, r.claim.Lane, r.cursor, pageSize)
	if err != nil {
		return err
	}
	r.parallel, r.drained = max(batch.Parallel, 1), len(batch.Items) < pageSize
	r.shut = batch.Closed
	for _, it := range batch.Items {
		r.cursor = it.Seq
		if !slices.ContainsFunc(r.window, func(e *entry) bool { return e.Seq == it.Seq }) {
			r.window = append(r.window, &entry{Item: it})
		}
	}
	slices.SortFunc(r.window, func(a, b *entry) int { return cmp.Compare(a.Seq, b.Seq) })
	return nil
}

// launch begins what may begin and returns when something more may, zero if that depends on
// attempts in flight or on new items.
func (r *runner) launch(now time.Time) (next time.Time) {
	sooner := func(t time.Time) {
		if next.IsZero() || t.Before(next) {
			next = t
		}
	}
	blocked := map[string]bool{}
	for _, e := range r.window {
		if blocked[e.Key] {
			continue
		}
		blocked[e.Key] = true
		expired := !e.Deadline.IsZero() && !now.Before(e.Deadline)
		switch {
		case e.flying || e.Held:
		case e.NotBefore.After(now) && !expired:
			sooner(e.NotBefore)
		case r.flying >= r.parallel:
			return next
		case expired:
			r.fly(e, true)
		default:
			if wait := r.config.Budget.Take(e.Limits); wait > 0 {
				sooner(now.Add(wait))
				return next
			}
			r.fly(e, false)
		}
	}
	if !r.drained && len(r.window) <= windowSize-pageSize {
		sooner(now)
	}
	return next
}

// fly makes one attempt in a goroutine of its own.
func (r *runner) fly(e *entry, expired bool) {
	e.flying = true
	r.flying++
	go func() {
		item, verdict, gone := r.attempt(e.Item, expired)
		r.ended <- result{e, item, verdict, gone}
	}()
}

// attempt performs an item and settles it. gone tells that the item is no longer ours.
func (r *runner) attempt(item Item, expired bool) (Item, Verdict, bool) {
	ctx, now := r.working, r.config.Now
	end := End{Expired: expired, StartedAt: now(), EndedAt: now()}
	if !expired {
		if err := r.work.Begin(ctx, item); err != nil {
			return r.lost(item, "beginning an attempt", err)
		}
		end = r.work.Perform(ctx, item)
		if ctx.Err() != nil {
			// The attempt was cut off by our own stop; what became of it is found out at the start.
			return item, Verdict{}, true
		}
	}
	v := r.policy.Decide(item, end, now())
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		settled, err := r.work.Settle(ctx, item, end, v)
		switch {
		case err == nil:
			return settled, v, false
		case errors.Is(err, fence.ErrOvertaken) || ctx.Err() != nil:
			return r.lost(item, "settling an attempt", err)
		}
		r.config.Log.Error("settling an attempt", "lane", r.claim.Lane.ID, "seq", item.Seq, "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

func (r *runner) lost(item Item, doing string, err error) (Item, Verdict, bool) {
	if errors.Is(err, fence.ErrOvertaken) {
		return item, Verdict{}, true
	}
	r.config.Log.Error(doing, "lane", r.claim.Lane.ID, "seq", item.Seq, "error", err)
	return item, Verdict{Pause: r.config.Now().Add(time.Second)}, true
}

// apply takes the end of an attempt into the window.
func (r *runner) apply(res result) {
	r.flying--
	res.entry.flying = false
	v := res.verdict
	if !v.Pause.IsZero() {
		r.reopen = v.Pause
		r.close(r.claim.Lane, v.Pause)
	}
	r.stopped = r.stopped || v.Stop
	if res.gone || v.Fate == Succeeds || v.Fate == Fails {
		r.window = slices.DeleteFunc(r.window, func(e *entry) bool { return e == res.entry })
		r.drained = r.drained && !res.gone && len(r.window) > 0
		return
	}
	res.entry.Item = res.item
}
