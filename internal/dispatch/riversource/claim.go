package riversource

import (
	"context"
	"time"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
)

// queue is the lanes of one queue that this replica claimed and nobody has taken yet.
type queue struct {
	waiting []*holding
	// poke wakes one Claim that waits for them.
	poke chan struct{}
	// drained is the last news after which all its tickets were fetched, looked when that was.
	drained int64
	looked  time.Time
}

// holding is a lane that this replica holds.
type holding struct {
	fence.Claim
	wake chan struct{}
	// taken is closed when somebody runs the lane, or nobody will.
	taken chan struct{}
	given bool
	// ticket is the job that led here, queue where the lane waited.
	ticket int64
	queue  string
	// sorted is the queue in which it waits from now on, if it was sorted meanwhile.
	sorted string
	// was is what is known of runs before, left what this one leaves; cut tells that it did not end.
	was  dispatch.Taken
	left []byte
	cut  bool
}

// Claim waits for a lane of a queue that is due and gives it to the caller alone.
func (s *Source) Claim(ctx context.Context, name string) (dispatch.Claim, error) {
	failing := false
	for {
		if err := ctx.Err(); err != nil {
			return dispatch.Claim{}, err
		}
		q, err := s.open(name)
		if err != nil {
			if !failing {
				s.config.Log.Error("serving a queue; it is tried each second until it works", "queue", name, "error", err)
			}
			q = &queue{poke: make(chan struct{})}
		}
		failing = err != nil
		if c, ok := s.next(q); ok {
			return c, nil
		}
		t := time.NewTimer(time.Second)
		select {
		case <-ctx.Done():
			t.Stop()
			return dispatch.Claim{}, ctx.Err()
		case <-q.poke:
		case <-t.C:
		}
		t.Stop()
	}
}

// open returns a queue that River serves, which it begins to with the first Claim.
func (s *Source) open(name string) (*queue, error) {
	s.mu.Lock()
	q := s.queues[name]
	s.mu.Unlock()
	if q != nil {
		return q, nil
	}
	s.opening.Lock()
	defer s.opening.Unlock()
	s.mu.Lock()
	if q = s.queues[name]; q == nil {
		q = &queue{poke: make(chan struct{}, 1), drained: -1}
		s.queues[name], s.known[name] = q, true
	}
	s.mu.Unlock()
	if err := s.serve(name); err != nil {
		s.mu.Lock()
		delete(s.queues, name)
		s.mu.Unlock()
		return nil, err
	}
	return q, nil
}

// next takes the first lane of a queue. Nothing is given while the lanes may be another replica's.
func (s *Source) next(q *queue) (dispatch.Claim, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(q.waiting) == 0 || s.leaving || !s.standing.alive(s.config.Now()) {
		return dispatch.Claim{}, false
	}
	h := q.waiting[0]
	q.waiting = q.waiting[1:]
	if len(q.waiting) > 0 {
		signal(q.poke)
	}
	h.given = true
	delete(s.tickets, h.ticket)
	close(h.taken)
	return dispatch.Claim{Claim: h.Claim, Wake: h.wake, Life: s.standing.life}, true
}

// took notes lanes that were claimed, in the order in which they are to run.
// What was claimed in a life that is over is another replica's.
func (s *Source) took(claims []*holding, life int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.standing.life != life {
		s.standing.doubted = true
		return
	}
	// Those that were counted among what waits are not to be counted twice.
	s.standing.waiting = max(s.standing.waiting-int64(len(claims)), 0)
	for _, h := range claims {
		// The answer came so late that the lane was taken for stray, and is being released.
		if s.standing.stray[h.Lane] == disowned(h.Claim) {
			continue
		}
		if t := s.naps[h.Lane]; t != nil {
			t.Stop()
			delete(s.naps, h.Lane)
		}
		s.held[h.Lane], s.tickets[h.ticket] = h, h
		q := s.queues[h.queue]
		if q == nil || s.leaving {
			delete(s.held, h.Lane)
			delete(s.tickets, h.ticket)
			s.mail.releases = append(s.mail.releases, release{claim: h.Claim, again: s.config.Clock()})
			signal(s.mail.poke)
			continue
		}
		q.waiting = append(q.waiting, h)
		signal(q.poke)
	}
}

// wait returns when the lane that a ticket has led to was taken by somebody; at once if it led to none.
func (s *Source) wait(ctx context.Context, ticket int64) {
	s.mu.Lock()
	h := s.tickets[ticket]
	s.mu.Unlock()
	if h == nil {
		return
	}
	select {
	case <-ctx.Done():
	case <-h.taken:
	}
}

// lose forgets every lane: others have taken them. Who runs one is fenced, and its life is over. mu is held.
func (s *Source) lose() {
	s.standing.life++
	for _, h := range s.tickets {
		close(h.taken)
	}
	for _, q := range s.queues {
		q.waiting = nil
	}
	clear(s.held)
	clear(s.tickets)
}

// Sort has a lane that runs wait in a queue whenever it waits from now on.
func (s *Source) Sort(lane fence.Lane, queue string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known[queue] = true
	if h := s.held[lane]; h != nil {
		h.sorted = queue
	}
}

// Queues lists those in which lanes were seen, by whichever replica they were sorted.
func (s *Source) Queues() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	queues := make([]string, 0, len(s.known))
	for name := range s.known {
		queues = append(queues, name)
	}
	return queues
}

// signal leaves a mark for whoever looks next, and never waits.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
