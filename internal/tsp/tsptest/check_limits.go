package tsptest

import (
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// maxHasty bounds how many writes are not paced.
const maxHasty = 1200

// checkLimits: the simulator enforces the limits of the spec, with its switch also those that are
// assumed: writes that come faster are throttled at last.
func checkLimits(t *trial, f form) {
	f.writable()
	n := 0
	for _, l := range t.suite.spec.Limits {
		if slices.Contains(f.action.Limits, l.Key) {
			n = max(n, min(l.Events+l.Events/4+l.Burst, maxHasty))
		}
	}
	if n == 0 {
		t.skipf("the action's limits bound calls at once, and these are serial")
	}
	w := f.world(setup{limits: true})
	for i, d := range f.distinct(n) {
		if _, _, err := w.perform(w.write(f, d, i+1)); err != nil && t.classOf(err) == tsp.Throttled {
			return
		}
	}
	t.errorf("%d writes at once are not throttled, although the spec declares %s; give the simulator's operations their limits",
		n, strings.Join(f.action.Limits, ", "))
}

// checkAssumedLimits: a limit that no vendor states paces Waybill and refuses nobody else: a caller
// who keeps to the stated ones alone is not throttled.
func checkAssumedLimits(t *trial, f form) {
	var stated []tsp.Limit
	n := 0
	for _, l := range t.suite.spec.Limits {
		switch {
		case isHTTPS(l.Source) || l.Source == "":
			stated = append(stated, l)
		case slices.Contains(f.action.Limits, l.Key):
			n = max(n, min(l.Events+l.Events/4+l.Burst, maxHasty))
		}
	}
	if n == 0 {
		return
	}
	f.writable()
	w := f.world(setup{stated: true, pace: newStrict(stated)})
	for i, d := range f.distinct(n) {
		if _, _, err := w.perform(w.write(f, d, i+1)); err != nil && t.classOf(err) == tsp.Throttled {
			t.errorf("write %d of %d is throttled although it keeps to every limit that is stated; mark the simulator's limit as Assumed: %v", i+1, n, err)
			return
		}
	}
}
