package webhook_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/outbound"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func TestFiltersThatNameNoFleetThatThePartnerReachesAreToldByAWarning(t *testing.T) {
	t.Parallel()
	reached, fails := []string{"gamma"}, error(nil)
	d, asked, log := &desk{t: t, store: &memory{}, now: noon}, 0, &strings.Builder{}
	d.Service = webhook.New(webhook.Config{Store: d.store, Sealer: binder{}, URLs: outbound.Policy{}, Most: 50,
		Log: slog.New(slog.NewTextHandler(log, nil)),
		Now: func() time.Time { return d.now },
		Reaches: func(_ context.Context, partner uuid.UUID, f webhook.Filters) (bool, error) {
			asked++
			return partner == acme && slices.ContainsFunc(f.FleetRefs, func(r string) bool { return slices.Contains(reached, r) }), fails
		}})
	warned := func(what string, body any) bool {
		t.Helper()
		text, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), "name no fleet that you reach"); n > 1 {
			t.Errorf("%s: warned %d times", what, n)
		}
		return strings.Contains(string(text), "name no fleet that you reach")
	}
	of := func(filters string) string {
		return strings.Replace(created, "}", `,"filters":`+filters+`}`, 1)
	}
	if made := mustCreate(t, d.Service, of(`{"fleet_refs":["gamma"]}`)); warned("one that is reached", made.Body()) {
		t.Error("filters of a fleet that is reached are warned of")
	}
	if made := mustCreate(t, d.Service, created); warned("no filters", made.Body()) {
		t.Error("no filters are warned of")
	}
	made := mustCreate(t, d.Service, of(`{"fleet_refs":["gammma"]}`))
	d.id = made.Subscriptions[0].ID
	read := func() webhook.Subscription {
		t.Helper()
		s, err := d.Get(t.Context(), acme, d.id)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if !warned("creating", made.Body()) || !warned("reading", read().Read()) {
		t.Error("filters of no fleet that is reached are not warned of")
	}
	reached = append(reached, "gammma")
	if warned("reading", read().Read()) {
		t.Error("one that is reached since is warned of")
	}
	reached = append(reached, "beta")
	for ref, want := range map[string]bool{"beta": false, "delta": true} {
		u, err := d.update(`{"filters":{"fleet_refs":["` + ref + `"]}}`)
		if err != nil || warned("changing", u.Body()) != want {
			t.Errorf("changed to %s: %v, warned %t", ref, err, !want)
		}
	}
	before := asked
	if _, err := d.update(`{"encoding":"gzip"}`); err != nil || asked != before {
		t.Errorf("a change of nothing about filters: %v, asked %d times", err, asked-before)
	}
	for _, m := range []webhook.Move{webhook.Pause, webhook.Activate} {
		if _, err := d.Move(t.Context(), acme, d.id, m); err != nil || asked != before {
			t.Errorf("%s: %v, asked %d times", m, err, asked-before)
		}
	}
	fails = errors.New("the store is away")
	if made := mustCreate(t, d.Service, of(`{"fleet_refs":["epsilon"]}`)); warned("where it cannot be asked", made.Body()) {
		t.Error("it is warned of what could not be found out")
	}
	if u, err := d.update(`{"filters":{"fleet_refs":["delta"]}}`); err != nil || warned("where it cannot be asked", u.Body()) {
		t.Errorf("a change where it cannot be asked: %v", err)
	}
	if warned("where it cannot be asked", read().Read()) || strings.Count(log.String(), "the store is away") != 3 {
		t.Errorf("the log says %s", log)
	}
}

// FuzzUpdateIsRefusedOrLeavesWhatCanBeRead has bodies of PATCH read: one is told what is wrong with it and changes nothing, or what
// it makes is a subscription as one that is created.
func FuzzUpdateIsRefusedOrLeavesWhatCanBeRead(f *testing.F) {
	for _, seed := range []string{`{}`, `{"url":"https://a.example/x"}`, `{"filters":null}`, `{"filters":{"fleet_ids":[null],"fleet_refs":["a",""]}}`,
		`{"generate_secret":true,"secret_overlap_seconds":86400}`, `{"secret":"short"}`, `{"secret":"0123456789ab","generate_secret":true}`,
		`{"secret_overlap_seconds":1e400}`, `{"url":"feed:"}`, `{"url":"https://*****"}`, `{"encoding":"gzip","retry_refused":null}`,
		`{"a":1,"a":{"b":1,"b":2}} x`, `{"url":"\ud800"}`, `[]`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		d := newDesk(t, created)
		before := d.store.subs[0]
		u, err := d.update(string(body))
		after := d.store.subs[0]
		if err != nil {
			checkRefused(t, err)
			if after.UpdatedAt != before.UpdatedAt {
				t.Fatalf("%q is refused and changes: %+v", body, after)
			}
			return
		}
		if after.UpdatedAt == before.UpdatedAt || after.URL == "" || len(after.Sealed) == 0 || after.Secret != "" || after.Status != webhook.Active {
			t.Fatalf("%q makes %+v", body, after)
		}
		if text, err := json.Marshal(u.Body()); err != nil || !json.Valid(text) {
			t.Fatalf("%q is answered with %s, %v", body, text, err)
		}
	})
}

func checkRefused(t *testing.T, err error) {
	t.Helper()
	if p := problem.Of(err); p.Code != problem.Invalid || len(p.Details) == 0 {
		t.Fatalf("got %v", err)
	}
}
