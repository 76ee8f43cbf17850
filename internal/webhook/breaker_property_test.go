package webhook

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// moment is the end of one attempt, some time after the one before it.
type moment struct {
	after  time.Duration
	result Result
}

// histories are what receivers go through: stretches of one kind of weather each.
func histories() *rapid.Generator[[]moment] {
	return rapid.Custom(func(rt *rapid.T) []moment {
		var all []moment
		for range rapid.IntRange(1, 6).Draw(rt, "stretches") {
			failing := rapid.SampledFrom([]int{0, 3, 6, 15, 25, 60, 100}).Draw(rt, "failing")
			pace := rapid.SampledFrom([]time.Duration{0, time.Second, 20 * time.Second, 2 * time.Minute, 20 * time.Minute}).Draw(rt, "pace")
			for range rapid.IntRange(1, 60).Draw(rt, "length") {
				r := rapid.SampledFrom([]Result{good, good, good, {Verdict: Delivered, StatusCode: 404, Refused: true, Attempt: 1}}).Draw(rt, "answer")
				if rapid.IntRange(0, 99).Draw(rt, "luck") < failing {
					r = rapid.SampledFrom([]Result{bad, bad, bad, {Verdict: Retry, StatusCode: 503, Attempt: 1}, {Verdict: Retry},
						{Verdict: Retry, StatusCode: 429, Attempt: 5}, {Verdict: Interrupted, Attempt: 5}}).Draw(rt, "failure")
				}
				all = append(all, moment{pace, r})
			}
		}
		return all
	})
}

// judged is what the contract says of a history, kept plainly: all deliveries since a moment.
type judged struct {
	since  time.Time
	counts []bool
	stale  bool
	tried  time.Time
	probes int
}

// take returns the status behind an attempt's end.
func (j *judged) take(m moment, at time.Time) Status {
	if j.stale {
		wait := time.Duration(min(1<<min(j.probes, 10), 60)) * time.Minute
		switch due := !at.Before(j.tried.Add(wait)); {
		case due && m.result.Verdict == Delivered:
			*j = judged{since: at}
		case due && m.result.Verdict == Retry:
			j.tried = at
			if m.result.Attempt > 0 && m.result.StatusCode != 429 {
				j.probes++
			}
		}
		return j.status()
	}
	failed := m.result.Verdict == Retry && m.result.Attempt > 3 && m.result.StatusCode != 429
	if !failed && m.result.Verdict != Delivered {
		return j.status()
	}
	j.counts = append(j.counts, !failed)
	if failed && at.Sub(j.since) >= 15*time.Minute && j.tooMany() {
		j.stale, j.tried, j.probes = true, at, 0
	}
	return j.status()
}

func (j *judged) status() Status {
	if j.stale {
		return Stale
	}
	return Active
}

func (j *judged) tooMany() bool {
	good, row := 0, 0
	average := 1.0
	for n, success := range j.counts {
		value := 0.0
		row++
		if success {
			value, row = 1, 0
			good++
		}
		if n < 100 {
			average = float64(good) / float64(n+1)
		} else {
			average = 0.99*average + 0.01*value
		}
	}
	switch n := len(j.counts); {
	case n >= 50:
		return average < 0.95
	case n >= 20:
		return good*100 < n*80
	}
	return row >= 10
}

// fault tells where a breaker leaves what the contract says of a history, "" if nowhere.
func fault(after func(Subscription, Result, time.Time) Subscription, history []moment) string {
	s, at, plain := young(), began, judged{since: began}
	for n, m := range history {
		at = at.Add(m.after)
		s = after(s, m.result, at)
		if want := plain.take(m, at); s.Status != want {
			return fmt.Sprintf("after %d attempts, at %v: %s and not %s; %+v", n+1, at.Sub(began), s.Status, want, s.Health)
		}
	}
	return ""
}

func TestTheBreakerFollowsTheContractThroughEveryHistory(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		if says := fault(Subscription.After, histories().Draw(rt, "history")); says != "" {
			rt.Error(says)
		}
	})
}

func TestABreakerWithAFaultIsFound(t *testing.T) {
	t.Parallel()
	for says, after := range map[string]func(Subscription, Result, time.Time) Subscription{
		"it has no grace": func(s Subscription, r Result, at time.Time) Subscription {
			s.Health.Since = s.Health.Since.Add(-grace)
			return s.After(r, at)
		},
		"it takes quick tries for verdicts": func(s Subscription, r Result, at time.Time) Subscription {
			r.Attempt += tolerated
			return s.After(r, at)
		},
		"it takes a wish for time for a failure": func(s Subscription, r Result, at time.Time) Subscription {
			r.StatusCode = 500
			return s.After(r, at)
		},
		"it takes a refusal for a failure": func(s Subscription, r Result, at time.Time) Subscription {
			if r.Refused {
				r = bad
			}
			return s.After(r, at)
		},
		"it takes one failure for a verdict": func(s Subscription, r Result, at time.Time) Subscription {
			s.Health.FailedInRow = mostInRow
			return s.After(r, at)
		},
		"it forgets the last failure": func(s Subscription, r Result, at time.Time) Subscription {
			s.Health.FailedInRow = 0
			return s.After(r, at)
		},
		"it never knows many": func(s Subscription, r Result, at time.Time) Subscription {
			s.Health.Counted = min(s.Health.Counted, someCounted)
			return s.After(r, at)
		},
		"it never knows some": func(s Subscription, r Result, at time.Time) Subscription {
			if s.Status == Active {
				s.Health.Counted = min(s.Health.Counted, someCounted-2)
			}
			return s.After(r, at)
		},
		"it believes what was in flight": func(s Subscription, r Result, at time.Time) Subscription {
			if s.Status == Stale {
				s.Health.Since = s.Health.Since.Add(-lastProbe)
			}
			return s.After(r, at)
		},
		"it comes back unasked": func(s Subscription, r Result, at time.Time) Subscription {
			if s.Status == Stale && !at.Before(s.ProbeAt()) {
				r = good
			}
			return s.After(r, at)
		},
		"it never comes back": func(s Subscription, r Result, at time.Time) Subscription {
			if s.Status == Stale && r.Verdict == Delivered {
				r = bad
			}
			return s.After(r, at)
		},
		"it probes at one pace": func(s Subscription, r Result, at time.Time) Subscription {
			if s.Status == Stale {
				s.Health.Counted = 0
			}
			return s.After(r, at)
		},
		"it comes back with its old health": func(s Subscription, r Result, at time.Time) Subscription {
			next := s.After(r, at)
			if s.Status == Stale && next.Status == Active {
				next.Health = Health{Since: began, Success: 0.5, Counted: 60}
			}
			return next
		},
	} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			for n := range 3000 {
				if fault(after, histories().Example(n)) != "" {
					return
				}
			}
			t.Error("no history shows it")
		})
	}
}
