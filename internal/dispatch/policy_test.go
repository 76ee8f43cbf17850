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
	failed := Verdict{Fate: Fails, Counts: true, Grows: true}
	for _, c := range []struct {
		name   string
		policy Policy
		item   Facts
		end    End
		want   Verdict // At and Pause are compared by being set
	}{
		{"done succeeds", p, Facts{}, End{Class: Done}, Verdict{Fate: Succeeds, Counts: true}},
		{"a refusal fails", p, Facts{}, End{Class: Refused}, failed},
		{"a refusal of what may have been done before fails as well", p, Facts{Unknown: true}, End{Class: Refused}, failed},
		{"a refused look-up leaves it unknown", p, Facts{Unknown: true}, End{Class: Refused, Open: true},
			Verdict{Fate: Asks, At: now, Counts: true, Grows: true}},
		{"refused look-ups do not go on for ever", p, Facts{Unknown: true, Counted: 2}, End{Class: Refused, Open: true},
			failed.because(Exhausted)},
		{"a refusal before anything was sent fails", p, Facts{}, End{Class: Refused, Open: true}, failed},
		{"a barred lane stops and keeps its item", p, Facts{}, End{Class: Barred},
			Verdict{Fate: Retries, At: now, Grows: true, Stop: true}},
		{"a barred look-up leaves it unknown", p, Facts{Unknown: true, Counted: 99}, End{Class: Barred, Open: true},
			Verdict{Fate: Asks, At: now, Grows: true, Stop: true}},
		{"what certainly failed is tried for long", p, Facts{Counted: 99}, End{Class: Later},
			Verdict{Fate: Retries, At: now, Grows: true}},
		{"a throttle pauses the lane and does not count", p, Facts{Counted: 99}, End{Class: Throttled},
			Verdict{Fate: Retries, At: now, Grows: true, Pause: now}},
		{"an unknown outcome is looked up", p, Facts{}, End{Class: Unknown},
			Verdict{Fate: Asks, At: now, Counts: true, Grows: true}},
		{"one that cannot be looked up fails", p, Facts{Blind: true}, End{Class: Unknown}, failed.because(Blind)},
		{"unknown outcomes do not go on for ever", p, Facts{Counted: 2}, End{Class: Unknown}, failed.because(Exhausted)},
		{"a look-up that fails leaves it unknown", p, Facts{Unknown: true}, End{Class: Later, Open: true},
			Verdict{Fate: Asks, At: now, Grows: true}},
		{"a throttled look-up leaves it unknown", p, Facts{Unknown: true}, End{Class: Throttled, Open: true},
			Verdict{Fate: Asks, At: now, Grows: true, Pause: now}},
		{"an unknown outcome may wait for its look-up", p, Facts{Counted: 99}, End{Class: Unknown, Waits: time.Second},
			Verdict{Fate: Asks, At: now}},
		{"a look-up that proves nothing yet is made again", p, Facts{Unknown: true, Counted: 99}, End{Class: Later, Waits: time.Second},
			Verdict{Fate: Asks, At: now}},
		{"a refusal that may be our own doing is looked up", p, Facts{Unknown: true}, End{Class: Refused, Waits: time.Second},
			Verdict{Fate: Asks, At: now}},
		{"the work may ask to wait with nothing unknown", p, Facts{}, End{Class: Later, Waits: time.Second},
			Verdict{Fate: Retries, At: now}},
		{"a throttle that waits pauses the lane all the same", p, Facts{}, End{Class: Throttled, Waits: time.Second},
			Verdict{Fate: Retries, At: now, Pause: now}},
		{"what is done waits for nothing", p, Facts{}, End{Class: Done, Waits: time.Second},
			Verdict{Fate: Succeeds, Counts: true}},
		{"no waiting helps one that cannot be looked up", p, Facts{Blind: true}, End{Class: Unknown, Waits: time.Second},
			Verdict{Fate: Fails, Reason: Blind}},
		{"what the work broke on is not tried again", p, Facts{}, End{Class: Broken}, failed},
		{"once: what is worth another try fails", once, Facts{}, End{Class: Later},
			Verdict{Fate: Fails, Grows: true}},
		{"once: a throttle fails and pauses the lane", once, Facts{}, End{Class: Throttled},
			Verdict{Fate: Fails, Grows: true, Pause: now}},
		{"once: a barred lane stops as well", once, Facts{}, End{Class: Barred},
			Verdict{Fate: Fails, Grows: true, Stop: true}},
		{"once: an unknown outcome says so", once, Facts{}, End{Class: Unknown}, failed.because(Blind)},
		{"once: nobody waits", once, Facts{}, End{Class: Unknown, Waits: time.Second},
			Verdict{Fate: Fails, Reason: Blind}},
		{"once: done succeeds", once, Facts{}, End{Class: Done}, Verdict{Fate: Succeeds, Counts: true}},
		{"a schedule gives its delays", scheduled, Facts{Streak: 1}, End{Class: Later},
			Verdict{Fate: Retries, At: now, Grows: true}},
		{"a schedule that is used up fails", scheduled, Facts{Streak: 2}, End{Class: Later},
			Verdict{Fate: Fails, Grows: true, Reason: Exhausted}},
		{"a schedule is not used up by waiting", scheduled, Facts{Streak: 2}, End{Class: Later, Waits: time.Second},
			Verdict{Fate: Retries, At: now}},
		{"what the work broke on is tried by its schedule", scheduled, Facts{Streak: 1}, End{Class: Broken},
			Verdict{Fate: Retries, At: now, Counts: true, Grows: true}},
		{"not for longer than that", scheduled, Facts{Streak: 2}, End{Class: Broken}, failed.because(Exhausted)},
	} {
		got := c.policy.Decide(c.item, c.end, now)
		same := got.Fate == c.want.Fate && got.Counts == c.want.Counts && got.Grows == c.want.Grows &&
			got.Stop == c.want.Stop && got.Reason == c.want.Reason &&
			got.At.IsZero() == c.want.At.IsZero() && got.Pause.IsZero() == c.want.Pause.IsZero()
		if !same {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// because is the verdict with a reason.
func (v Verdict) because(why Reason) Verdict {
	v.Reason = why
	return v
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
		{Facts{Streak: 1000}, End{Class: Barred, RetryAfter: time.Hour}, time.Hour, time.Hour},
		{Facts{Deadline: now.Add(2 * time.Second)}, End{Class: Later, RetryAfter: time.Hour}, 2 * time.Second, 2 * time.Second},
		{Facts{Streak: 1000}, End{Class: Barred}, 48 * time.Second, time.Minute},
		{Facts{Streak: 3}, End{Class: Unknown, Waits: 1500 * time.Millisecond, RetryAfter: time.Hour},
			1500 * time.Millisecond, 1500 * time.Millisecond},
		{Facts{Deadline: now.Add(2 * time.Second)}, End{Class: Unknown, Waits: time.Hour}, 2 * time.Second, 2 * time.Second},
	} {
		if d := p.Decide(c.item, c.end, now).At.Sub(now); d < c.min || d > c.max {
			t.Errorf("%+v after %+v: %v, want %v to %v", c.item, c.end, d, c.min, c.max)
		}
	}
}
