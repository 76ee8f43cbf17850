package webhook

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var (
	good  = Result{Verdict: Delivered, StatusCode: 202, Attempt: 1}
	bad   = Result{Verdict: Retry, StatusCode: 500, Attempt: 4}
	began = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
)

// young returns a subscription of which nothing is known yet.
func young() Subscription {
	return Subscription{URL: "https://a.example", Encoding: Automatic, Status: Active, Health: Health{Since: began, Success: 1}}
}

// sick returns one that went stale at a time.
func sick(at time.Time) Subscription {
	s := young()
	s.Status, s.Health = Stale, Health{Since: at, Success: 0.4, FailedInRow: 10}
	return s
}

func TestTheBreakerTripsWhereTheContractSays(t *testing.T) {
	t.Parallel()
	for says, c := range map[string]struct {
		health Health // before a failure
		after  time.Duration
		want   Status
	}{
		"the tenth failure in a row":                 {Health{Success: 0.4, Counted: 15, FailedInRow: 9}, grace, Stale},
		"the ninth":                                  {Health{Success: 0.4, Counted: 15, FailedInRow: 8}, grace, Active},
		"the tenth within 15 minutes":                {Health{Success: 0.4, Counted: 15, FailedInRow: 9}, grace - 1, Active},
		"the twentieth that makes the rate 80 %":     {Health{Success: 16.0 / 19, Counted: 19}, grace, Active},
		"the twentieth that makes the rate 75 %":     {Health{Success: 15.0 / 19, Counted: 19}, grace, Stale},
		"ten in a row of 49 with a rate of 80 %":     {Health{Success: 40.0 / 48, Counted: 48, FailedInRow: 9}, grace, Active},
		"the fiftieth that makes the average 96 %":   {Health{Success: 48.0 / 49, Counted: 49}, grace, Active},
		"the fiftieth that makes the average 94 %":   {Health{Success: 47.0 / 49, Counted: 49}, grace, Stale},
		"the next after an average of 95.9 % of 100": {Health{Success: 0.959, Counted: 100}, grace, Stale},
		"the next after an average of 96.1 % of 100": {Health{Success: 0.961, Counted: 100}, grace, Active},
	} {
		s := young()
		c.health.Since = began
		s.Health = c.health
		at := began.Add(c.after)
		got := s.After(bad, at)
		if got.Status != c.want {
			t.Errorf("%s: %s with %+v", says, got.Status, got.Health)
		}
		if moved := got.UpdatedAt.Equal(at); moved != (got.Status == Stale) {
			t.Errorf("%s: updated at %v", says, got.UpdatedAt)
		}
		if ok := s.After(good, at); ok.Status != Active {
			t.Errorf("%s, but a success: %s", says, ok.Status)
		}
	}
}

// A delivery counts as failed once the contract's quick tries are over.
func TestTheBreakerToleratesTheQuickTries(t *testing.T) {
	t.Parallel()
	at, quick := time.Duration(0), 0
	for _, delay := range Schedule() {
		if at += delay; at <= 5*time.Second {
			quick++
		}
	}
	if quick != tolerated {
		t.Errorf("%d attempts follow the first within 5 seconds, and the breaker tolerates %d", quick, tolerated)
	}
}

func TestWhatSaysNothingOfAReceiverLeavesItsHealth(t *testing.T) {
	t.Parallel()
	elsewhere, gone := bad, Result{Verdict: Gone, StatusCode: 410, Attempt: 1}
	elsewhere.URL, gone.URL = "https://before.example", "https://before.example"
	for says, r := range map[string]Result{
		"our own failure":               {Verdict: Retry},
		"our own stop":                  {Verdict: Interrupted, Attempt: 9},
		"a quick try":                   {Verdict: Retry, StatusCode: 500, Attempt: 3},
		"a wish for time":               {Verdict: Retry, StatusCode: 429, Attempt: 9},
		"what a URL answered before":    elsewhere,
		"that a URL before it was gone": gone,
	} {
		s := young()
		s.Health.FailedInRow, s.Health.Counted, s.Health.Success = 9, 15, 0.4
		if diff := cmp.Diff(s, s.After(r, began.Add(time.Hour))); diff != "" {
			t.Errorf("%s: %s", says, diff)
		}
	}
}

func TestAReceiverThatIsGonePausesItsSubscription(t *testing.T) {
	t.Parallel()
	for before, want := range map[Status]Status{Active: Paused, Stale: Paused, Paused: Paused, Deleted: Deleted} {
		s := young()
		s.Status = before
		if got := s.After(Result{Verdict: Gone, StatusCode: 410, Attempt: 1}, began); got.Status != want {
			t.Errorf("%s becomes %s", before, got.Status)
		}
	}
}

