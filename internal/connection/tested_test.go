package connection_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// test tests a connection as its fleet, long enough after the last test.
func (s *stand) test(id uuid.UUID) connection.Tested {
	s.t.Helper()
	s.offset.Add(int64(time.Minute))
	found, err := s.service.Test(s.t.Context(), s.fleet, id)
	if err != nil {
		s.t.Fatal(err)
	}
	return found
}

func TestATestTellsWhatTheTSPSaysOfTheStoredCredentialsAndChangesNothing(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id := s.create(good).ID
	before := s.stored(id)
	for says, c := range map[string]struct {
		end     error
		outcome connection.Verdict
		problem string
	}{
		"takes them":               {nil, connection.Works, ""},
		"refuses them":             {&tsp.Error{Class: tsp.Unauthorized, Message: "revoked: good-token"}, connection.Refused, "The TSP refuses the credentials: revoked: "},
		"forbids them":             {&tsp.Error{Class: tsp.Forbidden, Status: 403, Message: "no licence"}, connection.Refused, "no licence"},
		"is away":                  {&tsp.Error{Class: tsp.Unavailable, Message: "connection refused"}, connection.Unanswered, "could not be asked whether the credentials are good"},
		"says to wait":             {&tsp.Error{Class: tsp.Throttled, Status: 429, Message: "slow down", RetryAfter: time.Minute}, connection.Unanswered, "slow down"},
		"leads elsewhere":          {&tsp.Error{Class: tsp.Rejected, Status: 302, Message: "it answered with a redirect"}, connection.Unanswered, "redirect"},
		"answers what is no sense": {&tsp.Error{Class: tsp.Broken, Status: 200, Message: "no JSON"}, connection.Unanswered, "no JSON"},
	} {
		asked := 0
		s.tsp.answer(func(context.Context, tsp.Access) (tsp.Account, error) {
			asked++
			return tsp.Account{Key: "account-1"}, c.end
		})
		found := s.test(id)
		text := ""
		if found.Problem != nil {
			text = *found.Problem
		}
		if found.Outcome != c.outcome || !strings.Contains(text, c.problem) || (c.problem == "") != (found.Problem == nil) || strings.Contains(text, "good-token") {
			t.Errorf("a TSP that %s: %s, %q", says, found.Outcome, text)
		}
		if asked != 1 || found.Connection != id || found.Status != connection.Active || time.Time(found.At).IsZero() {
			t.Errorf("a TSP that %s was asked %d times: %+v", says, asked, found)
		}
	}
	s.tsp.answer(func(context.Context, tsp.Access) (tsp.Account, error) { return tsp.Account{Key: "account-2"}, nil })
	if found := s.test(id); found.Outcome != connection.Refused || !strings.Contains(*found.Problem, "another account") {
		t.Errorf("another account: %+v", found)
	}
	if now := s.stored(id); now.Status != before.Status || !now.UpdatedAt.Equal(before.UpdatedAt) || string(now.Sealed) != string(before.Sealed) {
		t.Errorf("tests have made of it %+v", now)
	}
}

// One refusal is no verdict: it is looked into, as one of a write is.
func TestARefusedTestIsLookedIntoAndAGoodOneOfAStaleConnectionLeavesItSo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t)
		id := s.create(good).ID
		at := s.checks(end(tsp.Unauthorized))
		defer s.run()()
		s.test(id)
		if c := s.stored(id); c.Status != connection.Active || !s.service.Shut(c) {
			t.Fatalf("after one refusal it is %s, shut %v", c.Status, s.service.Shut(c))
		}
		s.checks(nil)
		time.Sleep(time.Minute)
		if c := s.stored(id); c.Status != connection.Active || s.service.Shut(c) || len(at()) != 1 {
			t.Errorf("once the TSP takes them it is %s, shut %v", c.Status, s.service.Shut(c))
		}
		s.put(id, connection.Stale)
		if found := s.test(id); found.Outcome != connection.Works || found.Status != connection.Stale {
			t.Errorf("a stale one: %+v", found)
		}
		if c := s.stored(id); c.Status != connection.Stale {
			t.Errorf("a test has made a stale one %s", c.Status)
		}
	})
}

func TestTestsOfAConnectionAreBoundedAndForWhoMayHaveItTried(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id, other := s.create(good).ID, s.create(`"credentials":{"token":"good-other"}`).ID
	s.test(id)
	sessions := s.tsp.made()
	for _, who := range []access.Principal{s.fleet, s.partner} {
		_, err := s.service.Test(t.Context(), who, id)
		refused(t, "at once again", err, problem.TooMany, "less than 10s ago")
		if wait := problem.Of(err).RetryAfter; wait <= 0 || wait > 10*time.Second {
			t.Errorf("it says to come after %v", wait)
		}
	}
	if s.tsp.made() != sessions {
		t.Error("a test that was refused has asked the TSP")
	}
	if _, err := s.service.Test(t.Context(), s.partner, other); err != nil {
		t.Errorf("another connection, by a partner: %v", err)
	}
	stranger := access.Principal{Client: "stranger", Partner: access.Partner{ID: uuid.UUID{9}}}
	reader := access.Principal{Client: "reader", Partner: access.Partner{ID: uuid.UUID{8}}}
	s.client(reader)
	s.grant(reader, s.fleet.Fleet, "theirs", access.Read)
	s.offset.Add(int64(time.Minute))
	for _, c := range []struct {
		what string
		who  access.Principal
		id   uuid.UUID
		code problem.Code
		says string
	}{{"a stranger", stranger, id, problem.NotFound, "there is no connection"}, {"one that there is not", s.fleet, uuid.New(), problem.NotFound, "there is no connection"},
		{"who may only read", reader, id, problem.Forbidden, "read only"}} {
		_, err := s.service.Test(t.Context(), c.who, c.id)
		refused(t, c.what, err, c.code, c.says)
	}
	s.update(id, `{"status":"paused"}`)
	if found := s.test(id); found.Outcome != connection.Works || found.Status != connection.Paused {
		t.Errorf("a paused one: %+v", found)
	}
	s.update(id, `{"status":"cancelled"}`)
	_, err := s.service.Test(t.Context(), s.fleet, id)
	refused(t, "a cancelled one", err, problem.Conflict, "cancelled")
}

// never is a pacer whose turn does not come while anybody waits.
type never struct{ noPace }

func (never) Wait(context.Context, ...string) error { return context.DeadlineExceeded }

func TestATestWhoseTurnDoesNotComeSaysSoAndWhoKeepsItSlow(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id := s.create(good).ID
	s.service.Pace = func(connection.Connection) tsp.Pacer { return never{} }
	found := s.test(id)
	if found.Outcome != connection.Unanswered || !strings.Contains(*found.Problem, "a limit of the connection's calls is used up") ||
		strings.Contains(*found.Problem, "operator") {
		t.Errorf("found %+v: %s", found, *found.Problem)
	}
	if _, err := s.service.Slow(t.Context(), connection.Hand{Connection: id, By: "operator:ada", Why: "slowly"}, connection.Rate{Events: 1, Period: time.Hour}); err != nil {
		t.Fatal(err)
	}
	if found = s.test(id); !strings.Contains(*found.Problem, "The operator of this Waybill keeps it to 1/h") {
		t.Errorf("of a slowed one: %s", *found.Problem)
	}
	entries, err := s.db.Entries(t.Context(), 0, 1000)
	if err != nil || slices.ContainsFunc(entries, func(e audit.Entry) bool { return e.Action == "tested" }) {
		t.Errorf("what was not sent is in the audit log: %+v, %v", entries, err)
	}
}
