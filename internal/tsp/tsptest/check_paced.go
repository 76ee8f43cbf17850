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
// the limits of its spec; every call waits for its budget first. Every write makes a call for the
// budget that the action declares, because lanes pay for it ahead, and it is the first one of a
// session that knows what sessions keep, such as lists.
func checkPaced(t *trial, f form) {
	f.writable()
	pace := newStrict(t.suite.spec.Limits)
	w := f.world(setup{limits: true, pace: pace})
	begun := len(pace.waits)
	n := f.enough()
	drafts := f.distinct(n + 1)
	for i, err := range w.writeAll(f, drafts[:n]) {
		if err != nil && t.classOf(err) == tsp.Throttled {
			t.errorf("write %d of %d is throttled at %v: %v", i+1, n, time.Since(noon), err)
			break
		}
	}
	known := len(pace.waits)
	_, _ = w.session.Write(t.ctx, w.write(f, drafts[n], n+1))
	calls := w.front.seen()
	if i := slices.IndexFunc(calls, throttled); i >= 0 {
		t.errorf("call %d of %d is throttled: %s %s", i+1, len(calls), calls[i].Method, calls[i].URI)
	}
	waits, faults := pace.waited()
	for _, fault := range faults[:min(len(faults), 3)] {
		t.errorf("%s", fault)
	}
	if n := len(waits) - begun; n < len(calls) {
		t.errorf("%d calls wait for a budget %d times", len(calls), n)
	}
	want := f.action.Limits
	if len(waits) > known && !sameKeys(waits[known], want) {
		t.errorf("the first call is charged to %v, the action declares %v", waits[known], want)
	}
	if paid := slices.DeleteFunc(waits[begun:], func(keys []string) bool { return !sameKeys(keys, want) }); len(paid) <= n {
		t.errorf("%d writes make %d calls that are charged to %v, which the action declares", n+1, len(paid), want)
	}
}

// writeAll makes writes, as many at once as the spec allows.
func (w *world) writeAll(f form, drafts []draft) []error {
	ends := make([]error, len(drafts))
	lanes := make(chan int)
	var all sync.WaitGroup
	for range max(w.t.suite.spec.Parallel, 1) {
		all.Go(func() {
			for i := range lanes {
				_, ends[i] = w.session.Write(w.t.ctx, w.write(f, drafts[i], i+1))
			}
		})
	}
	for i := range drafts {
		lanes <- i
	}
	close(lanes)
	all.Wait()
	return ends
}

// checkAtOnce: a call is in flight until it is answered, and no more are than the limits of the
// action allow at once.
func checkAtOnce(t *trial, f form) {
	var bounds []tsp.Limit
	writes := 0
	for _, l := range t.suite.spec.Limits {
		if bound := (tsp.Limit{Key: l.Key, AtOnce: l.AtOnce}); l.AtOnce > 0 && slices.Contains(f.action.Limits, l.Key) {
			bounds, writes = append(bounds, bound), max(writes, 2*l.AtOnce)
		}
	}
	if writes == 0 {
		return
	}
	f.writable()
	pace := newStrict(bounds)
	w := f.world(setup{pace: pace})
	w.front.expect(lingering)
	drafts := f.distinct(writes)
	var all sync.WaitGroup
	for i := range drafts {
		all.Go(func() { _, _ = w.session.Write(t.ctx, w.write(f, drafts[i], i+1)) })
	}
	all.Wait()
	w.front.seen()
	for key, room := range pace.rooms {
		if w.front.most > cap(room) {
			t.errorf("%d calls are in flight at once, the limit %s allows %d; a call leaves when it is answered", w.front.most, key, cap(room))
		}
		if len(room) > 0 {
			t.errorf("%d calls that are over still count for the limit %s", len(room), key)
		}
	}
}

// lingering lets calls overlap.
func lingering(int, *call) spoil {
	return func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
		pass(w, r)
		time.Sleep(time.Second)
	}
}

// throttled tells whether the simulator asked to wait; some TSPs do that with status 200.
func throttled(c *call) bool {
	return c.Status == http.StatusTooManyRequests || c.AnswerHeader.Get("Retry-After") != ""
}

// enough is how many writes exhaust the burst of the action's tightest limit and keep to its
// rate for a while after.
func (f form) enough() int {
	n := maxPaced
	for _, l := range f.t.suite.spec.Limits {
		if slices.Contains(f.action.Limits, l.Key) && l.Events > 0 {
			n = min(n, l.Events+l.Events/4+l.Burst)
		}
	}
	return max(n, 2)
}

func sameKeys(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}
