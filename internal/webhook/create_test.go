package webhook_test

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/outbound"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/webhook"
)

var (
	acme  = uuid.MustParse("019bc0a2-0000-7000-8000-00000000000a")
	other = uuid.MustParse("019bc0a2-0000-7000-8000-00000000000b")
	noon  = time.Date(2026, 1, 15, 10, 30, 0, 123456789, time.UTC)
)

const created = `{"url":"https://hooks.example.com/in/token?k=v","event_name":"resource_operation.created"}`

func newService(store *memory) *webhook.Service {
	return webhook.New(webhook.Config{
		Store: store, Sealer: binder{}, URLs: outbound.Policy{}, Most: 20, Now: func() time.Time { return noon },
	})
}

func TestASubscriptionIsAnsweredInTheClearOnce(t *testing.T) {
	t.Parallel()
	store := &memory{}
	made := mustCreate(t, newService(store), strings.Replace(created, "}",
		`,"secret":"s3cret-of-mine","filters":{"fleet_ids":["019bc0a2-0000-7000-8000-0000000000ff"],"fleet_refs":[]}}`, 1))
	got, err := json.Marshal(made.Body())
	if err != nil {
		t.Fatal(err)
	}
	want := `{"id":"` + made.Subscriptions[0].ID.String() + `","partner_id":"` + acme.String() +
		`","url":"https://hooks.example.com/in/token?k=v","event_name":"resource_operation.created",` +
		`"filters":{"fleet_ids":["019bc0a2-0000-7000-8000-0000000000ff"],"fleet_refs":null},"secret":"s3cret-of-mine",` +
		`"status":"active","created_at":"2026-01-15T10:30:00.123456Z","updated_at":"2026-01-15T10:30:00.123456Z",` +
		`"deleted_at":null,"encoding":"automatic","retry_refused":false,"refused":0}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
	got, err = json.Marshal(store.subs[0].Read())
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"s3cret-of-mine", "token", "k=v"} {
		if strings.Contains(string(got), secret) {
			t.Errorf("%s shows %s", got, secret)
		}
	}
}

func TestASecretIsSealedToItsRow(t *testing.T) {
	t.Parallel()
	store := &memory{}
	mustCreate(t, newService(store), strings.Replace(created, "}", `,"secret":"s3cret"}`, 1))
	opened, err := webhook.OpenSecret(binder{}, store.subs[0], noon)
	if err != nil || opened.Secret != "s3cret" {
		t.Errorf("opened %q, %v", string(opened.Secret), err)
	}
	stolen := store.subs[0]
	stolen.Partner = other
	if _, err := webhook.OpenSecret(binder{}, stolen, noon); err == nil {
		t.Error("a secret opened in another partner's row")
	}
}

func TestAMissingSecretIsMade(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"absent": created, "null": strings.Replace(created, "}", `,"secret":null}`, 1)} {
		secret := string(mustCreate(t, newService(&memory{}), body).Subscriptions[0].Secret)
		text, prefixed := strings.CutPrefix(secret, "whsec_")
		if key, err := base64.StdEncoding.DecodeString(text); !prefixed || err != nil || len(key) != 32 {
			t.Errorf("%s: %q is not whsec_ and the Base64 of 32 bytes", name, secret)
		}
	}
	if one, other := webhook.RandomSecret(), webhook.RandomSecret(); one == other {
		t.Error("two secrets are equal")
	}
}

func TestAWildcardMakesOneSubscriptionPerEvent(t *testing.T) {
	t.Parallel()
	made := mustCreate(t, newService(&memory{}), wildcard("resource_operation.*"))
	var names []string
	for _, s := range made.Subscriptions {
		names = append(names, s.EventName)
		if s.Secret != made.Subscriptions[0].Secret {
			t.Error("the rows of a wildcard have different secrets")
		}
	}
	if diff := cmp.Diff([]string{"resource_operation.created", "resource_operation.succeeded", "resource_operation.failed"}, names); diff != "" {
		t.Error(diff)
	}
	if _, isList := made.Body().([]webhook.Webhook); !isList {
		t.Errorf("the answer is a %T", made.Body())
	}
}

func TestAWildcardOfOneEventStillAnswersAList(t *testing.T) {
	t.Parallel()
	body, isList := mustCreate(t, newService(&memory{}), wildcard("vehicle_location.*")).Body().([]webhook.Webhook)
	if !isList || len(body) != 1 {
		t.Errorf("got %v", body)
	}
}

func wildcard(name string) string {
	return strings.Replace(created, "resource_operation.created", name, 1)
}

func TestADuplicateConflicts(t *testing.T) {
	t.Parallel()
	narrowed := func(filters string) string { return strings.Replace(created, "}", `,"filters":`+filters+`}`, 1) }
	tests := []struct {
		name          string
		first, second string
		conflict      bool
	}{
		{"the same again", created, created, true},
		{"another secret makes no difference", created, strings.Replace(created, "}", `,"secret":"x"}`, 1), true},
		{"empty filters narrow nothing", created, narrowed(`{"fleet_ids":[],"fleet_refs":null}`), true},
		{"the order of filters makes no difference", narrowed(`{"fleet_refs":["a","b"]}`), narrowed(`{"fleet_refs":["b","a"]}`), true},
		{"other filters differ", narrowed(`{"fleet_refs":["a"]}`), narrowed(`{"fleet_refs":["b"]}`), false},
		{"a reference with a comma is not two", narrowed(`{"fleet_refs":["a,b"]}`), narrowed(`{"fleet_refs":["a","b"]}`), false},
		{"another event differs", created, wildcard("resource_operation.failed"), false},
		{"another URL differs", created, strings.Replace(created, "hooks.", "h.", 1), false},
		{"a wildcard that overlaps conflicts", wildcard("resource_operation.failed"), wildcard("resource_operation.*"), true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			store := &memory{}
			s := newService(store)
			mustCreate(t, s, tt.first)
			_, err := s.Create(t.Context(), webhook.Maker{Partner: acme}, []byte(tt.second))
			if !tt.conflict {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			checkCode(t, err, problem.Conflict)
			if len(store.subs) != 1 {
				t.Errorf("%d subscriptions after a conflict, want 1", len(store.subs))
			}
		})
	}
}

func TestTwoPartnersMayAskForTheSame(t *testing.T) {
	t.Parallel()
	s := newService(&memory{})
	mustCreate(t, s, created)
	if _, err := s.Create(t.Context(), webhook.Maker{Partner: other}, []byte(created)); err != nil {
		t.Error(err)
	}
}

func TestAStoreThatFailsIsNotTheCallersProblem(t *testing.T) {
	t.Parallel()
	away := problem.New(problem.Unavailable, "try later")
	for name, tt := range map[string]struct {
		err  error
		want problem.Code
	}{
		"an unknown error is internal": {errors.New("disk full"), problem.Internal},
		"a store that is away says so": {away, problem.Unavailable},
	} {
		s := webhook.New(webhook.Config{Store: broken{&memory{}, tt.err}, Sealer: binder{}, URLs: outbound.Policy{}})
		_, err := s.Create(t.Context(), webhook.Maker{Partner: acme}, []byte(created))
		if got := problem.Of(err).Code; got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
}

type broken struct {
	*memory
	err error
}

func (b broken) InsertSubscriptions(context.Context, []webhook.Subscription, int) error { return b.err }

func mustCreate(t *testing.T, s *webhook.Service, body string) webhook.Created {
	t.Helper()
	made, err := s.Create(t.Context(), webhook.Maker{Partner: acme}, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func checkCode(t *testing.T, err error, want problem.Code) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %d", want)
	}
	if got := problem.Of(err); got.Code != want {
		t.Errorf("got %v, want %d", got, want)
	}
}

func TestASubscriptionSaysWhereNothingWillComeOfIt(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]int{"vehicle_location.added": 1, "invitation.*": 8, "webhook.*": 0, "vehicle.*": 0, "schedule.deactivated": 1,
		"resource_operation.*": 0, "connection.created": 0, "share_agreement.deleted": 0, "connection.activated": 0} {
		store := &memory{}
		made := mustCreate(t, newService(store), wildcard(name))
		got, err := json.Marshal(made.Body())
		if err != nil {
			t.Fatal(err)
		}
		read, err := json.Marshal(store.subs[0].Read())
		if err != nil {
			t.Fatal(err)
		}
		const warns = `"warnings":[{"path":"event_name","message":"this service never raises `
		if n := strings.Count(string(got), warns); n != want || strings.Contains(string(read), warns) != (want > 0) {
			t.Errorf("%s: %d warnings in %s, read as %s", name, n, got, read)
		}
		if want == 0 && strings.Contains(string(got), "warnings") {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestAWildcardSaysWhatOfOurOwnItDoesNotStandFor(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"connection.*": true, "webhook.*": false, "fleet_connection.*": false} {
		made := mustCreate(t, newService(&memory{}), wildcard(name))
		for _, one := range made.Body().([]webhook.Webhook) {
			says := len(one.Warnings) > 0 && strings.Contains(one.Warnings[0].Message, "connection.activated and connection.updated")
			if says != want {
				t.Errorf("%s: %+v", one.EventName, one.Warnings)
			}
		}
	}
}

func TestSecretsAreNoBlanksAndShortOnesAreWarnedOf(t *testing.T) {
	t.Parallel()
	for secret, want := range map[string]int{"x": 1, "elevenchars": 1, "twelve chars": 0} {
		made := mustCreate(t, newService(&memory{}), strings.Replace(created, "}", `,"secret":"`+secret+`"}`, 1))
		if w := made.Body().(webhook.Webhook).Warnings; len(w) != want || want > 0 && w[0].Path != "secret" {
			t.Errorf("%q: %v", secret, w)
		}
	}
	const blanks = `"secret":"              "`
	_, err := newService(&memory{}).Create(t.Context(), webhook.Maker{Partner: acme}, []byte(strings.Replace(created, "}", ","+blanks+"}", 1)))
	d := newDesk(t, created)
	_, late := d.update("{" + blanks + "}")
	for _, err := range []error{err, late} {
		if diff := cmp.Diff([]string{"secret string_too_short"}, codes(t, err)); diff != "" {
			t.Error(diff)
		}
	}
}
