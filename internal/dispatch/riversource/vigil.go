package riversource

import "time"

// deadAfter is for how long another replica must have been silent, by the database's clock and by what this one saw, to be
// taken for dead.
const deadAfter = 4 * time.Second

// amiss is how long there may be from one beat to the next at most if one was lost between.
const amiss = 2*beatEvery + beatTime

// vigil is what this replica has seen of the silence of others. Whoever could not beat itself knows nothing of others, since
// a database that is away silences all alike: so what counts is the time in which this one did beat.
type vigil struct {
	// last is when the last beat that was written was begun, and missed tells that one failed since.
	last   time.Time
	missed bool
	of     map[string]watched
}

// watched is the last beat of a replica, and for how long it was the last while this one did beat.
type watched struct {
	beat  int64
	still time.Duration
}

// failed notes that a beat failed.
func (v *vigil) failed() { v.missed = true }

// watch notes what a beat has told that was begun at a time, and returns those that are dead.
func (v *vigil) watch(asked time.Time, peers []peer) (dead []peer) {
	proven, anew := v.proven(asked)
	v.last, v.missed = asked, false
	seen := make(map[string]watched, len(peers))
	for _, p := range peers {
		if p.own {
			continue
		}
		now := watched{beat: p.beat}
		if was, known := v.of[string(p.id)]; known && was.beat == p.beat && !anew {
			now.still = was.still + proven
		}
		seen[string(p.id)] = now
		if now.still >= deadAfter && p.silent > deadAfter.Microseconds() {
			dead = append(dead, p)
		}
	}
	v.of = seen
	return dead
}

// proven is how much of the time since the last beat others could have beaten in as well, and whether all was silent for so
// long that what was seen before proves nothing.
func (v *vigil) proven(asked time.Time) (proven time.Duration, anew bool) {
	// While the machine slept one of the clocks stood still.
	gap := max(asked.Sub(v.last), asked.Round(0).Sub(v.last.Round(0)))
	switch {
	case gap > deadAfter:
		return 0, true
	case gap > amiss:
		return 0, false
	case v.missed:
		// Others may have lost one as well, which they have tried again by now.
		return min(gap, beatEvery), false
	}
	return gap, false
}
