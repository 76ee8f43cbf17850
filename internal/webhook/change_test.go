package webhook_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/outbound"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// desk is a service over a store with one subscription, and the clock by which it works.
type desk struct {
	*webhook.Service
	t     *testing.T
	store *memory
	id    uuid.UUID
	now   time.Time
}

func newDesk(t *testing.T, body string) *desk {
	t.Helper()
	d := &desk{t: t, store: &memory{}, now: noon}
	d.Service = webhook.New(webhook.Config{Store: d.store, Sealer: binder{}, URLs: outbound.Policy{}, Most: 5,
		Now: func() time.Time { return d.now }})
	d.id = mustCreate(t, d.Service, body).Subscriptions[0].ID
	d.now = noon.Add(time.Hour)
	return d
}

func (d *desk) update(body string) (webhook.Updated, error) {
	return d.Update(d.t.Context(), acme, d.id, []byte(body))
}

// changed updates the subscription and returns it as it is stored.
func (d *desk) changed(body string) webhook.Subscription {
	d.t.Helper()
	if _, err := d.update(body); err != nil {
		d.t.Fatalf("%s: %v", body, err)
	}
	return d.store.subs[0]
}

func TestAnUpdateChangesWhatItNamesAndNothingElse(t *testing.T) {
	t.Parallel()
	const narrowed = `{"url":"https://hooks.example.com/in","event_name":"resource_operation.created","secret":"0123456789ab",
		"filters":{"fleet_refs":["a"]},"retry_refused":true,"encoding":"gzip"}`
	for body, alter := range map[string]func(*webhook.Subscription){
		`{"url":"https://other.example.com/in"}`:         func(s *webhook.Subscription) { s.URL, s.Learned = "https://other.example.com/in", "" },
		`{"filters":null}`:                               func(s *webhook.Subscription) { s.Filters = nil },
		`{"filters":{}}`:                                 func(s *webhook.Subscription) { s.Filters = nil },
		`{"filters":{"fleet_refs":["b"]}}`:               func(s *webhook.Subscription) { s.Filters = &webhook.Filters{FleetRefs: []string{"b"}} },
		`{"encoding":"identity"}`:                        func(s *webhook.Subscription) { s.Encoding, s.Learned = webhook.Identity, "" },
		`{"encoding":"gzip","url":null,"secret":null}`:   func(*webhook.Subscription) {},
		`{"retry_refused":false,"generate_secret":null}`: func(s *webhook.Subscription) { s.RetryRefused = false },
		`{"secret":"an other one"}`:                      func(s *webhook.Subscription) { s.Sealed = seal(s, "an other one") },
		`{"secret":"an other one","secret_overlap_seconds":60}`: func(s *webhook.Subscription) {
			s.Previous, s.Sealed = s.Sealed, seal(s, "an other one")
			s.PreviousUntil = noon.Add(time.Hour + time.Minute).Truncate(time.Microsecond)
		},
	} {
		d := newDesk(t, narrowed)
		d.store.subs[0].Learned, d.store.subs[0].Health.FailedInRow = webhook.Gzip, 3
		want := d.store.subs[0]
		got := d.changed(body)
		want.UpdatedAt = d.now.Truncate(time.Microsecond)
		want.Health = webhook.Health{Since: want.UpdatedAt, Success: 1}
		alter(&want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", body, diff)
		}
		if diff := cmp.Diff([]string{"webhook.updated"}, d.store.told); diff != "" {
			t.Errorf("%s: %s", body, diff)
		}
	}
}

func seal(s *webhook.Subscription, secret string) []byte {
	return append(webhook.SecretContext(s.ID, s.Partner), secret...)
}

func TestASecretThatIsMadeIsShownOnceAndAnotherNever(t *testing.T) {
	t.Parallel()
	d := newDesk(t, created)
	made, err := d.update(`{"generate_secret":true}`)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := webhook.OpenSecret(binder{}, d.store.subs[0], noon)
	if err != nil || made.Body().Secret != string(opened.Secret) || len(made.Body().Secret) < 32 {
		t.Errorf("%q is shown, %q is stored: %v", made.Body().Secret, string(opened.Secret), err)
	}
	for _, body := range []string{`{"secret":"0123456789ab"}`, `{"retry_refused":true}`} {
		if given, err := d.update(body); err != nil || given.Body().Secret != "*****" {
			t.Errorf("%s shows %s, %v", body, given.Body().Secret, err)
		}
	}
}

