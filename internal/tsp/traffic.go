package tsp

import (
	"context"
	"sync/atomic"
)

// traffic is what the calls of one write were, as far as who makes them tells.
type traffic struct{ told, changed atomic.Bool }

type trafficKey struct{}

// Calls is told of each call before it is made, by whoever makes it, and whether it only reads. Where it is told of no
// change, none was sent, whatever the end of the write: see Error.Unsent and Reaching.
func Calls(ctx context.Context, reads bool) {
	reaches(ctx, reads)
	if n, ok := ctx.Value(tallyKey{}).(*tally); ok {
		n.made.Add(1)
	}
	t, ok := ctx.Value(trafficKey{}).(*traffic)
	if !ok {
		return
	}
	if !reads {
		t.changed.Store(true)
	}
	t.told.Store(true)
}

// tally counts the calls under a context.
type tally struct{ made atomic.Int64 }

type tallyKey struct{}

// Changed tells whether a call of the write whose context it is was told of that does not only read.
func Changed(ctx context.Context) bool {
	t, ok := ctx.Value(trafficKey{}).(*traffic)
	return ok && t.changed.Load()
}

// watched returns a context whose calls are told to the traffic.
func (t *traffic) watched(ctx context.Context) context.Context {
	return context.WithValue(ctx, trafficKey{}, t)
}

// end completes the end of a write.
func (t *traffic) end(err *Error) *Error {
	if err == nil || !t.told.Load() || t.changed.Load() {
		return err
	}
	out := *err
	out.Unsent = true
	return &out
}
