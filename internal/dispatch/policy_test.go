package dispatch

import (
	"testing"
	"time"
)

func TestWhatFollowsFromEachClass(t *testing.T) {
	t.Parallel()
	p := Policy{Base: time.Second, Cap: time.Minute, MaxCounted: 3}
	once := Policy{Base: time.Second, Cap: time.Minute, Once: true}
	scheduled := Policy{Schedule: []time.Duration{time.Second, time.Minute}}
	now := time.Unix(1e9, 0)
	for _, c := range []struct {
		name   string
		policy Policy
		item   Facts
		end    End
		want   Verdict // At and Pause are compared by being set
	}{
		{"done succeeds", p, Facts{}, End{Class: Done}, Verdict{Fate: Succeeds, Counts: true}},
		{"a refusal fails", p, Facts{}, End{Class: Refused}, Verdict{Fate: Fails, Counts: true}},
		{"a barred lane stops and keeps its item", p, Facts{}, End{Class: Barred}, Verdict{Fate: Retries, At: now, Stop: true}},
		{"what certainly failed is tried for long", p, Facts{Counted: 99}, End{Class: Later}, Verdict{Fate: Retries, At: now}},
		{"a throttle pauses the lane and does not count", p, Facts{Counted: 99}, End{Class: Throttled}, Verdict{Fate: Retries, At: now, Pause: now}},
		{"an unknown outcome is looked up", p, Facts{}, End{Class: Unknown}, Verdict{Fate: Asks, At: now, Counts: true}},
		{"one that cannot be looked up fails", p, Facts{Blind: true}, End{Class: Unknown}, Verdict{Fate: Fails, Counts: true, Reason: Blind}},
		{"unknown outcomes do not go on for ever", p, Facts{Counted: 2}, End{Class: Unknown}, Verdict{Fate: Fails, Counts: true, Reason: Exhausted}},
		{"a look-up that fails leaves it unknown", p, Facts{Unknown: true}, End{Class: Later, Open: true}, Verdict{Fate: Asks, At: now}},
		{"a throttled look-up leaves it unknown", p, Facts{Unknown: true}, End{Class: Throttled, Open: true}, Verdict{Fate: Asks, At: now, Pause: now}},
		{"once: what is worth another try fails", once, Facts{}, End{Class: Later}, Verdict{Fate: Fails}},
		{"once: a throttle fails and pauses the lane", once, Facts{}, End{Class: Throttled}, Verdict{Fate: Fails, Pause: now}},
		{"once: a barred lane stops as well", once, Facts{}, End{Class: Barred}, Verdict{Fate: Fails, Stop: true}},
		{"once: an unknown outcome says so", once, Facts{}, End{Class: Unknown}, Verdict{Fate: Fails, Counts: true, Reason: Blind}},
		{"once: done succeeds", once, Facts{}, End{Class: Done}, Verdict{Fate: Succeeds, Counts: true}},
		{"a schedule gives its delays", scheduled, Facts{Streak: 1}, End{Class: Later}, Verdict{Fate: Retries, At: now}},
		{"a schedule that is used up fails", scheduled, Facts{Streak: 2}, End{Class: Later}, Verdict{Fate: Fails, Reason: Exhausted}},
	} {
		got := c.policy.Decide(c.item, c.end, now)
		same := got.Fate == c.want.Fate && got.Counts == c.want.Counts && got.Stop == c.want.Stop && got.Reason == c.want.Reason &&
			got.At.IsZero() == c.want.At.IsZero() && got.Pause.IsZero() == c.want.Pause.IsZero()
		if !same {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestDelaysGrowToTheirCapAndGiveWayToWhatTheOtherSideAsks(t *testing.T) {
	t.Parallel()
	p := Policy{Base: time.Second, Cap: 15 * time.Minute, MaxCounted: 3}
	now := time.Unix(1e9, 0)
	for _, c := range []struct {
		item     Facts
		end      End
		min, max time.Duration
	}{
		{Facts{}, End{Class: Later}, 800 * time.Millisecond, time.Second},
		{Facts{Streak: 3}, End{Class: Later}, 6400 * time.Millisecond, 8 * time.Second},
		{Facts{Streak: 1000}, End{Class: Later}, 12 * time.Minute, 15 * time.Minute},
		{Facts{Streak: 3}, End{Class: Later, RetryAfter: 1500 * time.Millisecond}, 1500 * time.Millisecond, 1500 * time.Millisecond},
		{Facts{}, End{Class: Barred}, 800 * time.Millisecond, time.Second},
		{Facts{Streak: 1000}, End{Class: Barred}, time.Minute, time.Minute},
		{Facts{Streak: 1000}, End{Class: Barred, RetryAfter: time.Hour}, time.Hour, time.Hour},
		{Facts{Deadline: now.Add(2 * time.Second)}, End{Class: Later, RetryAfter: time.Hour}, 2 * time.Second, 2 * time.Second},
	} {
		if d := p.Decide(c.item, c.end, now).At.Sub(now); d < c.min || d > c.max {
			t.Errorf("%+v after %+v: %v, want %v to %v", c.item, c.end, d, c.min, c.max)
		}
	}
}
