package tsptest

import (
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// maxPaced bounds how many writes are paced.
const maxPaced = 400

// checkPaced: with its limits enforced, a simulator never throttles an adapter that is paced at
// the limits of its spec; every call waits for its budget first, and the first one for that of
// the action.
func checkPaced(t *trial) {
	f := t.form(t.suite.settings())
	f.writable()
	pace := newStrict(t.suite.spec.Limits)
	w := f.world(setup{limits: true, pace: pace})
	begun := len(pace.waits)
	n := f.enough()
	drafts := f.distinct(n)
	ends := make([]error, n)
	lanes := make(chan int)
	var all sync.WaitGroup
	for range max(t.suite.spec.Parallel, 1) {
		all.Go(func() {
			for i := range lanes {
				_, ends[i] = w.session.Write(t.ctx, w.write(f, drafts[i], i+1))
			}
		})
	}
	for i := range n {
		lanes <- i
	}
	close(lanes)
	all.Wait()
	for i, err := range ends {
		if err != nil && t.classOf(err) == tsp.Throttled {
			t.errorf("write %d of %d is throttled at %v: %v", i+1, n, time.Since(noon), err)
			break
		}
	}
	calls := w.front.seen()
	if i := slices.IndexFunc(calls, func(c *call) bool { return c.Status == http.StatusTooManyRequests }); i >= 0 {
		t.errorf("call %d of %d is throttled: %s %s", i+1, len(calls), calls[i].Method, calls[i].URI)
	}
	waits, faults := pace.waited()
	for _, fault := range faults[:min(len(faults), 3)] {
		t.errorf("%s", fault)
	}
	if waits = waits[begun:]; len(waits) < len(calls) {
		t.errorf("%d calls wait for a budget %d times", len(calls), len(waits))
	}
	if want := f.action.Limits; len(waits) > 0 && !sameKeys(waits[0], want) {
		t.errorf("the first call is charged to %v, the action declares %v", waits[0], want)
	}
}

// enough is how many writes exhaust the burst of the action's tightest limit and keep to its
// rate for a while after.
func (f form) enough() int {
	n := maxPaced
	for _, l := range f.t.suite.spec.Limits {
		if slices.Contains(f.action.Limits, l.Key) {
			n = min(n, l.Events+l.Events/4+l.Burst)
		}
	}
	return max(n, 2)
}

func sameKeys(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}
