// Package sourcetest holds what every lane source must keep to, whatever carries its lanes.
package sourcetest

import (
	"context"
	"errors"
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
	for _, rule := range []struct {
		name string
		hold func(*testing.T, dispatch.Source)
	}{
		{"an activated lane is given once", givenOnce},
		{"a lane is never given while it runs", oneRunner},
		{"a lane that is activated while it runs wakes its runner", wakes},
		{"an activation that its runner did not notice runs the lane again", unnoticed},
		{"the sweeper's hint neither wakes nor hurries a lane", sweeperHint},
		{"a released lane runs again at its time", again},
		{"a lane that waits runs at once when it is activated", hurried},
		{"a lane released without a time runs when it is activated", asleep},
		{"lanes are given in the order of their times", inOrder},
		{"each claim of a lane has a greater epoch", epochs},
		{"lanes of one kind are not given to who asks for another", byKind},
		{"a lane waits in the queue that it was sorted into", sorted},
		{"no lane is given after the context has ended", ended},
	} {
		t.Run(rule.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { rule.hold(t, open(t)) })
		})
	}
}

func lane(n byte) fence.Lane { return fence.Lane{Kind: fence.Connections, ID: uuid.UUID{n}} }

// claim claims a lane within a time; ok tells whether one was due.
func claim(t *testing.T, s dispatch.Source, within time.Duration) (c dispatch.Claim, ok bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	c, err := s.Claim(ctx, fence.Connections)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("claiming: %v", err)
	}
	return c, err == nil
}

func byKind(t *testing.T, s dispatch.Source) {
	other := fence.Lane{Kind: fence.Imports, ID: uuid.UUID{1}}
	s.Activate(other, time.Now())
	if c, ok := claim(t, s, time.Minute); ok {
		t.Fatalf("it was given %v", c.Lane)
	}
	c, err := s.Claim(t.Context(), fence.Imports)
	if err != nil || c.Lane != other {
		t.Fatalf("%v, %v", c.Lane, err)
	}
	s.Release(c, time.Time{})
}

func must(t *testing.T, s dispatch.Source) dispatch.Claim {
	t.Helper()
	c, ok := claim(t, s, time.Second)
	if !ok {
		t.Fatal("no lane was given")
	}
	return c
}

func none(t *testing.T, s dispatch.Source, within time.Duration) {
	t.Helper()
	if c, ok := claim(t, s, within); ok {
		t.Fatalf("lane %v was given", c.Lane.ID)
	}
}

func woken(c dispatch.Claim) bool {
	select {
	case <-c.Wake:
		return true
	default:
		return false
	}
}

func givenOnce(t *testing.T, s dispatch.Source) {
	none(t, s, time.Minute)
	s.Activate(lane(1), time.Now())
	s.Activate(lane(1), time.Now())
	if c := must(t, s); c.Lane != lane(1) {
		t.Errorf("lane %v was given", c.Lane.ID)
	}
	none(t, s, time.Minute)
}

func oneRunner(t *testing.T, s dispatch.Source) {
	s.Activate(lane(1), time.Now())
	c := must(t, s)
	for _, at := range []time.Time{{}, time.Now()} {
		s.Activate(lane(1), at)
		none(t, s, time.Hour)
	}
	s.Release(c, time.Time{})
}

func wakes(t *testing.T, s dispatch.Source) {
	s.Activate(lane(1), time.Now())
	c := must(t, s)
	if woken(c) {
		t.Error("the runner was woken by the activation that it was claimed for")
	}
	s.Activate(lane(1), time.Now())
	s.Activate(lane(1), time.Now())
	synctest.Wait()
	if !woken(c) || woken(c) {
		t.Error("the runner was not woken once")
	}
}

func unnoticed(t *testing.T, s dispatch.Source) {
	s.Activate(lane(1), time.Now())
	c := must(t, s)
	s.Activate(lane(1), time.Now())
	synctest.Wait()
	s.Release(c, time.Now().Add(time.Hour))
	must(t, s)
}

func sweeperHint(t *testing.T, s dispatch.Source) {
	s.Activate(lane(1), time.Now())
	c := must(t, s)
	s.Activate(lane(1), time.Time{})
	synctest.Wait()
	if woken(c) {
		t.Error("the sweeper woke a runner")
	}
	s.Release(c, time.Now().Add(time.Hour))
	s.Activate(lane(1), time.Time{})
	none(t, s, time.Minute)
	s.Activate(lane(2), time.Time{})
	if c := must(t, s); c.Lane != lane(2) {
		t.Errorf("lane %v was given", c.Lane.ID)
	}
}

func again(t *testing.T, s dispatch.Source) {
	s.Activate(lane(1), time.Now())
	s.Release(must(t, s), time.Now().Add(time.Minute))
	none(t, s, 59*time.Second)
	time.Sleep(500 * time.Millisecond)
	if c, ok := claim(t, s, 2*time.Second); !ok || c.Lane != lane(1) {
		t.Error("the lane did not run again")
	}
}

func hurried(t *testing.T, s dispatch.Source) {
	s.Activate(lane(1), time.Now())
	s.Release(must(t, s), time.Now().Add(time.Hour))
	s.Activate(lane(1), time.Now())
	must(t, s)
}

func asleep(t *testing.T, s dispatch.Source) {
	s.Activate(lane(1), time.Now())
	s.Release(must(t, s), time.Time{})
	none(t, s, time.Hour)
	s.Activate(lane(1), time.Time{})
	must(t, s)
}

func inOrder(t *testing.T, s dispatch.Source) {
	now := time.Now()
	for _, n := range []byte{3, 1, 2} {
		s.Activate(lane(n), now.Add(time.Duration(n)*time.Minute))
	}
	none(t, s, 30*time.Second)
	time.Sleep(10 * time.Minute)
	for _, n := range []byte{1, 2, 3} {
		if c := must(t, s); c.Lane != lane(n) {
			t.Errorf("lane %v was given, want %v", c.Lane.ID, lane(n).ID)
		}
	}
}

func epochs(t *testing.T, s dispatch.Source) {
	last := int64(0)
	for range 3 {
		s.Activate(lane(1), time.Now())
		c := must(t, s)
		if c.Epoch <= last {
			t.Errorf("epoch %d came after %d", c.Epoch, last)
		}
		last = c.Epoch
		s.Release(c, time.Time{})
	}
}

func ended(t *testing.T, s dispatch.Source) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for n := range byte(20) {
		s.Activate(lane(n), time.Now())
		if c, err := s.Claim(ctx, fence.Connections); err == nil {
			t.Fatalf("lane %v was given", c.Lane.ID)
		}
	}
}

func sorted(t *testing.T, s dispatch.Source) {
	const queue = fence.Connections + "/acme"
	sorts := func(c dispatch.Claim) { s.Sort(c.Lane, queue); s.Release(c, time.Now()) }
	s.Activate(lane(1), time.Now())
	first, ok := claim(t, s, time.Minute)
	if !ok {
		t.Fatal("it was not in the queue of its kind")
	}
	sorts(first)
	if c, ok := claim(t, s, time.Minute); ok {
		t.Fatalf("after it was sorted the queue of its kind gave %v", c.Lane)
	}
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
