package app_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/api/openapi/openapitest"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/demo"
)

const webhooks = "/v2/notifications/webhooks"

// subscribesTo makes a subscription whose secret is the receiver's and returns its id; members go beside the
// event's name in the body.
func (h *house) subscribesTo(url, event, members string) string {
	h.t.Helper()
	a := h.do("POST", webhooks,
		fmt.Sprintf(`{"url":%q,"event_name":%q,"secret":%q%s}`, url, event, string(demo.Hook), members))
	if a.status != http.StatusOK {
		h.t.Fatalf("%d %s", a.status, a.text)
	}
	_, id, _ := strings.Cut(a.text, `"id":"`)
	return id[:36]
}

// shows asks again and again until an answer is as wanted.
func (h *house) shows(path string, wanted func(answer) bool) answer {
	h.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); <-tick.C {
		if a := h.do("GET", path, ""); wanted(a) {
			return a
		}
	}
	h.t.Fatalf("%s: %s", path, h.do("GET", path, "").text)
	return answer{}
}

// scoped are the routes of notifications with the scope that each needs, and a body that it takes.
func scoped(id string) map[string][2]string {
	one := webhooks + "/" + id
	return map[string][2]string{
		"GET " + webhooks:                               {"webhook:read"},
		"POST " + webhooks:                              {"webhook:create", `{}`},
		"GET " + one:                                    {"webhook:read"},
		"PATCH " + one:                                  {"webhook:update", `{"retry_refused":true}`},
		"DELETE " + one:                                 {"webhook:delete"},
		"POST " + one + "/activate":                     {"webhook:update"},
		"POST " + one + "/pause":                        {"webhook:update"},
		"GET " + one + "/metrics":                       {"webhook:read"},
		"GET " + one + "/logs":                          {"webhook:read"},
		"GET " + one + "/dead-letters":                  {"webhook:read"},
		"POST " + one + "/replay":                       {"webhook:create"},
		"GET /v2/notifications/schemas/webhook.created": {""},
		"GET /v2/notifications/schemas/webhook.created/versions/1.0": {""},
	}
}

func TestEveryRouteOfNotificationsRefusesWhoMayNotAndWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.subscribesTo("https://receiver.example/in", "connection.staled", "")
	stranger, _ := h.partner("Stranger")
	reads := h.tokenFor("demo", "demo-secret", "telematics:read")
	for route, needs := range scoped(id) {
		method, path, _ := strings.Cut(route, " ")
		body := needs[1]
		type request struct {
			token, method, path, body string
			status                    int
		}
		asked := map[string]request{
			"without a token":         {"x", method, path, body, 401},
			"another method":          {h.token, "PUT", path, "", 405},
			"an unknown parameter":    {h.token, method, path + "?colour=red", body, 422},
			"a body that is too much": {h.token, method, path, `{"a":1}`, 400},
		}
		if needs[0] != "" {
			asked["without the scope"] = request{reads, method, path, body, 403}
		} else {
			asked["with any token"] = request{reads, method, path, body, 200}
		}
		if strings.Contains(path, id) {
			asked["another partner's"] = request{stranger, method, path, body, 404}
			asked["nobody's"] = request{h.token, method, strings.Replace(path, id, uuid.NewString(), 1), body, 404}
			asked["no id"] = request{h.token, method, strings.Replace(path, id, "7", 1), body, 422}
		}
		if body != "" || strings.HasSuffix(path, "/replay") {
			asked["a body that is too much"] = request{h.token, method, path, `{"colour":1}`, 422}
			asked["no JSON"] = request{h.token, method, path, `{`, 422}
		}
		for says, r := range asked {
			if a := h.by(r.token, r.method, r.path, r.body); a.status != r.status {
				t.Errorf("%s %s %s: %d %s", says, r.method, r.path, a.status, a.text)
			}
		}
	}
	if a := h.do("PATCH", webhooks+"/"+id, `{}`, "Content-Type", "text/plain"); a.status != 400 {
		t.Errorf("%d %s", a.status, a.text)
	}
	if a := h.do("GET", webhooks+"/"+id, ""); a.field("status") != "active" || a.value("retry_refused") != false {
		t.Errorf("something was changed: %s", a.text)
	}
}

