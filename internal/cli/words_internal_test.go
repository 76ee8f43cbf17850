package cli

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/cli/remote"
	"github.com/waybill-dev/waybill/internal/resource"
)

func TestAFieldThatIsSetHasItsType(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind              resource.Kind
		text, before      string
		name, value, says string
	}{
		{resource.KindVehicle, "vehicle_name=42", "", "vehicle_name", `"42"`, ""},
		{resource.KindVehicle, "vehicle_name=a=b", "", "vehicle_name", `"a=b"`, ""},
		{resource.KindVehicle, "model_year=2024", "", "model_year", `2024`, ""},
		{resource.KindVehicle, "model_year=new", "", "model_year", `"new"`, ""},
		{resource.KindVehicle, "is_active=true", "", "is_active", `true`, ""},
		{resource.KindVehicle, "is_active=yes", "", "is_active", `"yes"`, ""},
		{resource.KindVehicle, "notes:=null", "", "notes", `null`, ""},
		{resource.KindVehicle, "notes:={", "", "", "", "is no JSON"},
		{resource.KindVehicle, "nosuch=1", "", "nosuch", `"1"`, ""},
		{resource.KindGroupMessage, "recipient_ids=a, b", "", "recipient_ids", `["a","b"]`, ""},
		{resource.KindGroupMessage, "recipient_ids=c", `["a"]`, "recipient_ids", `["a","c"]`, ""},
		{resource.KindGroupMessage, "recipient_ids=c", `7`, "", "", "is no list"},
		{resource.KindDvirLog, "odometer=12.50", "", "odometer", `12.50`, ""},
	} {
		schema, err := resource.For(c.kind, resource.Create)
		if err != nil {
			t.Fatal(err)
		}
		before := map[string]jsontext.Value{}
		if c.before != "" {
			before["recipient_ids"] = jsontext.Value(c.before)
		}
		name, value, err := assigned(schema, c.text, before)
		if name != c.name || string(value) != c.value || (err != nil) != (c.says != "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %s, %s, %v", c.text, name, value, err)
		}
	}
}

func TestThePayloadIsGivenBackAsItWasSubmitted(t *testing.T) {
	t.Parallel()
	op := operation{Resource: "group_message", Verb: "create",
		Payload: jsontext.Value(`{"connection_id":"c","recipient_ids":["a"],"message_text":"x","source_recipient_ids":["1"],"source_sender_id":null}`)}
	if diff := cmp.Diff(`{"connection_id":"c","recipient_ids":["a"],"message_text":"x"}`, strings.TrimSpace(string(op.given()))); diff != "" {
		t.Error(diff)
	}
	for _, as := range []operation{{Resource: "lorry", Verb: "create", Payload: jsontext.Value(`{"source_sender_id":1}`)},
		{Resource: "message", Verb: "create", Payload: jsontext.Value(`[]`)}} {
		if string(as.given()) != string(as.Payload) {
			t.Errorf("%s of a %s", as.given(), as.Resource)
		}
	}
}

func TestMomentsAreReadAndToldAsPeopleDo(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 15, 10, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{"2h": "2026-01-15T08:00:00Z", "90s": "2026-01-15T09:58:30Z", "7d": "2026-01-08T10:00:00Z",
		"2026-01-01T00:00:00+01:00": "2025-12-31T23:00:00Z", "": "", "-2h": "", "yesterday": "", "0d": "", "d": "", "2": ""} {
		var w when
		err := w.UnmarshalText([]byte(text))
		if (err == nil) != (want != "") || err == nil && w.time(now).UTC().Format(time.RFC3339) != want {
			t.Errorf("%q: %v, %v", text, w.time(now), err)
		}
	}
	for d, want := range map[time.Duration]string{3 * time.Millisecond: "3ms", 42 * time.Second: "42s", 61 * time.Second: "1m01s",
		47*time.Hour + 5*time.Minute: "47h05m", 71 * time.Hour: "2d23h"} {
		if got := span(d); got != want {
			t.Errorf("%v: %s", d, got)
		}
	}
	if got := ago("2026-01-15T10:00:42Z", now); got != "in 42s" {
		t.Error(got)
	}
}

