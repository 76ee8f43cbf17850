package connection_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// tests are the entries of tests of connections.
func (s *stand) tests() (n int) {
	s.t.Helper()
	entries, err := s.db.Entries(s.t.Context(), 0, 1000)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, e := range entries {
		if e.Action == "tested" {
			n++
		}
	}
	return n
}

func TestCredentialsThatAreRefusedWithoutACallAreNoEntries(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id := s.create(good).ID
	s.tsp.mu.Lock()
	s.tsp.refuses = &tsp.Error{Class: tsp.Rejected, Message: "the url has no host", Own: true}
	s.tsp.mu.Unlock()
	if _, err := s.service.Create(t.Context(), s.fleet, body(good)); err == nil {
		t.Error("it is made")
	}
	if _, err := s.service.Update(t.Context(), s.fleet, id, []byte(`{"credentials":{"token":"other"}}`)); err == nil {
		t.Error("it is changed")
	}
	if found, err := s.service.Test(t.Context(), s.fleet, id); err != nil || found.Outcome != connection.Refused {
		t.Errorf("tested: %+v, %v", found, err)
	}
	if got, n := s.vain(), s.tests(); len(got) > 0 || n > 0 {
		t.Errorf("of what never went out are logged %q and %d tests", got, n)
	}
}

func TestATestWhoseCallerHangsUpIsInTheAuditLog(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id := s.create(good).ID
	ctx, hangUp := context.WithCancel(t.Context())
	s.tsp.answer(func(ctx context.Context, _ tsp.Access) (tsp.Account, error) {
		hangUp()
		return tsp.Account{}, &tsp.Error{Class: tsp.Unavailable, Message: "nobody waits", Err: ctx.Err()}
	})
	_, _ = s.service.Test(ctx, s.fleet, id)
	if n := s.tests(); n != 1 {
		t.Errorf("%d entries", n)
	}
}

func TestATrialThatCouldNotBeStoredIsNotLaidToTheTSP(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.tsp.exchange = func(tsp.Credentials) (tsp.Credentials, error) {
		return tsp.Credentials{Kind: "token", Fields: map[string]string{"token": "exchanged"}}, nil
	}
	s.store.failing("draft", errors.New("no room"))
	if _, err := s.service.Create(t.Context(), s.fleet, body(good)); err == nil {
		t.Fatal("it is made")
	}
	if got := s.vain(); len(got) != 1 || !strings.Contains(got[0], "in vain: Waybill was stopping or its store was away fleet:") {
		t.Errorf("logged %q", got)
	}
}
