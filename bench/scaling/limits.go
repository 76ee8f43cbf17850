package main

import (
	"slices"
	"time"
)

// churned runs lanes that always have something to do while replicas come and go, and returns them after a
// minute.
func churned(lanes int, each limit) *system {
	const minute = time.Minute
	z := ordinary()
	z.connections, z.partners, z.limit, z.subscribers = lanes, 1, each, 0
	s := newSystem(near(), z)
	for _, l := range s.lanes {
		l.watched = true
		for range int(minute/each.interval) + each.burst + 10 {
			l.waiting = append(l.waiting, &operation{lane: l})
		}
		l.wake()
	}
	s.clock.after(10*time.Second, func() { s.kill(s.replicas[0]) })
	s.clock.after(20*time.Second, func() { s.start() })
	s.clock.after(30*time.Second, func() { s.kill(s.replicas[1]) })
	s.clock.after(35*time.Second, func() { s.start() })
	s.clock.run(minute)
	return s
}

// excess is by how many calls a lane has gone beyond its limit in any stretch of time, at most; 0 where it never did.
func (l *lane) excess() (most int) {
	// As calls are in order, it is enough to go along with the bucket that the limit describes.
	full := limit{interval: l.limit.interval, burst: l.limit.burst}
	for _, at := range l.passed {
		if full.take(at) > 0 {
			most++
		}
	}
	return most
}

func limitedLanes() table {
	t := table{title: "Limited lanes while replicas come and go",
		note: "Lanes that always have something to do, three replicas, two of which are killed and replaced within the " +
			"minute. The rate is what a lane got of its limit over the whole minute, without its first burst. What a limit " +
			"lets pass reaches the TSP a commit later, so calls may stand closer than their interval by what commits " +
			"differ, and never more of them.",
		head: []string{"lanes", "limit", "least", "median", "most", "calls beyond a limit"}}
	for _, c := range []struct {
		lanes int
		name  string
		limit limit
	}{
		{50, "5/s, burst 5", limit{interval: 200 * time.Millisecond, burst: 5}},
		{200, "1/s, burst 1", limit{interval: time.Second, burst: 1}},
		{200, "6/m, burst 2", limit{interval: 10 * time.Second, burst: 2}},
	} {
		s := churned(c.lanes, c.limit)
		var got []float64
		beyond := 0
		for _, l := range s.lanes {
			got = append(got, float64(len(l.passed)-c.limit.burst)*c.limit.interval.Seconds()/60)
			beyond += l.excess()
		}
		slices.Sort(got)
		t.add(c.lanes, c.name, got[0], got[len(got)/2], got[len(got)-1], beyond)
	}
	return t
}