func TestASubscriptionFromItsMakingToItsEnd(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.subscribesTo("https://receiver.example/in", "connection.staled", `,"encoding":"identity","retry_refused":true`)
	h.subscribesTo("https://receiver.example/other", "connection.staled", "")
	one := webhooks + "/" + id
	for _, c := range []struct {
		name, method, path, body string
		status                   int
		says                     string
	}{
		{"as it was made", "GET", one, "", 200, `"encoding":"identity","retry_refused":true,"refused":0`},
		{"another address", "PATCH", one, `{"url":"https://receiver.example/b/c"}`, 200,
			`"url":"https://receiver.example/b/*****"`},
		{"an address that is taken", "PATCH", one, `{"url":"https://receiver.example/other"}`, 409, "another subscription"},
		{"fleets", "PATCH", one, `{"filters":{"fleet_refs":["fleet-1"]}}`, 200, `"fleet_refs":["fleet-1"]`},
		{"a secret of its own", "PATCH", one, `{"secret":"0123456789ab","secret_overlap_seconds":3600}`, 200,
			`"previous_secret_until":"`},
		{"a secret too short", "PATCH", one, `{"secret":"0123456789a"}`, 422, "at least 12 characters"},
		{"activating what is active", "POST", one + "/activate", "", 409, "is active already"},
		{"a pause", "POST", one + "/pause", "", 200, `"status":"paused"`},
		{"a second one", "POST", one + "/pause", "", 409, "is paused already"},
		{"a change while it is paused", "PATCH", one, `{"filters":null}`, 200, `"filters":null`},
		{"its end", "POST", one + "/activate", "", 200, `"status":"active"`},
		{"a list by status", "GET", webhooks + "?status=active&event_name=connection.staled", "", 200, id},
		{"nothing to replay", "POST", one + "/replay", "", 202, `{"replayed":0}`},
		{"no figures", "GET", one + "/metrics", "", 200, `"ewma_success_rate":null,"dlq_count":0`},
		{"no dead letters", "GET", one + "/dead-letters?start_date=2026-01-01T00:00:00Z&size=1", "", 200, `"items":[]`},
		{"no log", "GET", one + "/logs?status=failed", "", 200, `"items":[]`},
		{"the end", "DELETE", one, "", 204, ""},
		{"it is gone", "GET", one, "", 404, "no webhook subscription"},
		{"for good", "POST", one + "/activate", "", 404, "no webhook subscription"},
	} {
		a := h.do(c.method, c.path, c.body)
		if a.status != c.status || !strings.Contains(a.text, c.says) {
			t.Errorf("%s: %d %s", c.name, a.status, a.text)
		}
	}
}

func TestWhatIsToldOfSubscriptionsFitsTheSchemasThatAreServed(t *testing.T) {
	t.Parallel()
	h := open(t)
	receiver := httptest.NewServer(h.hooks)
	t.Cleanup(receiver.Close)
	h.subscribesTo(receiver.URL+"/", "webhook.*", "")
	one := webhooks + "/" + h.subscribesTo("https://receiver.example/in", "connection.staled", "")
	for _, call := range []string{"PATCH " + one, "POST " + one + "/pause", "POST " + one + "/activate", "DELETE " + one} {
		method, path, _ := strings.Cut(call, " ")
		body := map[string]string{"PATCH": `{"retry_refused":true}`}[method]
		if a := h.do(method, path, body); a.status >= 300 {
			t.Fatalf("%s: %d %s", call, a.status, a.text)
		}
	}
	h.do("POST", messages, h.message("told too"))
	// The wildcard made six subscriptions, all of which its first one is told of.
	names := h.events(6 + 5 + 2)
	for _, want := range []string{"webhook.created", "webhook.updated", "webhook.paused", "webhook.activated",
		"webhook.deleted", "resource_operation.created", "resource_operation.succeeded"} {
		if !slices.Contains(names, want) {
			t.Errorf("%s was not told: %v", want, names)
		}
	}
	h.hooks.mu.Lock()
	defer h.hooks.mu.Unlock()
	for _, e := range h.hooks.got {
		openapitest.EventSchema(t, h.schema(e.header.Get("X-Event-Type")), e.body)
	}
}

// schema is the OpenAPI document that is served of an event.
func (h *house) schema(event string) string {
	h.t.Helper()
	newest, first := h.do("GET", "/v2/notifications/schemas/"+event, ""),
		h.do("GET", "/v2/notifications/schemas/"+event+"/versions/1.0", "")
	if newest.status != http.StatusOK || newest.text != first.text || newest.field("event_name") != event ||
		newest.field("version") != "1.0" {
		h.t.Errorf("%d %s\n%d %s", newest.status, newest.text, first.status, first.text)
	}
	return newest.field("openapi_schema")
}

