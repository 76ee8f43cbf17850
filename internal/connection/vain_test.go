package connection_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// vain are the entries of trials that were in vain, as actor, action and object.
func (s *stand) vain() (all []string) {
	s.t.Helper()
	entries, err := s.db.Entries(s.t.Context(), 0, 1000)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, e := range entries {
		if strings.Contains(e.Action, "in vain") {
			all = append(all, e.Name+" "+e.Action+" "+e.Object)
		}
		if strings.Contains(fmt.Sprint(e), "hush") {
			s.t.Errorf("a secret is in the log: %+v", e)
		}
	}
	return all
}

func TestCredentialsThatWereTriedInVainAreInTheAuditLogWithWhoAndWhy(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.tsp.spec.Settings = []tsp.Setting{{Key: "region", Type: tsp.TextSetting}}
	id := s.create(good).ID
	ends := map[string]tsp.Error{
		"bad-hush":  {Class: tsp.Unauthorized, Message: "no hush"},
		"away-hush": {Class: tsp.Unavailable, Message: "away"},
		"code-hush": {Class: tsp.Broken, Message: "what is hush?"},
	}
	s.tsp.answer(func(_ context.Context, a tsp.Access) (tsp.Account, error) {
		token := a.Credentials.Get("token")
		if end, ok := ends[token]; ok {
			return tsp.Account{}, &end
		}
		if a.Settings.Text("region") == "mars" {
			return tsp.Account{}, &tsp.Error{Class: tsp.Rejected, Setting: "region", Message: "no mars"}
		}
		return tsp.Account{Key: strings.TrimPrefix(token, "good-token-of-")}, nil
	})
	on := "connection:" + id.String()
	ctx := audit.By(t.Context(), audit.Actor{Name: "operator:ada@x.example", Request: "r-1"})
	for _, c := range []struct{ body, want string }{
		{`{"credentials":{"token":"bad-hush"}}`, "tried credentials in vain: The TSP refuses them"},
		{`{"credentials":{"token":"away-hush"}}`, "tried credentials in vain: The TSP could not be asked"},
		{`{"credentials":{"token":"code-hush"}}`, "tried credentials in vain: a fault of ours"},
		{`{"credentials":{"token":"good-token-of-hush"}}`, "tried credentials in vain: they open another account"},
		{`{"settings":{"region":"mars"}}`, "tried settings in vain: The TSP refuses them"},
		{`{"credentials":{"token":"bad-hush"},"settings":{"region":"x"}}`, "tried credentials, settings in vain: The TSP refuses them"},
		// What is refused before anything goes out has done nothing.
		{`{"credentials":{"key":"hush"}}`, ""}, {`{"status":"failed","credentials":{"token":"bad-hush"}}`, ""}, {`{"description":7}`, ""},
	} {
		before := s.vain()
		if _, err := s.service.Update(ctx, s.fleet, id, []byte(c.body)); err == nil {
			t.Fatalf("%s is taken", c.body)
		}
		var want []string
		if c.want != "" {
			want = []string{"operator:ada@x.example " + strings.ReplaceAll(c.want, "The TSP", "the TSP") + " " + on}
		}
		if got := s.vain()[len(before):]; !slices.Equal(got, want) {
			t.Errorf("%s: logged %q, want %q", c.body, got, want)
		}
	}
}

func TestStoredCredentialsThatAreTriedAgainInVainAreInTheAuditLog(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id := s.create(good).ID
	s.put(id, connection.Stale)
	s.tsp.answer(func(context.Context, tsp.Access) (tsp.Account, error) {
		return tsp.Account{}, &tsp.Error{Class: tsp.Unauthorized, Message: "no"}
	})
	if _, err := s.service.Update(t.Context(), s.fleet, id, []byte(`{"status":"active"}`)); err == nil {
		t.Fatal("it is active")
	}
	if got := s.vain(); len(got) != 1 || !strings.Contains(got[0], "tried the stored credentials in vain: the TSP refuses them connection:"+id.String()) {
		t.Errorf("logged %q", got)
	}
}

func TestANewConnectionThatWasTriedInVainIsInTheAuditLogUnderItsFleet(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	body := func(token, ref string) []byte {
		return fmt.Appendf(nil, `{"tsp_id":%q,"credentials":{"token":%q}%s}`, tsp.Name(name).ID(), token, ref)
	}
	if _, err := s.service.Create(t.Context(), s.fleet, body("bad-hush", "")); err == nil {
		t.Fatal("it is made")
	}
	if _, err := s.service.Create(t.Context(), s.partner, body("bad-hush", `,"fleet_ref":"brand-new"`)); err == nil {
		t.Fatal("it is made")
	}
	want := []string{"waybill tried credentials for the_tsp in vain: the TSP refuses them fleet:" + s.fleet.Fleet.ID.String(),
		"waybill tried credentials for the_tsp in vain: the TSP refuses them partner:" + s.partner.Partner.ID.String()}
	for i := range want {
		want[i] = strings.ReplaceAll(want[i], "the_tsp", string(name))
	}
	if got := s.vain(); !slices.Equal(got, want) {
		t.Errorf("logged %q, want %q", got, want)
	}
}

func TestTrialsThatAreRefusedForTheirNumberAreNoEntries(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id := s.create(good).ID
	for range 30 {
		_, _ = s.service.Update(t.Context(), s.fleet, id, []byte(`{"credentials":{"token":"bad-hush"}}`))
	}
	if n := len(s.vain()); n != 20 {
		t.Errorf("%d entries of 30 trials, of which 20 were made", n)
	}
}

func TestAnAuditLogThatCannotBeWrittenKeepsARefusalAsItIs(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id := s.create(good).ID
	s.service.Note = func(context.Context, audit.Entry) error { return errors.New("no room") }
	_, err := s.service.Update(t.Context(), access.Principal{Client: "fleet", Fleet: access.Fleet{ID: uuid.UUID{1}}}, id, []byte(`{"credentials":{"token":"bad-hush"}}`))
	refused(t, "the same", err, 422, "refuses the credentials")
	if !strings.Contains(s.log.String(), "not in the audit log") || strings.Contains(s.log.String(), "hush") {
		t.Errorf("the log says %s", s.log)
	}
}

func TestEachTestOfAConnectionThatWentToItsTSPIsInTheAuditLogWhateverCameOfIt(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id := s.create(good).ID
	tested := func() (n int) {
		entries, err := s.db.Entries(t.Context(), 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.Action == "tested" && e.Object == "connection:"+id.String() && e.Name == "client:x" {
				n++
			}
		}
		return n
	}
	ctx := audit.By(t.Context(), audit.Actor{Name: "client:x"})
	for i, end := range []*tsp.Error{nil, {Class: tsp.Unauthorized, Message: "no"}, {Class: tsp.Unavailable, Message: "away"}} {
		s.tsp.answer(func(context.Context, tsp.Access) (tsp.Account, error) {
			if end != nil {
				return tsp.Account{}, end
			}
			return tsp.Account{Key: "account-1"}, nil
		})
		s.offset.Add(int64(time.Minute))
		if _, err := s.service.Test(ctx, s.fleet, id); err != nil {
			t.Fatal(err)
		}
		if _, err := s.service.Test(ctx, s.fleet, id); err == nil {
			t.Fatal("it is tested at once again")
		}
		if n := tested(); n != i+1 {
			t.Errorf("%d entries of %d tests", n, i+1)
		}
	}
}
