package connection_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestAFleetConnectsItselfAndReadsItMasked(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	made := s.create(good + `,"description":"depot north"`)
	if made.Status != connection.Active || made.FleetID != s.fleet.Fleet.ID || made.FleetRef != nil ||
		*made.Description != "depot north" || string(made.Credentials) != `{"token":"*****"}` {
		t.Errorf("%s", wire(t, made))
	}
	if c := s.stored(made.ID); c.Account != "account-1" || c.Version != 1 {
		t.Errorf("stored: account %q, version %d", c.Account, c.Version)
	}
	got, err := s.service.Get(t.Context(), s.fleet, made.ID)
	if diff := cmp.Diff(wire(t, made), wire(t, got)); diff != "" || err != nil {
		t.Errorf("reading it: %v %s", err, diff)
	}
	if got, err = s.service.Get(t.Context(), s.partner, made.ID); err != nil || got.FleetRef == nil || *got.FleetRef != "ours" {
		t.Errorf("the partner reads %s, %v", wire(t, got), err)
	}
}

func TestEveryKindOfCredentialsIsTakenAndMasked(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.tsp.check = func(context.Context, tsp.Access) (tsp.Account, error) { return tsp.Account{Key: "1"}, nil }
	kinds := tsp.CredentialKinds()
	if len(kinds) != 37 {
		t.Errorf("%d kinds", len(kinds))
	}
	for _, kind := range kinds {
		s.tsp.spec.Credentials = []tsp.CredentialKind{tsp.CredentialKindOf(kind)}
		given, want := map[string]any{}, map[string]any{}
		for _, f := range tsp.CredentialKindOf(kind).Fields {
			switch {
			case f.Integer:
				given[f.Name], want[f.Name] = 5432, 5432
			case f.Values != nil:
				given[f.Name], want[f.Name] = f.Values[0], f.Values[0]
			case f.Secret:
				given[f.Name], want[f.Name] = "hush-"+f.Name, "*****"
			default:
				given[f.Name], want[f.Name] = "open-"+f.Name, "open-"+f.Name
			}
		}
		made := s.create(`"credentials":` + wire(t, given))
		if diff := cmp.Diff(wire(t, want), string(made.Credentials)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", kind, diff)
		}
		if secret := s.secret(made.ID); secret.Kind != kind || len(secret.Fields) != len(given) {
			t.Errorf("%s: kept as %s with %d members", kind, secret.Kind, len(secret.Fields))
		}
		texts := fmt.Sprintf("%v %+v %#v %s", made, s.secret(made.ID), s.stored(made.ID), s.log)
		if strings.Contains(texts, "hush-") {
			t.Errorf("%s: a secret shows in %s", kind, texts)
		}
	}
}

func TestWhatCannotBeConnectedIsRefusedAndStoresNothing(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.tsp.spec.Settings = []tsp.Setting{{Key: "region", Type: tsp.TextSetting, Values: []string{"eu", "us"}}, {Key: "pin", Type: tsp.TextSetting, Secret: true}}
	reader := access.Principal{Client: "reader", Partner: access.Partner{ID: uuid.UUID{3}, Name: "Reader"}}
	s.client(reader)
	s.grant(reader, s.fleet.Fleet, "theirs", "read")
	for _, c := range []struct {
		name string
		who  access.Principal
		body string
		code problem.Code
		says string
	}{
		{"no JSON", s.fleet, `{"credentials":{"token":"hush"`, 422, "json_invalid"},
		{"an empty body", s.fleet, ` `, 422, "empty"},
		{"a list", s.fleet, `[]`, 422, "model_type"},
		{"a member twice", s.fleet, `{"tsp_id":"x","tsp_id":"hush"}`, 422, "[tsp_id|*****|is given more than once"},
		{"a misspelt member", s.fleet, string(body(`"credentails":{"token":"hush"}`)), 422, `did you mean "credentials"?`},
		{"a strange member", s.fleet, string(body(good + `,"zzz":1`)), 422, "there are tsp_id"},
		{"no TSP", s.fleet, `{` + good + `}`, 422, "[tsp_id||is required"},
		{"an unknown TSP", s.fleet, `{"tsp_id":"` + uuid.NewString() + `",` + good + `}`, 422, "reference_not_found"},
		{"a TSP that is no id", s.fleet, `{"tsp_id":"samsara",` + good + `}`, 422, "uuid_parsing"},
		{"no credentials", s.fleet, string(body(`"description":"x"`)), 422, "[credentials||is required"},
		{"credentials of another kind", s.fleet, string(body(`"credentials":{"username":"hush","password":"hush"}`)), 422, "credentials.token"},
		{"credentials that are text", s.fleet, string(body(`"credentials":"hush"`)), 422, "must be an object"},
		{"a description that is a number", s.fleet, string(body(good + `,"description":7`)), 422, "[description|7|must be a string"},
		{"a description that is too long", s.fleet, string(body(good + `,"description":"` + strings.Repeat("x", 501) + `"`)), 422, "500"},
		{"an unknown setting", s.fleet, string(body(good + `,"settings":{"colour":"red"}`)), 422, "settings.colour"},
		{"a wrong setting", s.fleet, string(body(good + `,"settings":{"region":"moon"}`)), 422, "settings.region"},
		{"a mask for a secret", s.fleet, string(body(good + `,"settings":{"pin":"*****"}`)), 422, "settings.pin"},
		{"a fleet with a reference", s.fleet, string(body(good + `,"fleet_ref":"ours"`)), 422, "your token says"},
		{"a partner without one", s.partner, string(body(good)), 422, "fleet_ref"},
		{"a partner that may only read", reader, string(body(good + `,"fleet_ref":"theirs"`)), 403, "read only"},
		{"a pre-auth that is none", s.fleet, string(body(good + `,"pre_auth_id":"` + uuid.NewString() + `"`)), 422, "pre_auth_id"},
		{"credentials that the TSP refuses", s.fleet, string(body(`"credentials":{"token":"bad-hush"}`)), 422, "[credentials|*****|The TSP refuses"},
	} {
		made, err := s.service.Create(t.Context(), c.who, []byte(c.body))
		refused(t, c.name, err, c.code, c.says)
		if text := fmt.Sprintf("%v %+v %v", err, problem.Of(err).Details, made); strings.Contains(text, "hush") {
			t.Errorf("%s: a secret shows in %s", c.name, text)
		}
	}
	if n := s.count(); n != 0 {
		t.Errorf("%d connections were made", n)
	}
	if strings.Contains(s.log.String(), "hush") {
		t.Errorf("a secret was logged: %s", s.log)
	}
}

