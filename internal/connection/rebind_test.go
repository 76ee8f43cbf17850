package connection_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// before stores a connection as an earlier release did: sealed for its row alone.
func (s *stand) before(account, url string) connection.Connection {
	s.t.Helper()
	c := connection.Connection{ID: uuid.New(), Fleet: s.fleet.Fleet.ID, TSP: name, Account: account, Status: connection.Active, Version: 1,
		CreatedAt: time.Now().UTC().Truncate(time.Microsecond), UpdatedAt: time.Now().UTC().Truncate(time.Microsecond)}
	var err error
	text := `{"kind":"token","fields":{"token":"good-old","url":"` + url + `"}}`
	if c.Sealed, err = s.service.Sealer.Seal([]byte(text), append([]byte("connection:"), c.ID[:]...)); err != nil {
		s.t.Fatal(err)
	}
	if err := s.db.InsertConnection(s.t.Context(), connection.Change{To: c}); err != nil {
		s.t.Fatal(err)
	}
	return c
}

func TestCredentialsThatWereSealedForTheirRowAreSealedForTheirFleet(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t)
		s.tsp.spec.BaseURL = "https://tsp.example"
		old := s.before("account-1", "")
		if got := s.secret(old.ID).Get("token"); got != "good-old" {
			t.Fatalf("before: %q", got)
		}
		stop := s.run()
		synctest.Wait()
		stop()
		c := s.stored(old.ID)
		if got := s.secret(old.ID).Get("token"); got != "good-old" || c.Version != 1 || c.Account != "account-1" || string(c.Sealed) == string(old.Sealed) {
			t.Errorf("after: %q, version %d, account %q", got, c.Version, c.Account)
		}
		// A row that is put back as it was, or given to another fleet, does not open.
		for what, alter := range map[string]func(*connection.Connection){
			"sealed for its row": func(c *connection.Connection) { c.Sealed = old.Sealed },
			"another fleet's":    func(c *connection.Connection) { c.Fleet = uuid.UUID{9} },
		} {
			to := c
			alter(&to)
			s.store.instead = &to
			if _, err := s.service.Target(to).Credentials(t.Context()); err == nil {
				t.Errorf("%s: it opens", what)
			}
			s.store.instead = nil
		}
	})
}

func TestAnAccountThatWasKeptWithoutItsHostGetsIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t)
		s.tsp.spec.BaseURL = "https://tsp.example"
		s.tsp.spec.Imports = []tsp.ImportKind{{Kind: "vehicle", Collections: []string{"v"}}}
		own, foreign := s.before("account-1", "https://tsp.example/"), s.before("account-1", "https://elsewhere.example")
		stop := s.run()
		synctest.Wait()
		stop()
		if got := s.stored(own.ID).Account; got != "account-1" {
			t.Errorf("at the TSP's own host it is %q", got)
		}
		c := s.stored(foreign.ID)
		if c.Account != "elsewhere.example#account-1" || s.secret(foreign.ID).Get("token") != "good-old" {
			t.Errorf("at another it is %q", c.Account)
		}
		if due, err := s.db.SchedulesOf(t.Context(), []uuid.UUID{foreign.ID}); err != nil || len(due) != 1 || due[0].NextAt.IsZero() {
			t.Errorf("its records are not imported anew: %v %v", due, err)
		}
		// It is found as it is at the next start.
		s.restart()
		stop = s.run()
		synctest.Wait()
		stop()
		if again := s.stored(foreign.ID); again.Account != c.Account || again.Version != c.Version {
			t.Errorf("at the next start it became %q", again.Account)
		}
	})
}

func TestDraftsWhoseTimeIsOverAreErasedByThemselves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t)
		d := connection.Draft{ID: uuid.New(), Purpose: connection.PreAuth, Fleet: s.fleet.Fleet.ID, TSP: name, Sealed: []byte("s"),
			EndsAt: time.Now().Add(90 * time.Minute)}
		if err := s.db.SaveDraft(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		defer s.run()()
		left := func() bool {
			_, err := s.db.DraftByID(t.Context(), d, time.Time{})
			return err == nil
		}
		if time.Sleep(80 * time.Minute); !left() {
			t.Error("it is erased before its end")
		}
		if time.Sleep(time.Hour); left() {
			t.Error("it is still there an hour after its end")
		}
	})
}
