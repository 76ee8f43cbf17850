// Package sourcetest holds what every lane source must keep to, whatever carries its lanes.
package sourcetest

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
)

// Run holds a source against its contract. open makes a source without lanes; it is called in a
// bubble of package synctest, where time is virtual.
func Run(t *testing.T, open func(t *testing.T) dispatch.Source) {
	for name, hold := range rules() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { hold(t, stand{Source: open(t), pace: virtual}) })
		})
	}
}

// RunInRealTime does the same where time cannot be virtual, as over a network. It takes a few seconds, and no
// machine is too slow for it: what must come is waited for, and what must not is looked for in less time than
// it would take.
func RunInRealTime(t *testing.T, open func(t *testing.T) dispatch.Source) {
	for name, hold := range rules() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hold(t, stand{Source: open(t), pace: real})
		})
	}
}

// rules are the contract.
func rules() map[string]func(*testing.T, stand) {
	return map[string]func(*testing.T, stand){
		"an activated lane is given once":                                  givenOnce,
		"a lane is never given while it runs":                              oneRunner,
		"a lane that is activated while it runs wakes its runner":          wakes,
		"an activation that its runner did not notice runs the lane again": unnoticed,
		"the sweeper's hint neither wakes nor hurries a lane":              sweeperHint,
		"a released lane runs again at its time":                           again,
		"a lane that waits runs at once when it is activated":              hurried,
		"a lane released without a time runs when it is activated":         asleep,
		"lanes are given in the order of their times":                      inOrder,
		"each claim of a lane has a greater epoch":                         epochs,
		"lanes of one kind are not given to who asks for another":          byKind,
		"a lane waits in the queue that it was sorted into":                sorted,
		"no lane is given after the context has ended":                     ended,
	}
}

func lane(n byte) fence.Lane { return fence.Lane{Kind: fence.Connections, ID: uuid.UUID{n}} }

func byKind(t *testing.T, s stand) {
	other := fence.Lane{Kind: fence.Imports, ID: uuid.UUID{1}}
	s.Activate(other, time.Now())
	s.none(t, s.while)
	c, err := s.Claim(t.Context(), fence.Imports)
	if err != nil || c.Lane != other {
		t.Fatalf("%v, %v", c.Lane, err)
	}
	s.Release(c, time.Time{})
}

func givenOnce(t *testing.T, s stand) {
	s.none(t, s.while)
	s.Activate(lane(1), time.Now())
	s.Activate(lane(1), time.Now())
	if c := s.must(t); c.Lane != lane(1) {
		t.Errorf("lane %v was given", c.Lane.ID)
	}
	s.none(t, s.while)
}

func oneRunner(t *testing.T, s stand) {
	s.Activate(lane(1), time.Now())
	c := s.must(t)
	for _, at := range []time.Time{{}, time.Now()} {
		s.Activate(lane(1), at)
		s.none(t, s.long)
	}
	s.Release(c, time.Time{})
}

func wakes(t *testing.T, s stand) {
	s.Activate(lane(1), time.Now())
	c := s.must(t)
	if woken(c) {
		t.Error("the runner was woken by the activation that it was claimed for")
	}
	s.Activate(lane(1), time.Now())
	s.Activate(lane(1), time.Now())
	s.settled()
	if !woken(c) || woken(c) {
		t.Error("the runner was not woken once")
	}
}

func unnoticed(t *testing.T, s stand) {
	s.Activate(lane(1), time.Now())
	c := s.must(t)
	s.Activate(lane(1), time.Now())
	s.settled()
	s.Release(c, time.Now().Add(time.Hour))
	s.must(t)
}

func sweeperHint(t *testing.T, s stand) {
	s.Activate(lane(1), time.Now())
	c := s.must(t)
	s.Activate(lane(1), time.Time{})
	s.settled()
	if woken(c) {
		t.Error("the sweeper woke a runner")
	}
	s.Release(c, time.Now().Add(time.Hour))
	s.Activate(lane(1), time.Time{})
	s.none(t, s.while)
	s.Activate(lane(2), time.Time{})
	if c := s.must(t); c.Lane != lane(2) {
		t.Errorf("lane %v was given", c.Lane.ID)
	}
}

func again(t *testing.T, s stand) {
	s.Activate(lane(1), time.Now())
	c := s.must(t)
	at := time.Now().Add(s.while)
	s.Release(c, at)
	s.none(t, time.Until(at)-s.while/10)
	if c, ok := s.claim(t, s.while/10+s.soon); !ok || c.Lane != lane(1) {
		t.Error("the lane did not run again")
	}
}

func hurried(t *testing.T, s stand) {
	s.Activate(lane(1), time.Now())
	s.Release(s.must(t), time.Now().Add(time.Hour))
	s.Activate(lane(1), time.Now())
	s.must(t)
}

func asleep(t *testing.T, s stand) {
	s.Activate(lane(1), time.Now())
	s.Release(s.must(t), time.Time{})
	s.none(t, s.long)
	s.Activate(lane(1), time.Time{})
	s.must(t)
}

func inOrder(t *testing.T, s stand) {
	now := time.Now()
	for _, n := range []byte{3, 1, 2} {
		s.Activate(lane(n), now.Add(time.Duration(n)*s.while))
	}
	s.none(t, time.Until(now.Add(s.while))-s.while/10)
	time.Sleep(time.Until(now.Add(4 * s.while)))
	for _, n := range []byte{1, 2, 3} {
		if c := s.must(t); c.Lane != lane(n) {
			t.Errorf("lane %v was given, want %v", c.Lane.ID, lane(n).ID)
		}
	}
}

func epochs(t *testing.T, s stand) {
	last := int64(0)
	for range 3 {
		s.Activate(lane(1), time.Now())
		c := s.must(t)
		if c.Epoch <= last {
			t.Errorf("epoch %d came after %d", c.Epoch, last)
		}
		last = c.Epoch
		s.Release(c, time.Time{})
	}
}

func ended(t *testing.T, s stand) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for n := range byte(20) {
		s.Activate(lane(n), time.Now())
		if c, err := s.Claim(ctx, fence.Connections); err == nil {
			t.Fatalf("lane %v was given", c.Lane.ID)
		}
	}
}

func sorted(t *testing.T, s stand) {
	const queue = fence.Connections + "/acme"
	s.Activate(lane(1), time.Now())
	first := s.must(t)
	s.Sort(first.Lane, queue)
	s.Release(first, time.Now())
	s.none(t, s.while)
	for range 2 {
		c, err := s.Claim(t.Context(), queue)
		if err != nil || c.Lane != lane(1) || c.Epoch <= first.Epoch {
			t.Fatalf("%v, %v", c, err)
		}
		// It is in that queue after a sleep, too.
		s.Release(c, time.Time{})
		s.Activate(lane(1), time.Now())
	}
}
