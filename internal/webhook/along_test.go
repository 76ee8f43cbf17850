package webhook

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestWhatDrawsOtherSubscriptionsOfItsReceiver(t *testing.T) {
	t.Parallel()
	active, stale, paused, moved := young(), sick(began), young(), young()
	paused.Status, moved.URL = Paused, "https://b.example"
	failed := sick(began.Add(time.Hour))
	for says, c := range map[string]struct {
		was, is Subscription
		by      Mover
		want    []Status
	}{
		"a new one":                   {Subscription{}, active, ByOwner, []Status{Stale}},
		"one that comes back":         {stale, active, ByReceiver, []Status{Stale}},
		"one that is activated":       {paused, active, ByOwner, []Status{Stale}},
		"one with another URL":        {active, moved, ByOwner, []Status{Stale}},
		"one that stays active":       {active, active, ByOwner, nil},
		"one that goes stale":         {active, stale, ByReceiver, []Status{Active, Stale}},
		"a probe that failed":         {stale, failed, ByReceiver, []Status{Active, Stale}},
		"one that stays stale":        {stale, stale, ByReceiver, nil},
		"one that its receiver stops": {active, paused, ByReceiver, []Status{Active, Stale}},
		"one that its owner pauses":   {active, paused, ByOwner, nil},
		"one that its owner deletes":  {active, Subscription{Status: Deleted}, ByOwner, nil},
	} {
		if got := Draws(c.was, c.is, c.by); !slices.Equal(got, c.want) {
			t.Errorf("%s draws %v", says, got)
		}
	}
}

func TestWhatGoesAlongTakesTheTableAndThePace(t *testing.T) {
	t.Parallel()
	at := began.Add(time.Hour)
	for _, from := range []Status{Active, Paused, Stale, Deleted} {
		for _, with := range []Status{Active, Paused, Stale, Deleted} {
			s, other := young(), sick(at)
			s.Status, other.Status, other.Health.Counted = from, with, 3
			got := s.Along(other, at)
			if got.Status != from && !slices.ContainsFunc([]Mover{ByReceiver, ByBreaker}, func(by Mover) bool { return may(from, got.Status, by) }) {
				t.Errorf("%s became %s", from, got.Status)
			}
			if got.Status == Stale && with == Stale && !got.ProbeAt().Equal(other.ProbeAt()) {
				t.Errorf("%s is tried at %v and not at %v", from, got.ProbeAt(), other.ProbeAt())
			}
		}
	}
	same := young()
	same.Status = Paused
	if diff := cmp.Diff(same, same.Along(young(), at)); diff != "" {
		t.Errorf("what its owner paused: %s", diff)
	}
}
