package simkit_test

import (
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

func TestABucketGivesItsBurstAndThenRefillsEvenly(t *testing.T) {
	t.Parallel()
	var l simkit.Limiter
	limit := simkit.Limit{Key: "a", N: 5, Per: time.Second}
	now := noon()
	if l.Take(now, limit) != 0 {
		t.Error("a disabled limiter refused")
	}
	l.Enable(true)
	for n := range 5 {
		if wait := l.Take(now, limit); wait != 0 {
			t.Errorf("request %d has to wait %v", n+1, wait)
		}
	}
	wait := l.Take(now, limit)
	if wait != 200*time.Millisecond {
		t.Errorf("wait = %v, want 200ms", wait)
	}
	if l.Take(now.Add(wait-1), limit) == 0 {
		t.Error("a request came through before its time")
	}
	if l.Take(now.Add(wait), limit) != 0 {
		t.Error("a request that waited as told was refused")
	}
	if got := l.Take(now.Add(time.Hour), limit); got != 0 {
		t.Errorf("a full bucket asks for %v", got)
	}
}

func TestARefusedRequestTakesFromNoBucket(t *testing.T) {
	t.Parallel()
	var l simkit.Limiter
	l.Enable(true)
	narrow, wide := simkit.Limit{Key: "narrow", N: 1, Per: time.Minute}, simkit.Limit{Key: "wide", N: 2, Per: time.Minute}
	l.Take(noon(), narrow, wide)
	for range 10 {
		if l.Take(noon(), narrow, wide) != time.Minute {
			t.Fatal("the narrow bucket gave twice")
		}
	}
	if l.Take(noon(), wide) != 0 {
		t.Error("refused requests emptied the wide bucket")
	}
}

func TestAnAssumedLimitIsEnforcedOnlyWhereItIsAskedFor(t *testing.T) {
	t.Parallel()
	sim := start(t, simkit.Options{Now: noon, Limits: true})
	stated, assumed := simkit.Limit{Key: "stated", N: 1, Per: time.Second}, simkit.Limit{Key: "assumed", N: 1, Per: time.Second, Assumed: true}
	crowd := simkit.Limit{Key: "crowd", Per: time.Second, AtOnce: 1, Assumed: true}
	takes := func(limit simkit.Limit) (taken int) {
		for range 3 {
			if sim.host.Limiter.Take(noon(), limit) == 0 {
				taken++
			}
		}
		return taken
	}
	enters := func() (entered int) {
		for range 3 {
			if _, _, ok := sim.host.Limiter.Enter(crowd); ok {
				entered++
			}
		}
		return entered
	}
	if s, a, e := takes(stated), takes(assumed), enters(); s != 1 || a != 3 || e != 3 {
		t.Errorf("taken of the stated limit %d, of the assumed one %d, entered %d; want 1, 3 and 3", s, a, e)
	}
	sim.Do("POST", "/_sim/switches", `{"assumed_limits":true}`)
	if a, e := takes(assumed), enters(); a != 1 || e != 1 {
		t.Errorf("with the switch on, taken of the assumed limit %d, entered %d; want 1 and 1", a, e)
	}
}
