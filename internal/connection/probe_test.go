package connection_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestAStaleConnectionIsProbedEverMoreSlowlyAndWorksAgainByItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t)
		read := s.listen(s.partner)
		id := s.create(good).ID
		at := s.checks(end(tsp.Unauthorized))
		defer s.run()()
		s.refuse(s.stored(id))
		time.Sleep(24 * time.Hour)
		times := at()[3:]
		if c := s.stored(id); c.Status != connection.Stale || !strings.Contains(c.Problem, "Waybill tries the credentials again by itself") {
			t.Fatalf("%s: %s", c.Status, c.Problem)
		}
		// A minute, doubled to an hour: six of them in the first hours, then one an hour or so.
		if n := len(times); n < 20 || n > 32 {
			t.Errorf("%d probes in a day", n)
		}
		for i := 1; i < len(times); i++ {
			if pause, least := times[i]-times[i-1], min(time.Minute<<i, time.Hour); pause < least || pause > least*13/10 {
				t.Errorf("probe %d comes %v after the one before, want %v", i, pause, least)
			}
		}
		s.checks(nil)
		time.Sleep(80 * time.Minute)
		if c := s.stored(id); c.Status != connection.Active || c.Problem != "" || s.service.Shut(c) {
			t.Errorf("when the TSP takes them again it is %s: %s", c.Status, c.Problem)
		}
		var names []string
		for _, w := range read() {
			names = append(names, w.Event.Name)
		}
		if got := strings.Join(names, " "); got != "connection.created connection.staled connection.activated" {
			t.Errorf("told: %s", got)
		}
	})
}

func TestAStartProbesWhatWasStaleBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t)
		id := s.create(good).ID
		s.put(id, connection.Stale)
		s.restart()
		defer s.run()()
		time.Sleep(61 * time.Second)
		if c := s.stored(id); c.Status != connection.Active {
			t.Errorf("it is %s", c.Status)
		}
	})
}

func TestWhatSomebodyChangedWins(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(s *stand, id uuid.UUID){
		"cancelled": func(s *stand, id uuid.UUID) { s.update(id, `{"status":"cancelled"}`) },
		"deleted": func(s *stand, id uuid.UUID) {
			if err := s.service.Delete(s.t.Context(), s.fleet, id); err != nil {
				s.t.Error(err)
			}
		},
		"mended and paused": func(s *stand, id uuid.UUID) {
			s.update(id, `{"credentials":{"token":"good-2"}}`)
			s.update(id, `{"status":"paused"}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newStand(t)
				id := s.create(good).ID
				s.put(id, connection.Stale)
				s.restart()
				// The change comes while the probe is at the TSP, which takes the credentials.
				usual := s.tsp.check
				changed := make(chan connection.Status, 1)
				s.tsp.answer(func(ctx context.Context, a tsp.Access) (tsp.Account, error) {
					s.tsp.answer(usual)
					change(s, id)
					changed <- s.stored(id).Status
					return usual(ctx, a)
				})
				defer s.run()()
				time.Sleep(2 * time.Hour)
				if got, to := s.stored(id).Status, <-changed; got != to || got == connection.Active {
					t.Errorf("changed to %s; it is %s", to, got)
				}
				s.tsp.answer(func(context.Context, tsp.Access) (tsp.Account, error) {
					t.Error("it is still probed")
					return tsp.Account{}, nil
				})
				time.Sleep(3 * time.Hour)
			})
		})
	}
}

func TestAProbeThatOpensAnotherAccountDoesNotCount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t)
		id := s.create(good).ID
		s.put(id, connection.Stale)
		s.restart()
		s.tsp.check = func(context.Context, tsp.Access) (tsp.Account, error) { return tsp.Account{Key: "another"}, nil }
		defer s.run()()
		time.Sleep(time.Hour)
		if c := s.stored(id); c.Status != connection.Stale {
			t.Errorf("it is %s", c.Status)
		}
	})
}

func TestALookThatPanicsIsRepeated(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t)
		id := s.create(good).ID
		s.put(id, connection.Stale)
		s.restart()
		var looks atomic.Int32
		s.service.Pace = func(connection.Connection) tsp.Pacer {
			if looks.Add(1) == 1 {
				panic("no limits")
			}
			return noPace{}
		}
		defer s.run()()
		time.Sleep(5 * time.Minute)
		if c := s.stored(id); c.Status != connection.Active {
			t.Errorf("it is %s", c.Status)
		}
	})
}

func TestWhoMeetsAStaleConnectionIsToldWhatHelps(t *testing.T) {
	t.Parallel()
	if says := connection.Stale.Bars("take writes"); !strings.Contains(says, "must be active to take writes") ||
		!strings.Contains(says, "tries the credentials again by itself") || !strings.Contains(says, "PATCH it with status active to have them tried") {
		t.Errorf("%q", says)
	}
	s := newStand(t)
	id := s.create(good).ID
	s.put(id, connection.Stale)
	s.tsp.check = refusing("revoked")
	_, err := s.service.Update(t.Context(), s.fleet, id, []byte(`{"status":"active"}`))
	refused(t, "trying at once", err, problem.Invalid, "revoked")
}
