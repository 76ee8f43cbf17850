package dispatch

import (
	"context"
	"strings"
	"sync"
	"time"
)

// stint is one Run of a dispatcher: the queues that it serves.
type stint struct {
	*Dispatcher
	// ctx ends new attempts, working those in flight.
	ctx, working context.Context
	all          sync.WaitGroup
	*crew

	mu     sync.Mutex
	served map[string]bool
}

// open serves a queue, if it is not served and its kind is one of the dispatcher's. The queue of a kind
// whose lanes have groups is where they are sorted.
func (s *stint) open(queue string) {
	kind, _, _ := strings.Cut(queue, "/")
	k, ours := s.config.Kinds[kind]
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case !ours || s.served[queue]:
		return
	case k.group != nil && kind == queue:
		s.all.Go(func() { s.serve(queue, sorters, func(c Claim, _ *slot) time.Time { return s.sort(k, c) }) })
	default:
		s.all.Go(func() { s.serve(queue, s.config.MaxLanes, s.run) })
	}
	s.served[queue] = true
}

// serve claims the lanes of a queue and does something with each, as many at once as it has slots, until
// the stint ends.
func (s *stint) serve(queue string, slots int, do func(Claim, *slot) time.Time) {
	p := newPool(slots)
	s.Dispatcher.mu.Lock()
	s.pools[queue] = p
	s.Dispatcher.mu.Unlock()
	// A slot comes before the claim: a lane that is claimed must be able to run.
	for p.enter(s.ctx) {
		claim, err := s.config.Source.Claim(s.ctx, queue)
		if err != nil {
			return
		}
		s.all.Add(1)
		s.do(func() {
			defer s.all.Done()
			own := &slot{pool: p, held: true}
			defer own.leave()
			s.config.Source.Release(claim, do(claim, own))
		})
	}
}

// run runs a lane and returns when it wants to run again; zero stands for when it is activated.
func (s *stint) run(claim Claim, own *slot) (again time.Time) {
	err := safely(func() error {
		again = s.config.Kinds[claim.Lane.Kind].run(s, claim, own)
		return nil
	})
	if err != nil {
		s.config.Log.Error("running a lane", cause(err, "lane", claim.Lane.ID, "kind", claim.Lane.Kind)...)
		again = s.config.Now().Add(parkedFor)
	}
	if s.ctx.Err() != nil {
		return time.Time{}
	}
	return again
}

// sorters is how many lanes of a kind are sorted at once. It takes a look-up, and each lane once.
const sorters = 16

// sort finds out to which queue a lane belongs, and has it wait there.
func (s *stint) sort(k Kind, claim Claim) (again time.Time) {
	var group string
	err := safely(func() (err error) { group, err = k.group(s.ctx, claim.Lane.ID); return err })
	switch {
	case s.ctx.Err() != nil:
		return time.Time{}
	case err != nil:
		s.config.Log.Error("looking up the group of a lane", cause(err, "lane", claim.Lane.ID, "kind", claim.Lane.Kind)...)
		return s.config.Now().Add(time.Second)
	}
	queue := claim.Lane.Kind + "/" + group
	s.config.Source.Sort(claim.Lane, queue)
	s.open(queue)
	return s.config.Now()
}
