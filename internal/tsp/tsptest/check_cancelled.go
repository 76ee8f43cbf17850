package tsptest

import (
	"context"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// checkCancelled: a write that is given up ends at once wherever it is, has the class that is
// true then, and leaves no goroutine behind; what is left behind is seen when the trial ends.
func checkCancelled(t *trial, f form) {
	d := f.sample()
	b := f.baseline(d)
	for n, c := range b.calls {
		w := f.world(setup{})
		w.front.expect(at(n, hang))
		late, err := w.giveUp(w.write(f, d, 1))
		class := t.classOf(err)
		switch {
		case late > 0:
			t.errorf("call %d hangs, and the write ends %v after it was given up", n+1, late)
		case c.Wrote && class != tsp.Unknown:
			t.errorf("call %d hangs and is given up: the end is %s (%v), want %s", n+1, class, err, tsp.Unknown)
		case !c.Wrote && class != tsp.Unknown && class != tsp.Unavailable:
			t.errorf("call %d hangs and is given up: the end is %s (%v), want %s", n+1, class, err, tsp.Unavailable)
		}
		w.stop()
	}
	f.neverBegun(d, "its context has ended", Free{}, true)
	f.neverBegun(d, "its budget never comes", never{}, false)
}

// patience is how long a write may take after it was given up, by the trial's clock.
const patience = 10 * time.Minute

// giveUp writes, cancels after a second, and tells how much later the write ended.
func (w *world) giveUp(x tsp.Write) (late time.Duration, err error) {
	ctx, cancel := context.WithCancel(w.t.ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		_, err := w.session.Write(ctx, x)
		done <- err
	}()
	time.Sleep(time.Second)
	cancel()
	given := time.Now()
	select {
	case err = <-done:
		return time.Since(given), err
	case <-time.After(patience):
		return patience, &tsp.Error{Class: tsp.Unknown, Message: "it never ends"}
	}
}

// never has no budget.
type never struct{}

func (never) Wait(ctx context.Context, _ ...string) error {
	<-ctx.Done()
	return ctx.Err()
}

func (never) Enter(context.Context, ...string) (func(), error) { return func() {}, nil }

// neverBegun gives up a write before its first call.
func (f form) neverBegun(d draft, why string, pace tsp.Pacer, before bool) {
	w := f.world(setup{})
	defer w.stop()
	x := w.write(f, d, 1)
	x.Pace = pace
	var err error
	if before {
		ctx, cancel := context.WithCancel(f.t.ctx)
		cancel()
		_, err = w.session.Write(ctx, x)
	} else {
		_, err = w.giveUp(x)
	}
	if class := f.t.classOf(err); class != tsp.Unavailable {
		f.t.errorf("a write is not begun because %s: the end is %s (%v), want %s", why, class, err, tsp.Unavailable)
	}
	if calls := w.front.seen(); len(calls) > 0 {
		f.t.errorf("a write is not begun because %s, and makes %d calls", why, len(calls))
	}
}
