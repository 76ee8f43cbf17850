package tsptest

import (
	"slices"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// settleAttempts bounds how often a write is tried again.
const settleAttempts = 8

// settling is how long a write of the trial's adapter may be at work after it was cut.
func (w *world) settling(x tsp.Write) time.Duration { return w.t.suite.spec.Settling(x.Capability) }

// settle goes on with a write as the rest of the program does: an unknown end is looked up or
// repeated as the strength allows, one that was certainly not applied is repeated.
func (w *world) settle(x tsp.Write, err error) (tsp.Written, error) {
	var out tsp.Written
	strength := w.t.suite.spec.Actions[x.Capability].Strength
	unknown, until := false, time.Now().Add(w.settling(x))
	for range settleAttempts {
		class := w.t.classOf(err)
		unknown = unknown || class == tsp.Unknown
		if class != tsp.Unknown && class != tsp.Unavailable && class != tsp.Throttled || unknown && strength == tsp.None {
			return out, err
		}
		x.Attempt++
		switch {
		case unknown && strength == tsp.VerifyFirst:
			found := false
			if out, found, err = w.look(x, until); err != nil || found {
				if err == nil {
					return out, nil
				}
				time.Sleep(3 * time.Second)
				continue
			}
		case unknown && undone(x):
			time.Sleep(time.Until(until))
		default:
			time.Sleep(3 * time.Second)
		}
		unknown = false
		out, err = w.session.Write(w.t.ctx, x)
		until = time.Now().Add(w.settling(x))
	}
	return out, err
}

// undone tells whether a step was begun that may harm if it is taken again.
func undone(x tsp.Write) bool {
	return slices.ContainsFunc(x.Progress.Steps(), func(s tsp.Step) bool { return !s.Done })
}

// look looks for a write that was cut, again and again until it is found or cannot take effect any
// more: only then "not found" is believed.
func (w *world) look(x tsp.Write, until time.Time) (tsp.Written, bool, error) {
	for wait := time.Second; ; wait *= 2 {
		left := time.Until(until)
		time.Sleep(min(wait, max(left, 0)))
		out, found, err := w.find(x)
		if err != nil || found || wait >= left {
			return out, found, err
		}
	}
}

// find asks whether an earlier attempt took effect.
func (w *world) find(x tsp.Write) (tsp.Written, bool, error) {
	finder, ok := w.session.(tsp.Finder)
	if !ok {
		w.t.fatalf("%s is of strength %s, and its session has no Find", x.Capability, tsp.VerifyFirst)
	}
	return finder.Find(w.t.ctx, x)
}