func TestAPausedSubscriptionStaysSo(t *testing.T) {
	t.Parallel()
	s := young()
	s.Status, s.Health.FailedInRow = Paused, 9
	for _, r := range []Result{good, bad} {
		if got := s.After(r, began.Add(time.Hour)); got.Status != Paused {
			t.Errorf("%s makes it %s", r.Verdict, got.Status)
		}
	}
}

func TestOfAReceiverThatIsWellThereIsNothingNewToWrite(t *testing.T) {
	t.Parallel()
	s := young()
	for range window {
		s = s.After(good, began.Add(time.Second))
	}
	if diff := cmp.Diff(s, s.After(good, began.Add(time.Hour))); diff != "" {
		t.Error(diff)
	}
}

func TestRefusalsAreCounted(t *testing.T) {
	t.Parallel()
	s := young()
	for range 3 {
		s = s.After(Result{Verdict: Delivered, Refused: true, StatusCode: 404, Attempt: 1}, began)
	}
	if s.Refused != 3 || s.Status != Active || s.Health.Success != 1 {
		t.Errorf("got %+v", s)
	}
}

func TestAStaleSubscriptionIsTriedAtASlowGrowingPace(t *testing.T) {
	t.Parallel()
	s := sick(began)
	var waits []time.Duration
	for range 9 {
		at := s.ProbeAt()
		waits = append(waits, at.Sub(s.Health.Since))
		s = s.After(bad, at)
	}
	want := []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 16 * time.Minute, 32 * time.Minute,
		time.Hour, time.Hour, time.Hour}
	if diff := cmp.Diff(want, waits); diff != "" || s.Status != Stale {
		t.Error(s.Status, diff)
	}
	s.Health.Counted = 1 << 40
	if got := s.ProbeAt().Sub(s.Health.Since); got != time.Hour {
		t.Errorf("the wait is %v in the end", got)
	}
	if got := young().ProbeAt(); !got.IsZero() {
		t.Errorf("an active subscription is probed at %v", got)
	}
}

func TestAProbeThatIsDeliveredBringsAStaleSubscriptionBack(t *testing.T) {
	t.Parallel()
	s := sick(began)
	due := s.ProbeAt()
	got := s.After(good, due)
	if got.Status != Active || !got.UpdatedAt.Equal(due) || got.Health != (Health{Since: due, Success: 1}) {
		t.Errorf("got %s, %+v", got.Status, got.Health)
	}
	// What was in flight when it went stale proves nothing new, either way.
	for _, r := range []Result{good, bad} {
		if got := s.After(r, due.Add(-1)); got.Status != Stale || !got.ProbeAt().Equal(due) {
			t.Errorf("%s before the probe: %s, probed at %v", r.Verdict, got.Status, got.ProbeAt())
		}
	}
	// Whatever a probe met, the next one is later.
	for _, r := range []Result{bad, {Verdict: Retry}, {Verdict: Retry, StatusCode: 429, Attempt: 1}} {
		if got := s.After(r, due); got.Status != Stale || !got.ProbeAt().After(due) {
			t.Errorf("%+v: %s, probed at %v", r, got.Status, got.ProbeAt())
		}
	}
}

func TestAProbeThatSaysNothingOfTheReceiverIsMadeAgainAfterTheSameWait(t *testing.T) {
	t.Parallel()
	for says, c := range map[string]struct {
		r    Result
		wait time.Duration
	}{
		"our own failure":                        {Result{Verdict: Retry}, time.Minute},
		"a wish for time":                        {Result{Verdict: Retry, StatusCode: 429, Attempt: 1}, time.Minute},
		"a wish for little time":                 {Result{Verdict: Retry, StatusCode: 429, Attempt: 1, RetryAfter: time.Second}, time.Minute},
		"a wish for much time":                   {Result{Verdict: Retry, StatusCode: 429, Attempt: 1, RetryAfter: 40 * time.Minute}, 40 * time.Minute},
		"a failure":                              {bad, 2 * time.Minute},
		"a failure with a wish for time":         {Result{Verdict: Retry, StatusCode: 503, Attempt: 4, RetryAfter: time.Hour}, time.Hour},
		"a failure with a wish for a short time": {Result{Verdict: Retry, StatusCode: 503, Attempt: 4, RetryAfter: time.Minute}, 2 * time.Minute},
	} {
		s := sick(began)
		due := s.ProbeAt()
		if got := s.After(c.r, due).ProbeAt().Sub(due); got != c.wait {
			t.Errorf("%s: tried again after %v, want %v", says, got, c.wait)
		}
	}
}
