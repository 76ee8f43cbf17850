package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/app"
)

func TestBadInputIsRefusedAndStoresNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	good := h.message("good")
	with := func(member string) string { return strings.TrimSuffix(good, "}") + "," + member + "}" }
	vehicle := "/v2/telematics/vehicles/" + h.ids.Vehicle.String()
	update := func(members string) string {
		return fmt.Sprintf(`{"connection_id":"%s"%s}`, h.ids.Connection, members)
	}
	for _, c := range []struct {
		name, method, path, body string
		headers                  []string
		status                   int
		says                     string
	}{
		{"malformed JSON", "POST", messages, `{"connection_id":`, nil, 422, "json_invalid"},
		{"an empty body", "POST", messages, ``, nil, 422, "empty"},
		{"an array", "POST", messages, `[]`, nil, 422, "must be a JSON object"},
		{"text behind the object", "POST", messages, good + "x", nil, 422, "json_invalid"},
		{"duplicate keys", "POST", messages, with(`"priority":"low","priority":"high"`), nil, 422, "given more than once"},
		{"invalid UTF-8", "POST", messages, with("\"priority\":\"\xff\""), nil, 422, "UTF-8"},
		{"deep nesting", "POST", messages, strings.Repeat("[", 200000), nil, 422, "json_invalid"},
		{"a misspelt field", "POST", messages, with(`"mesage_text":"x"`), nil, 422, `did you mean \"message_text\"`},
		{"a wrong type", "POST", messages, strings.Replace(good, `"good"`, `7`, 1), nil, 422, "must be a string"},
		{"a bad UUID", "POST", messages, strings.Replace(good, h.ids.Sender.String(), "x", 1), nil, 422, "uuid_parsing"},
		{"null where it is not allowed", "POST", messages, strings.Replace(good, `"`+h.ids.Sender.String()+`"`, "null", 1),
			nil, 422, "must not be null"},
		{"an unknown priority", "POST", messages, with(`"priority":"hihg"`), nil, 422, `did you mean \"high\"`},
		{"an empty text", "POST", messages, strings.Replace(good, "good", "", 1), nil, 422, "must not be empty"},
		{"a text that the TSP refuses", "POST", messages, strings.Replace(good, "good", strings.Repeat("x", 2501), 1), nil,
			422, "at most 2500"},
		{"a missing text", "POST", messages, strings.Replace(good, `,"message_text":"good"`, "", 1), nil, 422,
			"required by Samsara"},
		{"an unknown recipient", "POST", messages, strings.Replace(good, h.ids.Recipient.String(), uuid.NewString(), 1), nil,
			422, "reference_not_found"},
		{"a recipient that is a vehicle", "POST", messages,
			strings.Replace(good, h.ids.Recipient.String(), h.ids.Vehicle.String(), 1), nil, 422, "must be the id of a user"},
		{"an unknown connection", "POST", messages, strings.Replace(good, h.ids.Connection.String(), uuid.NewString(), 1),
			nil, 404, "no connection"},
		{"a huge number", "PATCH", vehicle, update(`,"model_year":1e400`), nil, 422, "too large"},
		{"a fraction for an integer", "PATCH", vehicle, update(`,"model_year":1.5`), nil, 422, "must be an integer"},
		{"nothing to update", "PATCH", vehicle, update(""), nil, 422, "nothing to update"},
		{"an unknown vehicle", "PATCH", "/v2/telematics/vehicles/" + uuid.NewString(), update(`,"vehicle_name":"x"`), nil,
			404, "no vehicle"},
		{"a vehicle id that is none", "PATCH", "/v2/telematics/vehicles/7", update(`,"vehicle_name":"x"`), nil, 422,
			"this takes Waybill's id, and GET /v2/telematics/vehicles?source_ids=7 finds it"},
		{"a write that the TSP cannot do", "POST", "/v2/telematics/vehicles", update(`,"vehicle_name":"x"`), nil, 501,
			"not available at Samsara"},
		{"a body over 1 MiB", "POST", messages, strings.Repeat(" ", 1<<20) + good, nil, 400, "1 MiB"},
		{"a wrong content type", "POST", messages, good, []string{"Content-Type", "text/plain"}, 400, "application/json"},
		{"no token", "POST", messages, good, []string{"Authorization", ""}, 401, "token"},
		{"a bad token", "POST", messages, good, []string{"Authorization", "Bearer x.y.z"}, 401, "not valid"},
		{"a wrong is_sync", "POST", messages + "?is_sync=perhaps", good, nil, 422, "is_sync"},
		{"a wrong method", "PUT", messages, good, nil, 405, "POST"},
		{"an unknown path", "GET", "/v2/telematics/nothing", "", nil, 404, "nothing at this path"},
		{"a bad cursor", "GET", operations + "?cursor=zzz", "", nil, 422, "not a cursor that this service gave"},
		{"a bad size", "GET", operations + "?size=0", "", nil, 422, "size"},
		{"a range of 46 days", "GET", operations + "?from_datetime=2026-01-01T00:00:00Z&to_datetime=2026-02-16T00:00:00Z", "",
			nil, 422, "45 days"},
		{"invalid UTF-8 in a parameter", "GET", operations + "?connection_id=%ff", "", nil, 422, "must be UTF-8"},
		{"invalid UTF-8 in a path", "GET", "/v2/telematics/vehicles/%ff", "", nil, 422, "must be a UUID"},
		{"invalid UTF-8 in a header", "POST", messages, good, []string{"Idempotency-Key", "\xff"}, 422, "printable ASCII"},
		{"a source id without its kind", "GET", operations + "?source_id=1", "", nil, 422, "needs resource"},
		{"a subscription to a private address", "POST", "/v2/notifications/webhooks",
			`{"url":"https://10.0.0.1/","event_name":"resource_operation.created"}`, nil, 422, "url"},
	} {
		a := h.do(c.method, c.path, c.body, c.headers...)
		if a.status != c.status || !strings.Contains(a.text, c.says) {
			t.Errorf("%s: %d %s; want %d with %q", c.name, a.status, a.text, c.status, c.says)
		}
	}
	if a := h.do("GET", operations, ""); len(a.value("items").([]any)) != 0 {
		t.Errorf("something was stored: %s", a.text)
	}
	if got := h.simulated("GET", "/_sim/requests?method=POST", ""); strings.Contains(got, "/v1/fleet/messages") {
		t.Errorf("something was sent: %s", got)
	}
	if a := h.do("POST", messages, good); a.status != http.StatusAccepted {
		t.Errorf("the server is harmed: %d", a.status)
	}
}

func TestEveryProblemIsReportedAtOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	a := h.do("POST", messages, `{"connection_id":"x","sender_id":7,"priority":"now","extra":1}`)
	for _, path := range []string{"connection_id", "sender_id", "recipient_id", "priority", "extra"} {
		if !strings.Contains(a.text, `"path":"`+path+`"`) {
			t.Errorf("%s is not named in %s", path, a.text)
		}
	}
}

// Whoever has written a client of one endpoint knows how all others refuse a body.
func TestEveryBodyIsReadAlike(t *testing.T) {
	t.Parallel()
	h := open(t)
	fleet := h.asFleet()
	for body, want := range map[string][3]string{
		``:                        {"", "the body is empty; send a JSON object", "json_invalid"},
		`{`:                       {"", "the body is not valid JSON at byte 1", "json_invalid"},
		`{} {}`:                   {"", "the body is not valid JSON: there is text behind the JSON object", "json_invalid"},
		`[]`:                      {"", "the body must be a JSON object", "model_type"},
		`{"tsp_id":1,"tsp_id":2}`: {"tsp_id", "is given more than once; give it once", "json_invalid"},
		`{"a":{"b":1,"b":2}}`:     {"a.b", "is given more than once; give it once", "json_invalid"},
		"{\"a\":[1,\"\xff\"]}":    {"a[1]", "the body is not valid JSON at byte 9", "json_invalid"},
		"{\"\xff\":1}":            {"", "the body is not valid JSON at byte 2", "json_invalid"},
		`{"a":"\ud800"}`:          {"a", "the body is not valid JSON at byte 6", "json_invalid"},
	} {
		for _, c := range []struct{ token, method, path string }{
			{h.token, "POST", messages},
			{h.token, "PATCH", "/v2/telematics/vehicles/" + uuid.NewString()},
			{h.token, "POST", "/v2/notifications/webhooks"},
			{h.token, "POST", "/v2/integrations/connections"},
			{h.token, "POST", "/v2/integrations/connection-pre-auths"},
			{h.token, "PATCH", "/v2/integrations/connections/" + uuid.NewString()},
			{fleet, "POST", agreements},
		} {
			a := h.by(c.token, c.method, c.path, body)
			wrong, ok := a.value("detail").([]any)
			if a.status != http.StatusUnprocessableEntity || !ok || len(wrong) != 1 {
				t.Errorf("%s %s with %q: %d %s", c.method, c.path, body, a.status, a.text)
				continue
			}
			one := wrong[0].(map[string]any)
			// Where a body may hold a secret the reason, which may quote it, is left out.
			if one["path"] != want[0] || !strings.HasPrefix(one["message"].(string), want[1]) || one["error_type"] != want[2] {
				t.Errorf("%s %s with %q: %s, want %q", c.method, c.path, body, a.text, want)
			}
		}
	}
}

func TestScopesAreNeededAndRevokedTokensEnd(t *testing.T) {
	t.Parallel()
	h := open(t)
	all := h.token
	h.token = h.tokenFor(app.DemoClient, app.DemoSecret, "webhook:read")
	if a := h.do("POST", messages, h.message("x")); a.status != http.StatusForbidden {
		t.Errorf("a token without the scope answers %d", a.status)
	}
	if a := h.do("GET", "/v2/notifications/webhooks", ""); a.status != http.StatusOK {
		t.Errorf("a token with the scope answers %d", a.status)
	}
	form := fmt.Sprintf("token=%s&client_id=%s&client_secret=%s", all, app.DemoClient, app.DemoSecret)
	if a := h.do("POST", "/realms/catena/protocol/openid-connect/revoke", form, "Content-Type",
		"application/x-www-form-urlencoded"); a.status != http.StatusOK {
		t.Fatalf("revoking answers %d %s", a.status, a.text)
	}
	h.token = all
	if a := h.do("GET", operations, ""); a.status != http.StatusUnauthorized {
		t.Errorf("a revoked token answers %d", a.status)
	}
}
