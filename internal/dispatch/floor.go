package dispatch

import (
	"sync"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
)

// Floor bounds the attempts in flight of many lanes together, and those of each by how its attempts
// end, so that a lane whose other side hangs holds little. It is one process's own: replicas have one
// each.
//
// Who asks is let in if there is a place for its kind and its owner has not had its share, see room.
// Lanes whose attempts took long have a quarter of the places among them, by the same rule; they and
// those of which nothing is known leave an eighth to lanes that are known to be quick.
type Floor struct {
	c FloorConfig

	mu                  sync.Mutex
	all, doubtful, slow room
	lanes               map[fence.Lane]*standing
	// waits are the lanes without a place, by their class.
	waits  [classes]waiters
	pruned time.Time
}

// FloorConfig is what a Floor is made of.
type FloorConfig struct {
	// Places is how many attempts may be in flight.
	Places int
	// First is how many of them may be of a lane of which nothing is known, Least of one that hangs, and
	// Most of any.
	First, Least, Most int
	// Quickly is how long an attempt takes at most that speaks for its lane.
	Quickly time.Duration
	// Lasts tells that an attempt which is done speaks for its lane however long it took.
	Lasts bool
	// Answers tells that a refusal is the item's own fault, and speaks for its lane as an answer.
	Answers bool
	Now     func() time.Time
	// Activate runs a lane for which there is a place. It must not block.
	Activate func(fence.Lane)
}

const (
	// slowShare is which part of the places lanes have whose attempts take long, and knownShare which is
	// kept for those known to be quick.
	slowShare, knownShare = 4, 8
	// promiseFor is how long a place is kept for a lane that was activated for it.
	promiseFor = 3 * time.Second
	// crowdedFor is when a lane without a place looks again if it was not activated.
	crowdedFor = 10 * time.Second
	// knownFor is how long it is remembered how an idle lane was, at two hundred bytes each.
	knownFor = time.Hour
)

// NewFloor returns a floor with all its places free.
func NewFloor(c FloorConfig) *Floor {
	f := &Floor{c: c, all: newRoom(c.Places), doubtful: newRoom(c.Places - c.Places/knownShare),
		slow: newRoom(c.Places / slowShare), lanes: map[fence.Lane]*standing{}}
	for class := range f.waits {
		f.waits[class] = newWaiters()
	}
	return f
}

// Place is that of one attempt.
type Place struct {
	f     *Floor
	lane  fence.Lane
	owner Owner
	// class is whose places it is one of.
	class class
	// alone tells that the lane had nothing else in flight when it got the place.
	alone, left bool
}

// Enter gives a lane of an owner a place for one more attempt. If it gives none to a lane that has
// nothing in flight, the lane is activated when there is one.
func (f *Floor) Enter(lane fence.Lane, owner Owner) (*Place, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.standing(lane, owner)
	switch {
	case s.promised != nil:
		p := s.promised
		s.promised = nil
		s.flying++
		return p, true
	case s.flying >= s.most():
		return nil, false
	case f.open(s):
		p := f.place(lane, s)
		s.flying++
		return p, true
	case s.flying == 0 && !s.waits:
		s.waits = true
		f.waits[s.class()].add(owner, lane)
	}
	return nil, false
}

// doubted tells whether it is not known of the place's lane that it is quick.
func (p *Place) doubted() bool { return p != nil && p.class != quick }

// answers tells whether a refusal speaks for the place's lane.
func (p *Place) answers() bool { return p != nil && p.f.c.Answers }

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
	if took > 0 {
		s.learn(f.c, took, done, p.alone)
	}
	s.flying--
	f.invite()
}

// open tells whether there is a place for a lane; mu is held, as for all that follow.
func (f *Floor) open(s *standing) bool {
	return f.all.open(s.owner) && (s.class() == quick || f.doubtful.open(s.owner)) &&
		(s.class() != slow || f.slow.open(s.owner))
}

func (f *Floor) place(lane fence.Lane, s *standing) *Place {
	p := &Place{f: f, lane: lane, owner: s.owner, class: s.class(), alone: s.flying == 0}
	f.take(p, 1)
	return p
}

func (f *Floor) free(p *Place) { f.take(p, -1) }

func (f *Floor) take(p *Place, n int) {
	f.all.take(p.owner, n)
	if p.class != quick {
		f.doubtful.take(p.owner, n)
	}
	if p.class == slow {
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
			f.c.Activate(lane)
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

// standing returns how a lane stands.
func (f *Floor) standing(lane fence.Lane, owner Owner) *standing {
	s, now := f.lanes[lane], f.c.Now()
	if s == nil {
		f.prune(now)
		s = &standing{owner: owner, window: float64(f.c.First), look: look{at: now}}
		f.lanes[lane] = s
	}
	if s.flying == 0 {
		// It may have become another's.
		s.owner = owner
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
