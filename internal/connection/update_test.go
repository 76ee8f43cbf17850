package connection_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// put brings a connection into a status as if the world had.
func (s *stand) put(id uuid.UUID, to connection.Status) {
	s.t.Helper()
	c := s.stored(id)
	change := connection.Change{From: c, To: c}
	change.To.Status, change.To.UpdatedAt = to, c.UpdatedAt.Add(time.Microsecond)
	if to == connection.Stale || to == connection.Failed {
		change.To.Problem = "it broke"
	}
	if err := s.db.ChangeConnection(s.t.Context(), change); err != nil {
		s.t.Fatal(err)
	}
}

func TestEveryTransitionIsAsDocumented(t *testing.T) {
	t.Parallel()
	const fresh = `,"credentials":{"token":"good-2"}`
	all := []connection.Status{"active", "failed", "cancelled", "paused", "stale", "deleted"}
	// What may follow a status, with the stored credentials and with new ones.
	legal := map[connection.Status][2]string{
		"active":    {"active paused cancelled", "active paused"},
		"paused":    {"active paused cancelled", "active paused"},
		"stale":     {"active stale cancelled", "active paused stale"},
		"failed":    {"active failed cancelled", "active paused failed"},
		"cancelled": {"cancelled", ""},
	}
	s := newStand(t)
	for from, may := range legal {
		for _, to := range all {
			for i, with := range []string{"", fresh} {
				id := s.create(good).ID
				s.put(id, from)
				before := s.stored(id)
				changed, err := s.service.Update(t.Context(), s.fleet, id, fmt.Appendf(nil, `{"status":%q%s}`, to, with))
				what := fmt.Sprintf("%s to %s with %q", from, to, with)
				if !strings.Contains(" "+may[i]+" ", " "+string(to)+" ") {
					refused(t, what, err, problem.Conflict, "the connection is "+string(from))
					if after := s.stored(id); !after.UpdatedAt.Equal(before.UpdatedAt) {
						t.Errorf("%s: it changed", what)
					}
					continue
				}
				want := to
				if with != "" && (to == "stale" || to == "failed") {
					want = connection.Active // New credentials that work make it so.
				}
				if err != nil || changed.Status != want || s.stored(id).Status != want {
					t.Errorf("%s: %s, %v", what, changed.Status, err)
				}
				if broken := want == "stale" || want == "failed"; !broken && changed.Problem != nil {
					t.Errorf("%s: the problem stays %q", what, *changed.Problem)
				}
			}
		}
	}
}

func TestNewCredentialsAreTriedFirst(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id := s.create(good).ID
	s.put(id, connection.Stale)
	_, err := s.service.Update(t.Context(), s.fleet, id, []byte(`{"credentials":{"token":"bad-hush"},"description":"new"}`))
	refused(t, "refused ones", err, problem.Invalid, "[credentials|*****|")
	if c := s.stored(id); c.Status != connection.Stale || c.Version != 1 || c.Description != "" || s.secret(id).Get("token") != "good-token" {
		t.Errorf("a refused change left %+v", c)
	}
	changed := s.update(id, `{"credentials":{"token":"good-new"},"status":null}`)
	if c := s.stored(id); changed.Status != connection.Active || c.Version != 2 || s.secret(id).Get("token") != "good-new" {
		t.Errorf("%s, version %d", wire(t, changed), c.Version)
	}
	if strings.Contains(s.log.String(), "hush") {
		t.Errorf("the log says %s", s.log)
	}
}

func TestTheStoredCredentialsCanBeTriedAgain(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id := s.create(good).ID
	s.put(id, connection.Stale)
	check := s.tsp.check
	for class, code := range map[tsp.Class]problem.Code{tsp.Unauthorized: problem.Invalid, tsp.Unavailable: problem.GatewayTimeout, tsp.Throttled: problem.GatewayTimeout} {
		s.tsp.check = func(context.Context, tsp.Access) (tsp.Account, error) {
			return tsp.Account{}, &tsp.Error{Class: class, Message: "not now", RetryAfter: time.Second}
		}
		_, err := s.service.Update(t.Context(), s.fleet, id, []byte(`{"status":"active"}`))
		refused(t, string(class), err, code, "not now")
	}
	s.tsp.check = check
	if changed := s.update(id, `{"status":"active"}`); changed.Status != connection.Active || s.stored(id).Version != 1 {
		t.Errorf("%s", wire(t, changed))
	}
}

func TestCredentialsOfAnotherAccountAreAConflict(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id := s.create(good).ID
	s.tsp.check = func(context.Context, tsp.Access) (tsp.Account, error) {
		return tsp.Account{Key: "account-2", Name: "Other Freight"}, nil
	}
	_, err := s.service.Update(t.Context(), s.fleet, id, []byte(`{"credentials":{"token":"good-2"}}`))
	refused(t, "another account", err, problem.Conflict, "make a new connection")
	if c := s.stored(id); c.Version != 1 || c.Account != "account-1" || s.secret(id).Get("token") != "good-token" {
		t.Errorf("it changed: %+v", c)
	}
}