func TestAStaleSubscriptionThatGetsAnotherURLIsActive(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]webhook.Status{
		`{"url":"https://other.example.com/in"}`: webhook.Active,
		`{"url":"waybill:feed"}`:                 webhook.Active,
		`{"retry_refused":true}`:                 webhook.Stale,
	} {
		d := newDesk(t, created)
		d.store.subs[0].Status = webhook.Stale
		told := map[webhook.Status][]string{webhook.Active: {"webhook.updated", "webhook.activated"}, webhook.Stale: {"webhook.updated"}}
		if s := d.changed(body); s.Status != want || s.Health != (webhook.Health{Since: s.UpdatedAt, Success: 1}) {
			t.Errorf("%s: %s, %+v", body, s.Status, s.Health)
		}
		if diff := cmp.Diff(told[want], d.store.told); diff != "" {
			t.Errorf("%s: told (-want +got):\n%s", body, diff)
		}
		d.store.subs[0].Status = webhook.Paused
		if s := d.changed(strings.Replace(body, "other", "third", 1)); s.Status != webhook.Paused {
			t.Errorf("%s: a paused one is %s", body, s.Status)
		}
	}
}

func TestASecondRotationWithinAnOverlapEndsItOnlyIfItSaysSo(t *testing.T) {
	t.Parallel()
	d := newDesk(t, created)
	d.changed(`{"generate_secret":true,"secret_overlap_seconds":604800}`)
	before := d.store.subs[0]
	for _, body := range []string{`{"generate_secret":true}`, `{"secret":"0123456789ab","secret_overlap_seconds":60}`,
		`{"generate_secret":true,"secret_overlap_seconds":null}`} {
		_, err := d.update(body)
		checkCode(t, err, problem.Conflict)
		if !strings.Contains(err.Error(), before.PreviousUntil.Format(time.RFC3339)) || !strings.Contains(err.Error(), "secret_overlap_seconds") {
			t.Errorf("%s: %v", body, err)
		}
	}
	if diff := cmp.Diff(before, d.store.subs[0]); diff != "" {
		t.Error(diff)
	}
	if s := d.changed(`{"generate_secret":true,"secret_overlap_seconds":0}`); s.Previous != nil || !s.PreviousUntil.IsZero() {
		t.Errorf("the old secret is valid until %s", s.PreviousUntil)
	}
	d.changed(`{"generate_secret":true,"secret_overlap_seconds":60}`)
	if s, err := d.Get(t.Context(), acme, d.id); err != nil || s.Read().PreviousSecretUntil == nil {
		t.Errorf("an overlap that lasts is not shown: %v", err)
	}
	d.now = d.now.Add(time.Minute)
	if s, err := d.Get(t.Context(), acme, d.id); err != nil || s.Read().PreviousSecretUntil != nil {
		t.Errorf("an overlap that is over is shown until %v: %v", s.PreviousUntil, err)
	}
	d.changed(`{"generate_secret":true,"secret_overlap_seconds":60}`)
}

func TestEverythingWrongWithAnUpdateIsFoundAndChangesNothing(t *testing.T) {
	t.Parallel()
	for body, want := range map[string][]string{
		`{}`:                                                       {" nothing_to_update"},
		`{"url":null,"secret":null}`:                               {" nothing_to_update"},
		`{"generate_secret":false}`:                                {" nothing_to_update"},
		`{"event_name":"webhook.created"}`:                         {"event_name extra_forbidden"},
		`{"status":"paused"}`:                                      {"status extra_forbidden"},
		`{"url":"http://10.0.0.1/"}`:                               {"url url_not_allowed"},
		`{"url":"https://a.example/*****"}`:                        {"url string_pattern_mismatch"},
		`{"secret":"0123456789a"}`:                                 {"secret string_too_short"},
		`{"secret":"` + strings.Repeat("s", 257) + `"}`:            {"secret string_too_long"},
		`{"secret":"0123456789ab","generate_secret":true}`:         {"generate_secret repeated"},
		`{"secret_overlap_seconds":60}`:                            {"secret_overlap_seconds missing"},
		`{"generate_secret":true,"secret_overlap_seconds":604801}`: {"secret_overlap_seconds out_of_range"},
		`{"generate_secret":true,"secret_overlap_seconds":-1}`:     {"secret_overlap_seconds out_of_range"},
		`{"encoding":"br","retry_refused":"yes"}`:                  {"encoding enum", "retry_refused bool_type"},
		`{"filters":{"fleet_refs":["a",""]}}`:                      {"filters.fleet_refs[1] string_too_short"},
	} {
		d := newDesk(t, created)
		before := d.store.subs[0]
		_, err := d.update(body)
		if diff := cmp.Diff(want, codes(t, err)); diff != "" {
			t.Errorf("%s: %s", body, diff)
		}
		if diff := cmp.Diff(before, d.store.subs[0]); diff != "" || len(d.store.told) > 0 {
			t.Errorf("%s changed %s and told %v", body, diff, d.store.told)
		}
	}
}