func TestNothingIsToldBesideABodyThatCannotBeRead(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	for body, path := range map[string]string{
		`{"tsp_id":"x","tsp_id":"y"}`:                      "tsp_id",
		`{"tsp_id":"x","credentials":{"token":1,"token":2`: "credentials.token",
		`{"tsp_id":"x",`:                                   "",
		"{\"tsp_id\":\"x\",\"fleet_ref\":\"\xff\"}":        "fleet_ref",
		`{"tsp_id":"x"} {}`:                                "",
		`[]`:                                               "",
	} {
		for what, err := range map[string]error{
			"creating":        last(s.service.Create(t.Context(), s.partner, []byte(body))),
			"changing":        last(s.service.Update(t.Context(), s.partner, uuid.New(), []byte(body))),
			"pre-authorizing": last(s.service.PreAuthorize(t.Context(), s.partner, []byte(body))),
		} {
			if wrong := problem.Of(err).Details; len(wrong) != 1 || wrong[0].Path != path {
				t.Errorf("%s with %s: %v, want one problem at %q", what, body, wrong, path)
			}
		}
	}
}

func last[T any](_ T, err error) error { return err }

func TestASettingThatTheTSPCannotHaveIsNamedAndDoesNotCostTheCode(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.tsp.spec.Settings = []tsp.Setting{{Key: "group", Type: tsp.TextSetting}}
	exchanges := 0
	s.tsp.exchange = func(c tsp.Credentials) (tsp.Credentials, error) {
		exchanges++
		return tsp.Credentials{Kind: c.Kind, Fields: map[string]string{"token": "exchanged"}}, nil
	}
	s.tsp.check = func(_ context.Context, a tsp.Access) (tsp.Account, error) {
		if a.Settings.Text("group") != "17" {
			return tsp.Account{}, &tsp.Error{Class: tsp.Rejected, Setting: "group", Message: "there is no such group"}
		}
		return tsp.Account{Key: "a"}, nil
	}
	_, err := s.service.Create(t.Context(), s.fleet, body(good+`,"settings":{"group":"x"}`))
	refused(t, "a group", err, 422, "[settings.group||The TSP cannot take the setting, and nothing was changed: there is no such group")
	if _, err := s.service.Create(t.Context(), s.fleet, body(good+`,"settings":{"group":"17"}`)); err != nil || exchanges != 1 {
		t.Errorf("%v; the code was exchanged %d times", err, exchanges)
	}
}

func TestAReferenceOfAFleetThatEndedItsAgreementIsRefusedWithTheRemedy(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	g, err := s.db.Grant(t.Context(), s.partner.Partner.ID, s.fleet.Fleet.ID)
	if err != nil {
		t.Fatal(err)
	}
	ended := g
	ended.Status, ended.UpdatedAt = access.GrantDeleted, g.UpdatedAt.Add(time.Second)
	if err := s.db.ChangeAgreement(t.Context(), g, ended); err != nil {
		t.Fatal(err)
	}
	_, err = s.service.Create(t.Context(), s.partner, body(good+`,"fleet_ref":"ours"`))
	refused(t, "its old reference", err, 409, "deleted its share agreement")
}

