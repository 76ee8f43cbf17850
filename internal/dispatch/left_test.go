package dispatch

import (
	"testing"
	"time"
)

func TestWhatALaneHasLeftTellsUntilWhenItIsClosed(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	soon := now.Add(time.Minute)
	for text, want := range map[string]Stand{
		"":  {Nothing, time.Time{}, true},
		"?": {Waits: Nothing},
		`{"paused":"2026-11-28T12:01:00Z","asked":"2026-11-28T12:01:00Z"}`:                                   {ThePause, soon, true},
		`{"paused":"2026-11-28T12:01:00Z","barred":"2026-11-28T12:00:30Z","limited":"2026-11-28T12:05:00Z"}`: {ThePause, soon, true},
		`{"paused":"2026-11-28T12:00:30Z","barred":"2026-11-28T12:01:00Z"}`:                                  {TheBar, soon, true},
		`{"paused":"2026-11-28T12:00:00Z"}`:                                                                  {Nothing, time.Time{}, true},
		`{"limited":"2026-11-28T12:01:00Z"}`:                                                                 {ALimit, soon, true},
		`{"limited":"2026-11-28T11:59:00Z"}`:                                                                 {Nothing, time.Time{}, true},
		`{"asked":"2026-11-28T12:01:00Z","of a later release":{"something":1}}`:                              {Nothing, time.Time{}, true},
	} {
		if got := Left([]byte(text), now); got != want {
			t.Errorf("%s: %+v, want %+v", text, got, want)
		}
	}
}
