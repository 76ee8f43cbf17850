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
