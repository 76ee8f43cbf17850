package main

import "time"

// What two variants are called wherever they are looked at.
const (
	gatheredName = "answers of a group asked in one trip"
	bothName     = "that, and four locks"
)

// variant is a database under a name.
type variant struct {
	name     string
	costs    costs
	replicas int
}

// variants are the ways in which a database may be faster or slower than the ordinary one.
func variants() []variant {
	with := func(name string, change func(*costs)) variant {
		c := near()
		change(&c)
		return variant{name, c, ordinary().replicas}
	}
	return []variant{
		with("as given", func(*costs) {}),
		{"the same, of one replica", near(), 1},
		{"the same, of ten replicas", near(), 10},
		with("a flush of 0.2 ms", func(c *costs) { c.sync = 200 * time.Microsecond }),
		with("a flush of 5 ms", func(c *costs) { c.sync = 5 * time.Millisecond }),
		with("on the same machine (a trip of 50µs)", func(c *costs) { c.trip = 50 * time.Microsecond }),
		with("in another zone (a trip of 1 ms)", func(c *costs) { c.trip = time.Millisecond }),
		with("a statement of 15µs", func(c *costs) { c.statement = 15 * time.Microsecond }),
		with(gatheredName, func(c *costs) { c.gathered = true }),
		with("four locks, partners spread over them", func(c *costs) { c.locks = 4 }),
		with(bothName, func(c *costs) { c.gathered, c.locks = true, 4 }),
	}
}

// saturated runs an installation with more callers than it can serve, and returns it after it has settled down,
// with how many operations a second it ends and how many deliveries share a page.
func saturated(c costs, z sizes) (s *system, rate, page float64) {
	const callers, settled, measured = 1024, 12 * time.Second, 8 * time.Second
	z.limit = limit{}
	z.atOnce = callers
	s = newSystem(c, z)
	for range callers {
		s.loop(settled + measured)
	}
	s.clock.run(settled)
	before := s.tally.done
	s.tally.pages = 0
	for _, l := range s.locks {
		l.groups, l.writes = 0, 0
	}
	s.clock.run(settled + measured)
	done := float64(s.tally.done - before)
	return s, done / float64(2*z.subscribers) / measured.Seconds(), done / float64(s.tally.pages)
}

func whatOneCarries() table {
	t := table{title: "What one database carries",
		note: "Each operation with its two webhooks, callers without end, no limits. The closed form is that of groups " +
			"that are all full; more locks find less to put into one.",
		head: []string{"database", "operations/s", "closed form", "writes in a commit", "deliveries numbered at once"}}
	for _, v := range variants() {
		z := ordinary()
		z.connections, z.partners, z.zipf, z.replicas = 2000, 500, 0, v.replicas
		s, rate, page := saturated(v.costs, z)
		groups, writes := s.committed()
		t.add(v.name, rate, carries(v.costs, z.subscribers, page), float64(writes)/float64(groups), page)
	}
	return t
}

// committed is what was committed under all locks.
func (s *system) committed() (groups, writes int) {
	for _, l := range s.locks {
		groups, writes = groups+l.groups, writes+l.writes
	}
	return groups, writes
}

// busy is the part of the time in which the locks were held.
func (s *system) busy() float64 {
	var busy time.Duration
	for _, l := range s.locks {
		busy += l.busy
	}
	return float64(busy) / float64(s.clock.now) / float64(len(s.locks))
}

func howLongItTakes() table {
	t := table{title: "How long it takes, by load",
		note: "Writes that come at random, over 10,000 connections of 200 partners and 3 replicas. The end of an operation " +
			"and its last webhook are told without the time of the TSP and of the receiver. That the lock is held " +
			"says nothing: whoever is alone commits alone, and groups grow with what waits.",
		head: []string{"load", "operations/s", "202 p50", "202 p99", "end p50", "end p99", "webhook p50", "webhook p99",
			"writes in a commit", "lock held"}}
	most := carries(near(), 1, 4)
	for _, load := range []float64{0.1, 0.3, 0.5, 0.7, 0.8, 0.9} {
		z := ordinary()
		s := newSystem(near(), z)
		s.tally.from = 3 * time.Second
		s.flow(load*most, 13*time.Second)
		s.clock.run(13 * time.Second)
		groups, writes := s.committed()
		both := z.call + z.answer
		t.add(round(100*load)+" %", load*most, at(s.tally.accepts, 0.5), at(s.tally.accepts, 0.99),
			at(s.tally.ends, 0.5)-z.call, at(s.tally.ends, 0.99)-z.call, at(s.tally.lags, 0.5)-both,
			at(s.tally.lags, 0.99)-both, float64(writes)/float64(groups), s.busy())
	}
	return t
}
