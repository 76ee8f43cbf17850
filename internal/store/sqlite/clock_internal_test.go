package sqlite

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-dev/waybill/internal/store/engine"
)

func TestTheClockFollowsTheMachinesAndTakesOverNoStepAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var ahead time.Duration
		c := &clock{}
		c.begin(func() time.Time { return time.Now().Add(ahead) }, time.Time{}, 0)
		off := func(want time.Duration) {
			t.Helper()
			if got := time.Until(c.now()); got != want {
				t.Errorf("it is %v ahead and should be %v", got, want)
			}
		}
		off(0)
		ahead = 10 * time.Minute
		off(0)
		time.Sleep(4 * time.Minute)
		off(time.Minute)
		if got := c.offset(); got != 9*time.Minute {
			t.Errorf("it is %v behind", got)
		}
		time.Sleep(60 * time.Minute)
		off(10 * time.Minute)
		ahead = -2 * time.Minute
		off(10 * time.Minute)
		time.Sleep(4 * time.Minute)
		off(8 * time.Minute)
		time.Sleep(20 * time.Minute)
		off(-2 * time.Minute)
		ahead = 30 * time.Hour
		off(ahead)
	})
}

func TestTheClockOfAStartGoesOnFromWhatTheDatabaseHasSeen(t *testing.T) {
	t.Parallel()
	for says, c := range map[string]struct{ ahead, offset, want time.Duration }{
		"a little ahead":             {20 * time.Minute, 0, 20 * time.Minute},
		"far ahead":                  {30 * time.Hour, 0, 0},
		"behind, as is the rule":     {-time.Hour, 0, 0},
		"behind the machine's clock": {-20 * time.Minute, 10 * time.Minute, -10 * time.Minute},
	} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "w.db")
			now := time.Now().Truncate(time.Microsecond)
			step := time.Duration(0)
			first, err := Open(t.Context(), path, func() time.Time { return now.Add(c.ahead + step) })
			if err != nil {
				t.Fatal(err)
			}
			first.Now()
			step = c.offset
			beats(t, first)
			if err := first.Close(); err != nil {
				t.Fatal(err)
			}
			again, err := Open(t.Context(), path, func() time.Time { return now })
			if err != nil {
				t.Fatal(err)
			}
			defer again.Close()
			// It runs on meanwhile.
			if got := again.Now().Sub(now); got < c.want || got > c.want+time.Minute {
				t.Errorf("it begins %v ahead", got)
			}
		})
	}
}

// beats notes that the database is alive.
func beats(t *testing.T, e *Engine) {
	t.Helper()
	s, err := e.Session(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	err = e.Beat(t.Context(), func(_ context.Context, run func(engine.Statements) error) error {
		if _, err := s.Begin(); err != nil {
			return err
		}
		err := run(s)
		if err == nil {
			_, err = s.Commit()
		}
		return errors.Join(err, s.Rollback())
	})
	if err != nil {
		t.Fatal(err)
	}
}