func TestASchemaThatIsNotThereSaysWhatIs(t *testing.T) {
	t.Parallel()
	h := open(t)
	for path, want := range map[string]string{
		"invitation.created":           "",
		"connection.activated":         "",
		"webhook.stale":                "webhook.staled",
		"webhook.*":                    "ask for one of webhook.created",
		"webhook.created/versions/2.0": "there is 1.0",
		"%ff":                          "is not the name of an event",
		"tsp.created/versions/%ff":     "there is 1.0",
	} {
		a := h.do("GET", "/v2/notifications/schemas/"+path, "")
		if want == "" && a.status != 200 || want != "" && (a.status != 404 || !strings.Contains(a.text, want)) {
			t.Errorf("%s: %d %s", path, a.status, a.text)
		}
	}
}

func TestWhatAReceiverLostIsListedMeasuredAndReplayedAfterItsActivation(t *testing.T) {
	t.Parallel()
	h := open(t)
	receiver := httptest.NewServer(h.hooks)
	t.Cleanup(receiver.Close)
	id := h.subscribesTo(receiver.URL+"/lost", "resource_operation.created", "")
	one := webhooks + "/" + id
	h.subscribesTo(receiver.URL+"/told", "webhook.paused", "")
	h.receives(http.StatusGone)
	h.do("POST", messages, h.message("lost"))
	h.shows(one, func(a answer) bool { return a.field("status") == "paused" })
	h.receives(http.StatusAccepted)
	dead := h.do("GET", one+"/dead-letters", "")
	var page struct {
		Items []struct {
			ID       string `json:"message_id"`
			Code     int    `json:"status_code"`
			Attempts int    `json:"attempts"`
			Message  string `json:"error_message"`
			Data     []any  `json:"data"`
		} `json:"items"`
	}
	if err := json.Unmarshal([]byte(dead.text), &page); err != nil || len(page.Items) != 1 {
		t.Fatalf("%v %s", err, dead.text)
	}
	lost := page.Items[0]
	if lost.Code != 410 || lost.Attempts != 1 || !strings.Contains(lost.Message, id+"/activate") || len(lost.Data) != 1 {
		t.Errorf("%s", dead.text)
	}
	if a := h.do("GET", one+"/metrics", ""); !strings.Contains(a.text, `"http_failure_attempts":{"6h":1,`) ||
		a.value("dlq_count") != 1.0 {
		t.Errorf("%s", a.text)
	}
	if a := h.do("POST", one+"/replay", fmt.Sprintf(`{"message_ids":[%q]}`, uuid.NewString())); a.status != 422 {
		t.Errorf("%d %s", a.status, a.text)
	}
	if a := h.do("POST", one+"/replay", fmt.Sprintf(`{"message_ids":[%q]}`, lost.ID)); a.status != 202 ||
		a.value("replayed") != 1.0 {
		t.Errorf("%d %s", a.status, a.text)
	}
	if a := h.do("POST", one+"/activate", ""); a.status != 200 {
		t.Errorf("%d %s", a.status, a.text)
	}
	h.shows(one+"/metrics", func(a answer) bool { return strings.Contains(a.text, `"message_success_count":{"6h":1,`) })
	if a := h.do("GET", one+"/logs?status=success", ""); !strings.Contains(a.text, lost.ID) {
		t.Errorf("the replayed message has another id than %s: %s", lost.ID, a.text)
	}
	if a := h.do("GET", one+"/dead-letters", ""); strings.Contains(a.text, lost.ID) {
		t.Errorf("%s", a.text)
	}
}

// receives sets what the receiver answers.
func (h *house) receives(status int) {
	h.hooks.mu.Lock()
	defer h.hooks.mu.Unlock()
	h.hooks.answer = status
}

func TestAPartnerMayNotHaveMoreSubscriptionsThanTheOperatorSays(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.MaxSubscriptions = 4
	h := openWith(t, c)
	h.subscribesTo("https://receiver.example/in", "connection.staled", "")
	a := h.do("POST", webhooks, `{"url":"https://receiver.example/in","event_name":"connection.created"}`)
	if a.status != http.StatusConflict || !strings.Contains(a.text, "may have 4") {
		t.Errorf("%d %s", a.status, a.text)
	}
}
