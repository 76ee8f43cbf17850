package main

import (
	"math/rand/v2"
	"time"
)

// sizes are those of an installation over one database, and of its traffic.
type sizes struct {
	connections, partners, replicas, subscribers int
	// limit is what each connection may be called; the zero one bounds nothing.
	limit limit
	// zipf is the exponent by which traffic falls off over partners.
	zipf float64
	// imports are the writes of imports a second.
	imports float64

	// call is how long a TSP takes to answer, answer how long a receiver does.
	call, answer time.Duration
	// wake is from a hint to a lane's claim, linger how long it waits for more before it sleeps, slice after how
	// long it is given up so that another replica may take it.
	wake, linger, slice time.Duration
	// beat is between two signs of life of a replica, silence after how long without one it is dead, sweep how
	// often the others look.
	beat, silence, sweep time.Duration
	// atOnce are a lane's calls in flight at most, window a receiver's deliveries, page those numbered at once.
	atOnce, window, page int
	seed                 uint64
}

// system is an installation in virtual time.
type system struct {
	clock     *clock
	rand      *rand.Rand
	sizes     sizes
	locks     []*lock
	replicas  []*replica
	lanes     []*lane
	receivers []*receiver
	spread    *spread
	// active are the lanes that have an owner.
	active int
	tally  tally
}

// newSystem makes an installation at rest.
func newSystem(c costs, z sizes) *system {
	s := &system{clock: &clock{}, rand: rand.New(rand.NewPCG(z.seed, 14)), sizes: z}
	for range c.locks {
		s.locks = append(s.locks, &lock{clock: s.clock, costs: c})
	}
	for range z.replicas {
		s.start()
	}
	s.spread = spreadOver(z.partners, z.zipf)
	for i, n := range s.spread.shares(z.connections) {
		s.receivers = append(s.receivers, &receiver{of: s, partner: i})
		for range n {
			s.lanes = append(s.lanes, &lane{of: s, partner: i, limit: z.limit})
		}
	}
	s.spread.bounds = s.bounds()
	return s
}

// bounds are where the connections of each partner begin among all, and where those of the last end.
func (s *system) bounds() (all []int) {
	for i, l := range s.lanes {
		for len(all) <= l.partner {
			all = append(all, i)
		}
	}
	return append(all, len(s.lanes))
}

// arrive accepts one write for a lane. answered is called with the 202 if there is one, then with the last
// webhook; either may be nil.
func (s *system) arrive(l *lane, answered, then func()) {
	op := &operation{lane: l, born: s.clock.now, then: then}
	s.tally.arrived++
	s.door().session(l.partner).give(accept, func() {
		s.tally.accepted(op, s.clock.now)
		if answered != nil {
			answered()
		}
		s.tell(op, false)
		l.waiting = append(l.waiting, op)
		l.wake()
	})
}

// tell has an event of an operation delivered to all who subscribe.
func (s *system) tell(op *operation, last bool) {
	to := s.receivers[op.lane.partner]
	for i := range s.sizes.subscribers {
		s.tally.told++
		to.waiting = append(to.waiting, &delivery{op: op, born: s.clock.now, last: last && i == 0})
	}
	if s.sizes.subscribers == 0 {
		if last && op.then != nil {
			op.then()
		}
		return
	}
	to.pump()
}

// flow lets writes arrive as strangers send them, so many a second, for a time.
func (s *system) flow(rate float64, until time.Duration) {
	gap := time.Duration(s.rand.ExpFloat64() / rate * float64(time.Second))
	if s.clock.now+gap > until {
		return
	}
	s.clock.after(gap, func() {
		s.arrive(s.lanes[s.spread.pick(s.rand)], nil, nil)
		s.flow(rate, until)
	})
}

// imported lets the writes of imports come, evenly.
func (s *system) imported(until time.Duration) {
	if s.sizes.imports == 0 || s.clock.now > until {
		return
	}
	s.clock.after(time.Duration(float64(time.Second)/s.sizes.imports), func() {
		s.door().session(s.rand.IntN(s.sizes.partners)).give(imported, func() {})
		s.imported(until)
	})
}

// loop is a caller whose next write begins when the webhook of the last one has come.
func (s *system) loop(until time.Duration) {
	if s.clock.now > until {
		return
	}
	s.arrive(s.lanes[s.spread.pick(s.rand)], nil, func() { s.loop(until) })
}
