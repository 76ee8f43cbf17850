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
			beating(t, first)()
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

func TestTheClockGoesOnAfterALongRestOverARestart(t *testing.T) {
	t.Parallel()
	for says, rest := range map[string]struct {
		written     bool
		after, want time.Duration
	}{
		"behind, and nothing was written since":        {false, time.Minute, -10*time.Minute + 15*time.Second},
		"caught up, and nothing was written meanwhile": {true, time.Hour, 0},
	} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				path, step := filepath.Join(t.TempDir(), "w.db"), time.Duration(0)
				machine := func() time.Time { return time.Now().Add(step) }
				e, err := Open(t.Context(), path, machine)
				if err != nil {
					t.Fatal(err)
				}
				beat := beating(t, e)
				beat()
				time.Sleep(time.Minute)
				e.Now()
				step = 10 * time.Minute
				if rest.written {
					e.session.unbeaten.Add(1)
				}
				beat()
				time.Sleep(rest.after)
				beat()
				if err := e.Close(); err != nil {
					t.Fatal(err)
				}
				if e, err = Open(t.Context(), path, machine); err != nil {
					t.Fatal(err)
				}
				defer e.Close()
				if got := e.Now().Sub(machine()); got < rest.want || got > rest.want+time.Second {
					t.Errorf("it begins %v ahead of the machine's, and was %v ahead", got, rest.want)
				}
			})
		})
	}
}

// beating returns what notes that the database is alive.
func beating(t *testing.T, e *Engine) func() {
	t.Helper()
	s, err := e.Session(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		t.Helper()
		err := e.Beat(t.Context(), func(_ context.Context, run func(engine.Statements) error) error {
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
}
