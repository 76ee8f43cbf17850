package main

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// free is a database that costs nothing.
func free() costs { return costs{group: 256, locks: 1} }

// within tells whether a figure is what it must be, within a part of it.
func within(part, got, want float64) bool { return math.Abs(got-want) <= part*want }

func mean(all []time.Duration) time.Duration {
	sum := time.Duration(0)
	for _, d := range all {
		sum += d
	}
	return sum / time.Duration(max(len(all), 1))
}

func TestALaneWaitsAsOneServerDoes(t *testing.T) {
	t.Parallel()
	const interval = time.Second
	for _, load := range []float64{0.3, 0.6, 0.8} {
		z := ordinary()
		z.connections, z.partners, z.replicas, z.subscribers = 1, 1, 1, 0
		z.limit = limit{interval: interval, burst: 1}
		z.call, z.wake, z.slice = 0, 0, math.MaxInt64/2
		s := newSystem(free(), z)
		s.flow(load, 80_000*time.Second)
		s.clock.run(80_000 * time.Second)
		if got, want := mean(s.tally.ends), waitOfMD1(interval, load); !within(0.05, got.Seconds(), want.Seconds()) {
			t.Errorf("at a load of %v operations wait %v, and by the closed form %v", load, got, want)
		}
	}
}

func TestWritesThatCommitAloneWaitAsAtOneServer(t *testing.T) {
	t.Parallel()
	c := near()
	c.group = 1
	z := ordinary()
	z.replicas = 1
	service := c.span([]write{{kind: accept}})
	s := newSystem(c, z)
	var waits []time.Duration
	var next func()
	next = func() {
		s.clock.after(time.Duration(s.rand.ExpFloat64()*float64(service)/0.7), func() {
			born := s.clock.now
			s.replicas[0].sessions[0].give(accept, func() { waits = append(waits, s.clock.now-born-service) })
			next()
		})
	}
	next()
	s.clock.run(300 * time.Second)
	if got, want := mean(waits), waitOfMD1(service, 0.7); !within(0.05, got.Seconds(), want.Seconds()) {
		t.Errorf("writes wait %v, and by the closed form %v", got, want)
	}
}

func TestADatabaseCarriesWhatTheClosedFormSays(t *testing.T) {
	t.Parallel()
	for _, v := range variants()[:9] {
		z := ordinary()
		z.connections, z.partners, z.zipf, z.replicas = 2000, 500, 0, v.replicas
		_, rate, page := saturated(v.costs, z)
		if want := carries(v.costs, z.subscribers, page); !within(0.04, rate, want) {
			t.Errorf("%s: %v operations a second, and by the closed form %v", v.name, rate, want)
		}
	}
}

func TestNoLimitIsExceededWhileReplicasComeAndGo(t *testing.T) {
	t.Parallel()
	for _, of := range []limit{{interval: 200 * time.Millisecond, burst: 5}, {interval: time.Second, burst: 1},
		{interval: 10 * time.Second, burst: 2}, {interval: 30 * time.Second, burst: 1}} {
		calls := 0
		for _, l := range churned(40, of).lanes {
			calls += len(l.passed)
			if n := l.excess(); n > 0 {
				t.Errorf("%d calls went beyond one each %v and %d at once", n, of.interval, of.burst)
			}
		}
		if calls < 40 {
			t.Errorf("one each %v: only %d calls", of.interval, calls)
		}
	}
	early := lane{limit: limit{interval: time.Second, burst: 2}, passed: []time.Duration{0, 0, time.Second, time.Second}}
	if n := early.excess(); n != 1 {
		t.Errorf("of a lane that went beyond its limit once this is told %d times", n)
	}
}

// drained is an installation of which two replicas were killed under load and that has then come to rest.
func drained(seed uint64) *system {
	z := ordinary()
	z.seed, z.connections, z.partners, z.replicas = seed, 500, 20, 4
	s := newSystem(near(), z)
	s.flow(200, 20*time.Second)
	s.clock.after(5*time.Second+123*time.Millisecond, func() { s.kill(s.replicas[1]) })
	s.clock.after(12*time.Second, func() { s.kill(s.replicas[2]); s.start() })
	s.clock.run(5 * time.Minute)
	return s
}

func TestWhatIsAcceptedEndsOnceAndIsTold(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5) {
		n := drained(seed).tally
		if n.taken == 0 || n.ended != n.taken || n.told != 2*n.taken || n.done != n.told || n.twice != 0 {
			t.Errorf("seed %d: of %d operations %d ended; of %d events %d were delivered; %d were so twice",
				seed, n.taken, n.ended, n.told, n.done, n.twice)
		}
		if n.arrived-n.taken > 50 || n.unknown == 0 || n.sent < n.done {
			t.Errorf("seed %d: %d requests had no answer, %d operations were unknown", seed, n.arrived-n.taken, n.unknown)
		}
		if n.over > 1 {
			t.Errorf("seed %d: a replica ran %v of the lanes that it may run", seed, n.over)
		}
	}
}

func TestWhoIsTakenForDeadSettlesNothingLate(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5) {
		z := ordinary()
		z.seed, z.connections, z.partners, z.call, z.answer = seed, 500, 20, 8*time.Second, 7*time.Second
		s := newSystem(near(), z)
		s.flow(100, 30*time.Second)
		s.clock.after(20*time.Second, func() { s.cutOff(s.replicas[1]) })
		s.clock.run(5 * time.Minute)
		if n := s.tally; n.unknown == 0 || n.twice > 0 || n.ended != n.taken || n.done != n.told {
			t.Errorf("seed %d: of %d operations %d ended, of %d events %d were delivered, %d were so twice",
				seed, n.taken, n.ended, n.told, n.done, n.twice)
		}
	}
}

func TestAnInstallationComesToRest(t *testing.T) {
	t.Parallel()
	s := drained(1)
	for i, l := range s.lanes {
		if l.owner != nil || len(l.waiting)+len(l.flying) > 0 {
			t.Fatalf("lane %d has an owner, or something to do", i)
		}
	}
	if s.active != len(s.receivers) || s.replicas[1].held+s.replicas[2].held > 0 {
		t.Errorf("%d lanes are active; the dead run %d", s.active, s.replicas[1].held+s.replicas[2].held)
	}
}

func TestLanesOfADeadReplicaGoOnWithinFiveSeconds(t *testing.T) {
	t.Parallel()
	z := ordinary()
	z.connections = 1000
	s := newSystem(near(), z)
	s.flow(300, time.Minute)
	s.clock.run(20*time.Second + 700*time.Millisecond)
	dead := s.replicas[0]
	if dead.held < 50 {
		t.Fatalf("it runs %d lanes", dead.held)
	}
	s.kill(dead)
	s.clock.run(s.clock.now + 3*time.Second)
	if dead.held < 50 {
		t.Error("its lanes were taken before it had been silent for long enough")
	}
	s.clock.run(s.clock.now + 2*time.Second)
	if dead.held > 0 {
		t.Errorf("it holds %d lanes after five seconds", dead.held)
	}
}

func TestOneSeedHasOneCourse(t *testing.T) {
	t.Parallel()
	a, b, other := drained(1).tally, drained(1).tally, drained(2).tally
	if diff := cmp.Diff(a, b, cmp.AllowUnexported(tally{})); diff != "" {
		t.Error(diff)
	}
	if a.taken == other.taken {
		t.Error("another seed has the same course")
	}
}
