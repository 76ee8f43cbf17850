package main

import "time"

// replica is one process of the service.
type replica struct {
	alive    bool
	sessions []*session
	// held is how many lanes it runs.
	held int
	// beats is when within a second its beat is.
	beats time.Duration
}

// session is the one by which the replica writes for a partner.
func (r *replica) session(partner int) *session { return r.sessions[partner%len(r.sessions)] }

// start adds a replica.
func (s *system) start() *replica {
	r := &replica{alive: true, beats: s.clock.now % s.sizes.beat}
	for _, l := range s.locks {
		r.sessions = append(r.sessions, &session{lock: l})
	}
	s.replicas = append(s.replicas, r)
	return r
}

// most is how many lanes a replica may run at most: 1.2 times its share of all that run.
func (s *system) most() int {
	live := 0
	for _, r := range s.replicas {
		if r.alive {
			live++
		}
	}
	// A lane more is about to run, and 1.2 is counted in fifths.
	return (6*(s.active+1) + 5*live - 1) / (5 * live)
}

// place finds the replica that runs another lane: the first to ask that may have one more. Which one asks first
// is left to chance.
func (s *system) place() *replica {
	most, first := s.most(), s.rand.IntN(len(s.replicas))
	for i := range s.replicas {
		r := s.replicas[(first+i)%len(s.replicas)]
		if r.alive && r.held < most {
			s.tally.held(r.held+1, most)
			return r
		}
	}
	return nil
}

// door is the replica at which a request arrives.
func (s *system) door() *replica {
	first := s.rand.IntN(len(s.replicas))
	for i := range s.replicas {
		if r := s.replicas[(first+i)%len(s.replicas)]; r.alive {
			return r
		}
	}
	return nil
}

// kill ends a replica as kill -9 does. What it was writing is taken back, what it was calling goes on at the TSPs.
func (s *system) kill(r *replica) {
	for _, one := range r.sessions {
		one.dead, one.waiting = true, nil
	}
	s.cutOff(r)
}

// cutOff has a replica begin nothing more and be taken for dead, while what it has begun goes on.
func (s *system) cutOff(r *replica) {
	r.alive = false
	// The others find out when it has been silent for long enough by its last beat, with the sweeper's next look.
	last := s.clock.now - (s.clock.now-r.beats)%s.sizes.beat
	silent := last + s.sizes.silence - s.clock.now
	s.clock.after(silent+time.Duration(s.rand.Int64N(int64(s.sizes.sweep))), func() {
		for _, l := range s.lanes {
			if l.owner == r {
				l.takenOver(s.clock.now)
			}
		}
		for _, to := range s.receivers {
			if to.owner == r {
				to.takenOver()
			}
		}
	})
}