func TestEveryProblemOfABodyIsToldAtOnce(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	_, err := s.service.Create(t.Context(), s.partner, body(`"credentials":{"tokn":"x"},"description":7,"extra":1`))
	var paths []string
	for _, d := range problem.Of(err).Details {
		paths = append(paths, d.Path)
	}
	for _, want := range []string{"extra", "description", "fleet_ref", "credentials.tokn", "credentials.token"} {
		if !strings.Contains(strings.Join(paths, " "), want) {
			t.Errorf("%s is not among %v", want, paths)
		}
	}
}

func TestAPartnerMakesTheFleetThatItNames(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	if _, err := s.service.Create(t.Context(), s.partner, body(`"credentials":{"token":"bad"},"fleet_ref":"new"`)); err == nil {
		t.Fatal("it was not refused")
	}
	if grants, err := s.db.Grants(t.Context(), s.partner.Partner.ID); err != nil || len(grants) != 1 {
		t.Errorf("refused credentials left %d grants, %v", len(grants), err)
	}
	var both sync.WaitGroup
	var fleets [2]uuid.UUID
	for i := range fleets {
		both.Go(func() {
			made, err := s.service.Create(t.Context(), s.partner, body(good+`,"fleet_ref":"new"`))
			if err != nil || made.FleetRef == nil || *made.FleetRef != "new" {
				t.Errorf("%s %v", wire(t, made), err)
			}
			fleets[i] = made.FleetID
		})
	}
	both.Wait()
	if fleets[0] != fleets[1] || fleets[0] == s.fleet.Fleet.ID {
		t.Errorf("fleets: %v", fleets)
	}
	g, err := s.db.Grant(t.Context(), s.partner.Partner.ID, fleets[0])
	if err != nil || !g.MayWrite("message") || !g.MayWrite("vehicle") {
		t.Errorf("grant: %+v %v", g, err)
	}
	known, err := s.service.Create(t.Context(), s.partner, body(good+`,"fleet_ref":"ours"`))
	if err != nil || known.FleetID != s.fleet.Fleet.ID {
		t.Errorf("a fleet that is known: %s %v", wire(t, known), err)
	}
}

func TestSecretSettingsAreSealedAndMasked(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.tsp.spec.Settings = []tsp.Setting{{Key: "pin", Type: tsp.TextSetting, Secret: true}, {Key: "unit", Type: tsp.IntegerSetting},
		{Key: "tags", Type: tsp.ListSetting}, {Key: "strict", Type: tsp.BooleanSetting}}
	var seen tsp.Settings
	s.tsp.check = func(_ context.Context, a tsp.Access) (tsp.Account, error) {
		seen = a.Settings
		return tsp.Account{Key: "1"}, nil
	}
	made := s.create(good + `,"settings":{"pin":"hush-pin","unit":3,"tags":["a","b"],"strict":true}`)
	want := `{"pin":"*****","strict":true,"tags":["a","b"],"unit":3}`
	if string(made.Settings) != want {
		t.Errorf("answered: %s", made.Settings)
	}
	used := tsp.Settings{"pin": "hush-pin", "unit": int64(3), "tags": []string{"a", "b"}, "strict": true}
	if diff := cmp.Diff(used, seen); diff != "" {
		t.Errorf("at the check (-want +got):\n%s", diff)
	}
	stored := s.stored(made.ID)
	if diff := cmp.Diff(tsp.Settings{"pin": "*****", "unit": int64(3), "tags": []string{"a", "b"}, "strict": true}, stored.Settings); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
	target := s.service.Target(stored)
	if _, masked := target.Settings["pin"]; masked {
		t.Errorf("the target's settings are %v", target.Settings)
	}
	if _, end := s.caller.Check(t.Context(), target, noPace{}); end != nil {
		t.Fatal(end)
	}
	if diff := cmp.Diff(used, seen); diff != "" {
		t.Errorf("in a later session (-want +got):\n%s", diff)
	}
}

func TestMaskedAnswersAreWhatTheContractReads(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	var members map[string]any
	if err := json.Unmarshal([]byte(wire(t, s.create(good))), &members); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"id", "created_at", "updated_at", "fleet_id", "fleet_ref", "tsp_id", "source_name",
		"credentials", "status", "description", "settings", "problem"} {
		if _, ok := members[name]; !ok {
			t.Errorf("%s is missing", name)
		}
	}
}
