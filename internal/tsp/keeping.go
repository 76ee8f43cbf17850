package tsp

import (
	"context"
	"slices"
	"sync"
)

// The bounds of what is kept of one attempt: of the calls, and of all their bodies together, in bytes.
const (
	maxCalls  = 40
	maxBodies = 64 << 10
)

// Exchanges collects the calls of one attempt, by however many goroutines they are made. Its zero value is empty.
type Exchanges struct {
	mu      sync.Mutex
	all     []Exchange
	bodies  int
	omitted int
	closed  bool
}

// Add keeps a call. Of one that finds no room for its bodies the rest is kept, and of one too many that it was made.
// One that ends after the attempt, as a sign-in that others share may, comes too late.
func (e *Exchanges) Add(one Exchange) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.closed:
		return
	case len(e.all) == maxCalls:
		e.omitted++
		return
	}
	one.Request.Content = e.fitting(one.Request.Content)
	if one.Response != nil {
		answer := *one.Response
		answer.Content = e.fitting(answer.Content)
		one.Response = &answer
	}
	e.all = append(e.all, one)
}

// fitting is a body as far as there is room for it.
func (e *Exchanges) fitting(c Content) Content {
	if c.Body == nil {
		return c
	}
	if e.bodies+len(*c.Body) > maxBodies {
		return Content{BodyLength: c.BodyLength, BodyCut: true}
	}
	e.bodies += len(*c.Body)
	return c
}

// End ends the collecting and returns the calls in the order in which they ended, and how many more there were.
func (e *Exchanges) End() (all []Exchange, omitted int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	return slices.Clone(e.all), e.omitted
}

type keepingKey struct{}

// Keeping is where the calls of a context are kept, and what they are made for.
type Keeping struct {
	*Exchanges
	Purpose Purpose
}

// Keep returns a context whose calls are kept.
func Keep(ctx context.Context, in *Exchanges) context.Context {
	return context.WithValue(ctx, keepingKey{}, Keeping{in, ForWrite})
}

// KeptOf tells where the calls of a context are kept; false where they are not.
func KeptOf(ctx context.Context) (Keeping, bool) {
	k, ok := ctx.Value(keepingKey{}).(Keeping)
	return k, ok
}

// calling returns a context whose calls are made for a purpose.
func calling(ctx context.Context, purpose Purpose) context.Context {
	k, ok := KeptOf(ctx)
	if !ok {
		return ctx
	}
	k.Purpose = purpose
	return context.WithValue(ctx, keepingKey{}, k)
}