func TestEachFailureHasItsExitCodeAndWhatHelps(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err  error
		exit int
		says string
	}{
		"not found":        {&remote.Problem{Status: http.StatusNotFound}, 3, ""},
		"a bad secret":     {&remote.Problem{Status: http.StatusUnauthorized, Token: true}, 4, "waybill client rotate"},
		"a bad token":      {&remote.Problem{Status: http.StatusUnauthorized}, 4, "the token is not taken"},
		"a missing scope":  {&remote.Problem{Status: http.StatusForbidden}, 4, "scopes"},
		"too often":        {&remote.Problem{Status: http.StatusTooManyRequests, RetryAfter: time.Minute}, 1, "try again in 1m00s"},
		"a bad body":       {&remote.Problem{Status: http.StatusUnprocessableEntity}, 1, ""},
		"nobody there":     {&remote.Unreachable{Err: syscall.ECONNREFUSED}, 1, "nothing listens there"},
		"no way there":     {&remote.Unreachable{Err: errors.New("no route")}, 1, "waybill doctor"},
		"an interruption":  {context.Canceled, 130, ""},
		"misuse":           {misused("x"), 2, ""},
		"a failed write":   {operation{Status: failed}.outcome(), 5, ""},
		"an unknown write": {operation{Status: failed, OutcomeUnknown: true}.outcome(), 6, ""},
	} {
		if exit, hint := judge(c.err); exit != c.exit || !strings.Contains(hint, c.says) {
			t.Errorf("%s: %d, %q", name, exit, hint)
		}
	}
}

func TestWhatIsSentInTheClearIsKnown(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{"http://10.0.0.7:8080": true, "http://waybill.example.com": true, "https://waybill.example.com": false,
		"http://127.0.0.1:8080": false, "http://localhost": false, "http://[::1]:80": false, "http://127.evil.example.com": true} {
		if got := plain(address); got != want {
			t.Errorf("%s: %t", address, got)
		}
	}
}

func TestAnExplanationSaysWhetherWaybillOrTheTSPRefused(t *testing.T) {
	t.Parallel()
	explained := func(a attempt) string {
		op := operation{ID: "op", Status: failed, SourceName: "samsara", Verb: "create", Logs: []attempt{a}}
		var out page
		op.explainEnd(&out, time.Now(), "")
		return out.String()
	}
	const refused, own = "The last entry of its log: ", "Waybill itself ended it, and did not call samsara for that: "
	for _, kind := range []string{"validation", "auth", "tsp", "network"} {
		for _, c := range []struct {
			at   attempt
			want []string
		}{
			{attempt{Details: "why", Reach: "none"}, []string{"and nothing of it was sent", "Attempts: 0", own + "why", "once that is mended"}},
			{attempt{Details: "why", Reach: "none", Code: 503}, []string{own + "why"}},
			{attempt{Details: "why", Reach: "read"}, []string{"Attempts: 1", "Waybill asked samsara and did not send it: why"}},
			{attempt{Details: "why", Reach: "read", Code: 401}, []string{refused + "401 why", "Attempts: 1"}},
			{attempt{Details: "why", Reach: "sent", Code: 400}, []string{"It has failed, ", refused + "400 why", "Attempts: 1", "sends it once more"}},
			{attempt{Details: "why", Code: 400}, []string{refused + "400 why", "Attempts: 1"}},
		} {
			c.at.Status, c.at.ErrorType = failed, kind
			text := explained(c.at)
			for _, want := range c.want {
				if !strings.Contains(text, want) {
					t.Errorf("%s, %q: %q does not say %q", kind, c.at.Reach, text, want)
				}
			}
		}
	}
	if text := explained(attempt{Status: failed, Details: "cancelled", Reach: "none"}); !strings.Contains(text, refused+"cancelled") || strings.Contains(text, "mended") {
		t.Errorf("of a cancel: %q", text)
	}
}

func TestATurnThatIsPastMayComeAtAnyMoment(t *testing.T) {
	now := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	for at, want := range map[string]string{"2026-03-04T12:00:00Z": "may come at any moment", "2026-03-04T11:59:00Z": "may come at any moment",
		"2026-03-04T12:01:00Z": "comes in 1m00s at the earliest", "soon": "comes soon at the earliest"} {
		if got := turn(at, now); got != want {
			t.Errorf("%s: %q, want %q", at, got, want)
		}
	}
}

func TestAQuestionOfNewerValuesEndsInNoComma(t *testing.T) {
	for _, status := range []string{"", pending, failed, succeeded} {
		if got := (newer{Status: status, Fields: []string{"vin"}}).question(); strings.HasSuffix(got, ",") {
			t.Errorf("of %q it asks %q", status, got)
		}
	}
}

func TestAnExplanationNamesNoRetryThatItsConnectionWouldRefuse(t *testing.T) {
	t.Parallel()
	for _, op := range []operation{{ID: "op", Status: failed}, {ID: "op", Status: failed, OutcomeUnknown: true}} {
		for closed, names := range map[string]bool{"": true, "its connection is paused": false} {
			var out page
			op.explainEnd(&out, time.Now(), closed)
			if text := out.String(); strings.Contains(text, "waybill op retry") != names || !strings.Contains(text, closed) {
				t.Errorf("%q: %s", closed, text)
			}
		}
	}
}