func TestSettingsAreMergedAndNullRemoves(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.tsp.spec.Settings = []tsp.Setting{{Key: "region", Type: tsp.TextSetting}, {Key: "unit", Type: tsp.IntegerSetting},
		{Key: "pin", Type: tsp.TextSetting, Secret: true}, {Key: "pin2", Type: tsp.TextSetting, Secret: true}}
	id := s.create(good + `,"settings":{"region":"eu","pin":"hush-1"}`).ID
	changed := s.update(id, `{"settings":{"region":null,"unit":7,"pin":"*****","pin2":"hush-2"}}`)
	if want := `{"pin":"*****","pin2":"*****","unit":7}`; string(changed.Settings) != want {
		t.Errorf("%s", changed.Settings)
	}
	if got := s.secret(id); got.Secrets["pin"] != "hush-1" || got.Secrets["pin2"] != "hush-2" || got.Get("token") != "good-token" {
		t.Errorf("the secrets are not what was set: %d", len(got.Secrets))
	}
	if v := s.stored(id).Version; v != 2 {
		t.Errorf("version %d", v)
	}
	s.update(id, `{"settings":{"pin":null}}`)
	if _, there := s.secret(id).Secrets["pin"]; there {
		t.Error("a removed secret is still sealed")
	}
	_, err := s.service.Update(t.Context(), s.fleet, id, []byte(`{"settings":{"pin":"*****"}}`))
	refused(t, "a mask without a secret", err, problem.Invalid, "settings.pin")
	_, err = s.service.Update(t.Context(), s.fleet, id, []byte(`{"settings":{"unit":"x"}}`))
	refused(t, "a wrong type", err, problem.Invalid, "settings.unit")
	if changed := s.update(id, `{"credentials":{"token":"good-2"}}`); s.secret(id).Secrets["pin2"] != "hush-2" {
		t.Errorf("new credentials lost the secret settings: %s", wire(t, changed))
	}
}

func TestADescriptionIsSetAndCleared(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id := s.create(good).ID
	first := s.update(id, `{"description":"yard"}`)
	if first.Description == nil || *first.Description != "yard" || s.stored(id).Version != 1 {
		t.Errorf("%s", wire(t, first))
	}
	if same := s.update(id, `{"status":"active"}`); wire(t, same) != wire(t, first) {
		t.Errorf("the same status changed %s", wire(t, same))
	}
	if cleared := s.update(id, `{"description":null}`); cleared.Description != nil {
		t.Errorf("%s", wire(t, cleared))
	}
	for body, says := range map[string]string{`{}`: "nothing to change", `{"descripton":"x"}`: `did you mean "description"?`,
		`{"status":"actve"}`: "must be active", `{"tsp_id":"x"}`: "not a field", `{"credentials":{}}`: "credentials.token", `{"description":{}}`: "must be a string"} {
		_, err := s.service.Update(t.Context(), s.fleet, id, []byte(body))
		refused(t, body, err, problem.Invalid, says)
	}
}

func TestOnlyThoseWhoReachAConnectionSeeItAndOnlyWritersChangeIt(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id := s.create(good).ID
	reader := access.Principal{Client: "reader", Partner: access.Partner{ID: uuid.UUID{3}, Name: "Reader"}}
	s.client(reader)
	s.grant(reader, s.fleet.Fleet, "theirs", "read")
	stranger := access.Principal{Client: "stranger", Partner: access.Partner{ID: uuid.UUID{4}, Name: "Stranger"}}
	other := access.Principal{Client: "other", Fleet: access.Fleet{ID: uuid.UUID{5}, Name: "Other"}}
	for _, c := range []struct {
		name       string
		who        access.Principal
		see, touch problem.Code
	}{
		{"another fleet", other, 404, 404}, {"a partner without a grant", stranger, 404, 404},
		{"a partner that may read", reader, 0, 403}, {"a partner that may write", s.partner, 0, 0}, {"the fleet", s.fleet, 0, 0},
	} {
		is := func(what string, err error, want problem.Code) {
			if want == 0 && err != nil || want != 0 && problem.Of(err).Code != want {
				t.Errorf("%s %s: %v, want %d", c.name, what, err, want)
			}
		}
		_, err := s.service.Get(t.Context(), c.who, id)
		is("reads", err, c.see)
		_, err = s.service.Update(t.Context(), c.who, id, []byte(`{"description":"x"}`))
		is("changes", err, c.touch)
		if c.touch != 0 {
			is("deletes", s.service.Delete(t.Context(), c.who, id), c.touch)
		}
	}
	refused(t, "a partner that may write deletes what the fleet made", s.service.Delete(t.Context(), s.partner, id), problem.Forbidden, "ask the fleet")
}

func TestADeletedConnectionIsGoneWithItsSecrets(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id := s.create(good).ID
	target := s.service.Target(s.stored(id))
	if err := s.service.Delete(t.Context(), s.fleet, id); err != nil {
		t.Fatal(err)
	}
	c := s.stored(id)
	if c.Status != connection.Deleted || len(c.Sealed) != 0 || s.count() != 0 {
		t.Errorf("%+v, %d listed", c, s.count())
	}
	_, err := s.service.Get(t.Context(), s.fleet, id)
	refused(t, "reading", err, problem.NotFound, "no connection")
	_, err = s.service.Update(t.Context(), s.fleet, id, []byte(`{"status":"active"}`))
	refused(t, "changing", err, problem.NotFound, "no connection")
	refused(t, "deleting again", s.service.Delete(t.Context(), s.fleet, id), problem.NotFound, "no connection")
	if _, end := s.caller.Check(t.Context(), target, noPace{}); end == nil {
		t.Error("calls still go through it")
	}
}
