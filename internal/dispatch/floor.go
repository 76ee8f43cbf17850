package dispatch

import (
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
)

// Floor bounds the attempts in flight of many lanes together, and those of each by how its attempts
// end, so that a lane whose other side hangs holds little. It is one process's own: replicas have one
// each.
//
// Who asks is let in if there is a place for its kind and its owner has not had its share. An owner may
// hold as many as are free: one alone half of all, two a third each, so something is always left for
// the next one. Lanes whose attempts took long have a quarter of the places among them, by the same
// rule; a lane of which nothing is known yet may show with one attempt how it is.
type Floor struct {
	now func() time.Time
	// activate runs a lane for which there is a place.
	activate func(fence.Lane)

	mu        sync.Mutex
	all, slow room
	lanes     map[fence.Lane]*standing
	// waits are the lanes without a place, those that were quick and those that were slow.
	waits  [2]waiters
	pruned time.Time
}

const (
	// MostAtOnce bounds the attempts of one lane: whoever answers within 100 ms thus gets 320 a second.
	MostAtOnce = 32
	// doubling is up to where each quick success adds one; beyond, a round of them does.
	doubling = 8
	// quickly is how long an attempt takes at most that speaks for its lane.
	quickly = time.Second
	// slowShare is which part of the places lanes have whose attempts take long.
	slowShare = 4
	// promiseFor is how long a place is kept for a lane that was activated for it.
	promiseFor = 3 * time.Second
	// crowdedFor is when a lane without a place looks again if it was not activated.
	crowdedFor = 10 * time.Second
	// knownFor is how long it is remembered how an idle lane was.
	knownFor = 10 * time.Minute
)

// standing is how a lane stands: how many attempts it may have in flight and has, whether the last one
// was slow, and whether it waits for a place or was promised one.
type standing struct {
	owner    uuid.UUID
	window   float64
	flying   int
	slow     bool
	waits    bool
	promised *Place
	last     time.Time
}

// room is a number of places with their owners.
type room struct {
	places, taken int
	owners        map[uuid.UUID]int
}

func newRoom(places int) room { return room{places: max(places, 1), owners: map[uuid.UUID]int{}} }

func (r *room) open(owner uuid.UUID) bool { return r.owners[owner] < r.places-r.taken }

func (r *room) take(owner uuid.UUID, n int) {
	r.taken += n
	if r.owners[owner] += n; r.owners[owner] == 0 {
		delete(r.owners, owner)
	}
}

// NewFloor returns a floor with so many places. activate must not block.
func NewFloor(places int, now func() time.Time, activate func(fence.Lane)) *Floor {
	return &Floor{now: now, activate: activate, all: newRoom(places), slow: newRoom(places / slowShare),
		lanes: map[fence.Lane]*standing{}, waits: [2]waiters{newWaiters(), newWaiters()}}
}

// Place is that of one attempt.
type Place struct {
	f     *Floor
	lane  fence.Lane
	owner uuid.UUID
	// slow tells that it is one of the places of slow lanes, too.
	slow, left bool
}

// Enter gives a lane of an owner a place for one more attempt. If it gives none to a lane that has
// nothing in flight, the lane is activated when there is one.
func (f *Floor) Enter(lane fence.Lane, owner uuid.UUID) (*Place, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.standing(lane, owner)
	switch {
	case s.promised != nil:
		p := s.promised
		s.promised = nil
		s.flying++
		return p, true
	case s.flying >= int(s.window):
		return nil, false
	case f.open(s):
		s.flying++
		return f.place(lane, s), true
	case s.flying == 0 && !s.waits:
		s.waits = true
		f.waits[s.class()].add(owner, lane)
	}
	return nil, false
}

// waiting tells whether a lane waits for a place: whatever it is woken for meanwhile changes nothing.
func (f *Floor) waiting(lane fence.Lane) bool {
	if f == nil {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.lanes[lane]
	return s != nil && s.waits
}

// Leave gives the place back. took is how long the attempt was, zero if nothing was sent; done tells
// whether the other side took it.
func (p *Place) Leave(took time.Duration, done bool) {
	if p == nil || p.left {
		return
	}
	p.left = true
	f := p.f
	f.mu.Lock()
	defer f.mu.Unlock()
	f.free(p)
	s := f.standing(p.lane, p.owner)
	s.flying--
	if took > 0 {
		s.learn(took, done)
	}
	f.invite()
}

// learn adapts to an attempt's end: quick successes add, failures halve, and what took long and failed
// leaves one.
func (s *standing) learn(took time.Duration, done bool) {
	s.slow = took >= quickly
	switch {
	case !done && s.slow:
		s.window = 1
	case !done:
		s.window = max(s.window/2, 1)
	case s.slow:
		s.window = min(s.window, doubling)
	case s.window < doubling:
		s.window++
	default:
		s.window = min(s.window+1/s.window, MostAtOnce)
	}
}

func (s *standing) class() int {
	if s.slow {
		return 1
	}
	return 0
}

// open tells whether there is a place for a lane; mu is held, as for all that follow.
func (f *Floor) open(s *standing) bool {
	return f.all.open(s.owner) && (!s.slow || f.slow.open(s.owner))
}

func (f *Floor) place(lane fence.Lane, s *standing) *Place {
	p := &Place{f: f, lane: lane, owner: s.owner, slow: s.slow}
	f.take(p, 1)
	return p
}

func (f *Floor) free(p *Place) { f.take(p, -1) }

func (f *Floor) take(p *Place, n int) {
	f.all.take(p.owner, n)
	if p.slow {
		f.slow.take(p.owner, n)
	}
}

// invite promises places to lanes that wait, in turns between owners.
func (f *Floor) invite() {
	for class := range f.waits {
		for {
			lane, ok := f.waits[class].next(func(lane fence.Lane) bool { return f.open(f.lanes[lane]) })
			if !ok {
				break
			}
			s := f.lanes[lane]
			s.waits, s.promised = false, f.place(lane, s)
			p := s.promised
			time.AfterFunc(promiseFor, func() { f.withdraw(lane, p) })
			f.activate(lane)
		}
	}
}

// withdraw takes back a promise that was not used.
func (f *Floor) withdraw(lane fence.Lane, p *Place) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if s := f.lanes[lane]; s != nil && s.promised == p {
		s.promised = nil
		f.free(p)
		f.invite()
	}
}

// standing returns how a lane stands. One of which nothing is known has one place, and no bad name.
func (f *Floor) standing(lane fence.Lane, owner uuid.UUID) *standing {
	s, now := f.lanes[lane], f.now()
	if s == nil {
		f.prune(now)
		s = &standing{owner: owner, window: 1}
		f.lanes[lane] = s
	}
	s.last = now
	return s
}

// prune forgets lanes that have been idle, once a minute at most.
func (f *Floor) prune(now time.Time) {
	if now.Sub(f.pruned) < time.Minute {
		return
	}
	f.pruned = now
	for lane, s := range f.lanes {
		if s.flying == 0 && !s.waits && s.promised == nil && now.Sub(s.last) > knownFor {
			delete(f.lanes, lane)
		}
	}
}
