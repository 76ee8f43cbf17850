package main

import "time"

// afterADeath kills one of several replicas under load.
func afterADeath() table {
	t := table{title: "A replica is killed",
		note: "400 writes a second, 10,000 connections. Times are those of operations that came in the second before and " +
			"the five after, until their end, with the TSP's 100 ms. Not answered are requests that it had taken.",
		head: []string{"replicas", "lanes it ran", "not answered", "looked up at the TSP", "end p50", "end p90",
			"the last end", "webhooks sent twice", "of the cap, at most"}}
	for _, n := range []int{2, 3, 6, 12} {
		z := ordinary()
		z.replicas = n
		s := newSystem(near(), z)
		s.flow(400, 20*time.Second)
		s.clock.run(9 * time.Second)
		s.tally.from, s.tally.until = s.clock.now, s.clock.now+6*time.Second
		s.clock.run(10 * time.Second)
		victim := s.replicas[0]
		lanes := victim.held
		s.kill(victim)
		s.clock.run(40 * time.Second)
		t.add(n, lanes, s.tally.arrived-s.tally.taken, s.tally.unknown, at(s.tally.ends, 0.5), at(s.tally.ends, 0.9),
			at(s.tally.ends, 1), s.tally.sent-s.tally.done, s.tally.over)
	}
	return t
}
