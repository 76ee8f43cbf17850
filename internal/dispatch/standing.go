package dispatch

import "time"

// How a lane's window grows. Up to doubling each quick success adds an attempt. Beyond, it does while what is
// in flight is not felt: until attempts take long against the quickest of late, or one failed with half as
// many again; then a round of them adds one.
const (
	doubling = 8
	// felt and tooMuch are by how many times an attempt takes longer than the quickest, beyond what our own
	// load may add, where no more are begun and where there were too many.
	felt, tooMuch = 2, 4
	ownLoad       = 25 * time.Millisecond
	// lately is for how long a quickest time and a failure are held against a lane.
	lately = time.Minute
)

// standing is how a lane stands on a floor: how many attempts it may have in flight and has, how the last
// one was, and whether it waits for a place or was promised one.
type standing struct {
	owner  Owner
	window float64
	flying int
	// recent is how long the quickest success took since a time, former in the minute before that; above
	// ceiling the window grows slowly.
	recent, former time.Duration
	since          time.Time
	ceiling        float64
	// halved is when the window was halved last.
	halved time.Time
	look   look

	known    bool
	slow     bool
	waits    bool
	promised *Place
	last     time.Time
}

// class is what is known of a lane: in their order lanes are let in.
type class int

const (
	quick class = iota
	unknown
	slow
	classes
)

// most is how many attempts may be in flight.
func (s *standing) most() int {
	if s.look.left > 0 {
		return 1
	}
	return int(s.window)
}

func (s *standing) class() class {
	switch {
	case s.slow:
		return slow
	case !s.known:
		return unknown
	}
	return quick
}

// learn adapts to an attempt's end: quick successes add, failures halve, and what took long and failed
// leaves the least. alone tells that nothing else was in flight when it began.
func (s *standing) learn(c FloorConfig, took time.Duration, done, alone bool) {
	s.known, s.slow = true, took >= c.Quickly && !(done && c.Lasts)
	quickest := max(s.quickest(c, took, done), s.look.found(c.Now()))
	if !done {
		s.look.left = 0
	}
	looking := s.look.left > 0
	used, over := float64(s.flying) >= s.window/2, took-ownLoad
	switch {
	case !done && s.slow:
		s.window = float64(c.Least)
	case !done:
		// What was in flight together fails together, which says no more than one failure.
		if now := c.Now(); !now.Add(-took).Before(s.halved) {
			s.ceiling, s.halved = s.window/2, now
			s.window = max(s.window/2, float64(c.Least))
		}
	case looking && alone:
		s.look.add(took, felt*quickest, c.Now())
	case s.window < doubling && !s.slow && !looking:
		s.window++
	case s.slow || over > tooMuch*quickest:
		s.window = max(s.window-1, min(s.window, doubling))
		s.look.begin(c.Now(), used && !s.slow && !looking)
	case looking || !used:
	case over > felt*quickest:
		s.look.begin(c.Now(), true)
	case s.window < s.ceiling:
		s.window++
	default:
		s.window += 1 / s.window
	}
	s.window = min(s.window, float64(c.Most))
}

// quickest returns how long the quickest success of late took; it forgets what was before.
func (s *standing) quickest(c FloorConfig, took time.Duration, done bool) time.Duration {
	if now := c.Now(); now.Sub(s.since) > lately {
		s.former, s.recent, s.since, s.ceiling = s.recent, 0, now, float64(c.Most)
	}
	if done && (s.recent == 0 || took < s.recent) {
		s.recent = took
	}
	if s.former > 0 && (s.recent == 0 || s.former < s.recent) {
		return s.former
	}
	return s.recent
}