func TestAChangeIntoAnotherSubscriptionConflicts(t *testing.T) {
	t.Parallel()
	d := newDesk(t, created)
	mustCreate(t, d.Service, strings.Replace(created, "hooks.", "other.", 1))
	_, err := d.update(`{"url":"https://other.example.com/in/token?k=v"}`)
	checkCode(t, err, problem.Conflict)
}

func TestAChangeIsDecidedAnewWhereOthersCameFirstAndGivenUpInTheEnd(t *testing.T) {
	t.Parallel()
	for overtakes, want := range map[int]problem.Code{2: 0, 3: problem.Conflict} {
		d := newDesk(t, created)
		d.store.overtakes = overtakes
		_, err := d.Move(t.Context(), acme, d.id, webhook.Pause)
		if want == 0 && err != nil {
			t.Error(err)
		}
		if want != 0 {
			checkCode(t, err, want)
		}
	}
}

func TestThePartnersMovesAreToldAndOthersRefusedWithTheStatus(t *testing.T) {
	t.Parallel()
	d := newDesk(t, created)
	for _, c := range []struct {
		m    webhook.Move
		want string
	}{
		{webhook.Activate, "is active already"},
		{webhook.Pause, ""},
		{webhook.Pause, "is paused already"},
		{webhook.Activate, ""},
		{webhook.Delete, ""},
	} {
		_, err := d.Move(t.Context(), acme, d.id, c.m)
		if c.want == "" && err != nil {
			t.Errorf("%s: %v", c.m, err)
		}
		if c.want != "" {
			checkCode(t, err, problem.Conflict)
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v", c.m, err)
			}
		}
	}
	if diff := cmp.Diff([]string{"webhook.paused", "webhook.activated", "webhook.deleted"}, d.store.told); diff != "" {
		t.Error(diff)
	}
}

func TestAnEventOfASubscriptionIsThePartnersOwnAndMasked(t *testing.T) {
	t.Parallel()
	sub := webhook.Subscription{ID: uuid.UUID{1}, Partner: acme, URL: "https://hooks.example.com/in/token?k=v", EventName: "vehicle.added",
		Filters: &webhook.Filters{FleetRefs: []string{"a"}}, Status: webhook.Stale, UpdatedAt: noon}
	e, err := webhook.Told(webhook.Stall.Event(), sub)
	if err != nil {
		t.Fatal(err)
	}
	if e.Name != "webhook.staled" || e.Partner != acme || e.NeedsGrant() || e.Subject != sub.ID || !e.OccurredAt.Equal(noon) || e.ID.Version() != 7 {
		t.Errorf("%+v", e)
	}
	const want = `{"id":"01000000-0000-0000-0000-000000000000","url":"https://hooks.example.com/in/*****?*****","event_name":"vehicle.added",` +
		`"filters":{"fleet_ids":null,"fleet_refs":["a"]},"status":"stale"}`
	if string(e.Data) != want || !json.Valid(e.Data) {
		t.Errorf("%s", e.Data)
	}
}

func TestAPartnerHasNoMoreSubscriptionsThanItMay(t *testing.T) {
	t.Parallel()
	d := newDesk(t, created)
	mustCreate(t, d.Service, strings.Replace(wildcard("resource_operation.*"), "hooks.", "other.", 1))
	_, err := d.Create(t.Context(), webhook.Maker{Partner: acme}, []byte(strings.Replace(wildcard("connection.*"), "hooks.", "other.", 1)))
	checkCode(t, err, problem.Conflict)
	if !strings.Contains(err.Error(), "may have 5") || !strings.Contains(err.Error(), "WAYBILL_MAX_SUBSCRIPTIONS") || len(d.store.subs) != 4 {
		t.Errorf("%d subscriptions: %v", len(d.store.subs), err)
	}
}

func TestAPartnerHasNoMoreSubscriptionsToOneEventThanAnyMay(t *testing.T) {
	t.Parallel()
	d := newDesk(t, created)
	d.store.full = true
	_, err := d.Create(t.Context(), webhook.Maker{Partner: acme}, []byte(wildcard("connection.*")))
	checkCode(t, err, problem.Conflict)
	if !strings.Contains(err.Error(), "may have 50") || !strings.Contains(err.Error(), "to one event") {
		t.Error(err)
	}
}

func TestFiltersThatNoEventPassesAreWarnedOf(t *testing.T) {
	t.Parallel()
	d := newDesk(t, `{"url":"https://hooks.example.com","event_name":"webhook.staled","filters":{"fleet_refs":["a"]}}`)
	if w := d.store.subs[0].Read().Warnings; len(w) != 1 || w[0].Path != "filters" {
		t.Errorf("%v", w)
	}
	if w := d.changed(`{"filters":null}`).Read().Warnings; len(w) != 0 {
		t.Errorf("%v", w)
	}
}
