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
	// unsorted are the kinds of which no lane could be sorted of late, with when it is tried again.
	unsorted map[string]time.Time
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

// sort finds out to which queue a lane belongs, and has it wait there. A store that cannot be read is asked for a lane
// a second and told of once, however many lanes wait.
func (s *stint) sort(k Kind, claim Claim) (again time.Time) {
	if until := s.pausing(claim.Lane.Kind); s.config.Now().Before(until) {
		return until
	}
	var group string
	err := safely(func() (err error) { group, err = k.group(s.ctx, claim.Lane.ID); return err })
	switch {
	case s.ctx.Err() != nil:
		return time.Time{}
	case err != nil:
		until, first := s.pause(claim.Lane.Kind)
		if first {
			s.config.Log.Error("looking up the groups of lanes; it is tried again each second",
				cause(err, "lane", claim.Lane.ID, "kind", claim.Lane.Kind)...)
		}
		// If it is the lane's own fault others come before it.
		return until.Add(time.Second)
	}
	s.resume(claim.Lane.Kind)
	queue := claim.Lane.Kind + "/" + group
	s.config.Source.Sort(claim.Lane, queue)
	s.open(queue)
	return s.config.Now()
}

// pausing is until when no lane of a kind is sorted.
func (s *stint) pausing(kind string) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.unsorted[kind]
}

// pause has no lane of a kind sorted for a second; first tells that they were until then.
func (s *stint) pause(kind string) (until time.Time, first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, again := s.unsorted[kind]
	s.unsorted[kind] = s.config.Now().Add(time.Second)
	return s.unsorted[kind], !again
}

func (s *stint) resume(kind string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.unsorted, kind)
}
