package dispatch

import (
	"container/heap"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
)

// Source says which lane runs next and makes sure that each has one runner at a time. It keeps
// lanes and no items, so its cost follows the lanes that are active.
type Source interface {
	// Activate asks for a lane to run at a time, or at once. It is only a hint: the sweeper
	// finds what a lost hint leaves behind.
	Activate(lane fence.Lane, at time.Time)
	// Claim waits for a lane of a queue that is due and gives it to the caller alone. After ctx has
	// ended it gives none. A lane that was not sorted is in the queue of its kind.
	Claim(ctx context.Context, queue string) (Claim, error)
	// Sort has a lane wait in a queue whenever it waits from now on. It may be forgotten.
	Sort(lane fence.Lane, queue string)
	// Queues lists those into which lanes were sorted, and may list those of kinds as well.
	Queues() []string
	// Release gives a lane back. It runs again at a time, or if that is zero when activated. It
	// must be called once for each claim.
	Release(c Claim, again time.Time)
}

// Claim is the right to run a lane, with what its runner listens to. Wake holds one signal: two
// activations before a look are one.
type Claim struct {
	fence.Claim
	// Wake receives when the lane is activated while it runs.
	Wake <-chan struct{}
	// Life is that of this process in which the lane was claimed; zero where it has but one.
	Life int64
}

// InProcess is a lane source for a single process: a map, and a heap of times for each queue.
type InProcess struct {
	now func() time.Time

	mu     sync.Mutex
	lanes  map[fence.Lane]*place
	queues map[string]*due
	// sorted are the queues of lanes, of those too that sleep.
	sorted map[fence.Lane]*due
	// epoch grows over all lanes, which is more than the promise asks for. It begins anew with the
	// process; so does what the store remembers of it.
	epoch int64
}

// mostSorted bounds the lanes whose queue is known, at a hundred bytes each. One that was forgotten is
// sorted again.
const mostSorted = 100_000

// due is the lanes of a queue that wait for their time. poke wakes one Claim that waits for them.
type due struct {
	places
	poke chan struct{}
}

// place is where a lane stands: waiting in the heap, running, or neither.
type place struct {
	lane fence.Lane
	at   time.Time
	// in is the queue in which it waits or waited last.
	in    *due
	index int // in the heap; -1 if not waiting
	wake  chan struct{}
	runs  bool
}

// NewInProcess returns a source without lanes.
func NewInProcess(now func() time.Time) *InProcess {
	return &InProcess{now: now, lanes: map[fence.Lane]*place{}, queues: map[string]*due{}, sorted: map[fence.Lane]*due{}}
}

// of returns what is due of a queue; mu is held.
func (s *InProcess) of(queue string) *due {
	d := s.queues[queue]
	if d == nil {
		d = &due{poke: make(chan struct{}, 1)}
		s.queues[queue] = d
	}
	return d
}

// Sort has a lane wait in a queue from now on.
func (s *InProcess) Sort(lane fence.Lane, queue string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sorted[lane] == nil && len(s.sorted) >= mostSorted {
		for other := range s.sorted {
			delete(s.sorted, other)
			break
		}
	}
	s.sorted[lane] = s.of(queue)
}

// wait has a lane wait for its time; mu is held.
func (s *InProcess) wait(p *place, at time.Time) {
	if p.in = s.sorted[p.lane]; p.in == nil {
		p.in = s.of(p.lane.Kind)
	}
	p.at = at
	heap.Push(&p.in.places, p)
	signal(p.in.poke)
}

// Activate asks for a lane to run. A lane that waits for a later time is left waiting if at
// is zero, which is what the sweeper asks for.
func (s *InProcess) Activate(lane fence.Lane, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.lanes[lane]
	if p == nil {
		p = &place{lane: lane, index: -1, wake: make(chan struct{}, 1)}
		s.lanes[lane] = p
	}
	switch {
	// A sweep, which has no time, must not wake a runner that knows its own lane: it would read
	// everything again each second.
	case p.runs:
		if !at.IsZero() {
			signal(p.wake)
		}
	case p.index < 0:
		s.wait(p, at)
	case !at.IsZero() && at.Before(p.at):
		p.at = at
		heap.Fix(&p.in.places, p.index)
		signal(p.in.poke)
	}
}

// Queues lists those in which lanes wait, or waited once.
func (s *InProcess) Queues() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Keys(s.queues))
}

// Claim waits for a lane of a queue that is due.
func (s *InProcess) Claim(ctx context.Context, queue string) (Claim, error) {
	for {
		if err := ctx.Err(); err != nil {
			return Claim{}, err
		}
		c, wait, poke, ok := s.next(queue)
		if ok {
			return c, nil
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			t.Stop()
			return Claim{}, ctx.Err()
		case <-poke:
		case <-t.C:
		}
		t.Stop()
	}
}

// idle bounds the wait of a source without lanes.
const idle = time.Minute

// next gives the lane of a queue that is due first, or how long to wait for it, or for a poke.
func (s *InProcess) next(queue string) (c Claim, wait time.Duration, poke <-chan struct{}, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.of(queue)
	if len(d.places) == 0 {
		return Claim{}, idle, d.poke, false
	}
	p := d.places[0]
	if wait := p.at.Sub(s.now()); wait > 0 {
		return Claim{}, min(wait, idle), d.poke, false
	}
	heap.Pop(&d.places)
	s.epoch++
	p.runs = true
	return Claim{Claim: fence.Claim{Lane: p.lane, Epoch: s.epoch}, Wake: p.wake}, 0, nil, true
}

// Release gives a lane back. It runs again at once if it was activated and its runner did
// not take notice.
func (s *InProcess) Release(c Claim, again time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.lanes[c.Lane]
	p.runs = false
	select {
	case <-p.wake:
		again = s.now()
	default:
	}
	if again.IsZero() {
		// A lane that sleeps is forgotten, so the map holds active ones alone.
		delete(s.lanes, c.Lane)
		return
	}
	s.wait(p, again)
}

// signal leaves a mark for whoever looks next, and never waits.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// places is a heap of lanes by time.
type places []*place

func (h places) Len() int           { return len(h) }
func (h places) Less(i, j int) bool { return h[i].at.Before(h[j].at) }
func (h places) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

// Push adds a lane; use heap.Push.
func (h *places) Push(x any) {
	p := x.(*place)
	p.index = len(*h)
	*h = append(*h, p)
}

// Pop removes the last lane; use heap.Pop.
func (h *places) Pop() any {
	old := *h
	p := old[len(old)-1]
	p.index = -1
	*h = old[:len(old)-1]
	return p
}
