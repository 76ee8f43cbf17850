package tsp

import (
	"context"
	"sync/atomic"
)

// Reach is how far an attempt came towards the TSP; its values are those of the wire. "" is not known.
type Reach string

// The reaches.
const (
	// ReachNone: no call was made.
	ReachNone Reach = "none"
	// ReachRead: the calls that were made change nothing: to sign in, to read, to look up.
	ReachRead Reach = "read"
	// ReachSent: a call was made that can change something.
	ReachSent Reach = "sent"
)

// Reaching notes how far the calls of one attempt come, by however many goroutines they are made. Its zero value has
// seen none.
type Reaching struct{ read, sent atomic.Bool }

type reachingKey struct{}

// Under returns a context whose calls are noted. A session or a list that several attempts share is fetched under the
// context of whichever asked first, and noted there alone.
func (r *Reaching) Under(ctx context.Context) context.Context {
	return context.WithValue(ctx, reachingKey{}, r)
}

// Reach is how far the calls have come.
func (r *Reaching) Reach() Reach {
	switch {
	case r.sent.Load():
		return ReachSent
	case r.read.Load():
		return ReachRead
	}
	return ReachNone
}

// reaches notes a call with the attempt whose context it is.
func reaches(ctx context.Context, reads bool) {
	r, ok := ctx.Value(reachingKey{}).(*Reaching)
	switch {
	case !ok:
	case reads:
		r.read.Store(true)
	default:
		r.sent.Store(true)
	}
}
