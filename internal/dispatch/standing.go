package dispatch

import "time"

// doubling is up to where each quick success of a lane adds an attempt to those that it may have in flight;
// beyond, a round of them does.
const doubling = 8

// standing is how a lane stands on a floor: how many attempts it may have in flight and has, how the last
// one was, and whether it waits for a place or was promised one.
type standing struct {
	owner    Owner
	window   float64
	flying   int
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
// leaves the least.
func (s *standing) learn(c FloorConfig, took time.Duration, done bool) {
	s.known, s.slow = true, took >= c.Quickly && !(done && c.Lasts)
	least, most := float64(c.Least), float64(c.Most)
	switch {
	case !done && s.slow:
		s.window = least
	case !done:
		s.window = max(s.window/2, least)
	case s.slow:
		s.window = min(s.window, doubling)
	case s.window < doubling:
		s.window = min(s.window+1, most)
	default:
		s.window = min(s.window+1/s.window, most)
	}
}
