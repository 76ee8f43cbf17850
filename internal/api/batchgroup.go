package api

import (
	"errors"
	"runtime/debug"
	"time"

	"github.com/waybill-dev/waybill/internal/operation"
)

// group are lines that are accepted together.
type group struct {
	items []*item
	// last is the number of the last line, and done is closed when all are accepted or refused.
	last int
	done chan struct{}
}

// accept begins to store a group.
func (b *batch) accept(g *group) {
	go func() {
		defer close(g.done)
		defer func() {
			if p := recover(); p != nil {
				b.Log.Error("accepting a batch panicked", "panic", p, "stack", string(debug.Stack()))
				g.fail(errors.New("panic"))
			}
		}()
		if err := g.ails(); err != nil {
			g.fail(err)
			return
		}
		b.persist(func() bool { return g.submit(b) })
	}()
}

// submit submits what was not submitted, or may be again, and tells whether some may be once more.
func (g *group) submit(b *batch) (again bool) {
	all, of := make([]operation.Candidate, 0, len(g.items)), make([]*item, 0, len(g.items))
	for _, it := range g.items {
		if it.submits {
			if it.Again {
				it.Err, it.Ails, it.Again = nil, false, false
			}
			all, of = append(all, it.Candidate), append(of, it)
		}
	}
	if len(all) == 0 {
		return false
	}
	for i, c := range b.Batches.SubmitAll(b.ctx, all) {
		of[i].Candidate, of[i].err, of[i].submits = c, c.Err, c.Again
		again = again || c.Again
	}
	return again
}

// fail refuses the lines of a group that were to be submitted and are not refused for themselves.
func (g *group) fail(err error) {
	for _, it := range g.items {
		if it.submits && it.err == nil {
			it.err = err
		}
	}
}

// ails tells why the store did not take a group, if that is not the fault of its lines.
func (g *group) ails() error {
	for _, it := range g.items {
		if it.Ails && it.err != nil {
			return it.err
		}
	}
	return nil
}

// A store that is away for a moment, or is asked for more than it takes, is asked again for so long before lines are
// refused for it: a batch waits where each of its writes by itself would have to be sent again.
const (
	storePatience = 10 * time.Second
	storeRest     = 500 * time.Millisecond
)

// persist does something until it need not be done again, or patience ends.
func (b *batch) persist(do func() (again bool)) {
	for began := time.Now(); do() && time.Since(began) < storePatience && !b.in.failed(); {
		time.Sleep(storeRest)
	}
}
