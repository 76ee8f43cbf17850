package openapitest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/api/openapi/openapitest"
)

// recorder is a test that only notes its failures.
type recorder struct {
	testing.TB
	failures []string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

const (
	operation = `{"id":"01987c3e-5a10-7c3b-9f8e-2b6d4a7c1e90","created_at":"2026-01-15T10:30:00Z",` +
		`"updated_at":"2026-01-15T10:30:00Z","deleted_at":null,"fleet_ref":null,"partner_id":"01987b00-0000-7000-8000-000000000001",` +
		`"connection_id":"01987b00-0000-7000-8000-000000000003","source_name":"samsara","resource":"vehicle",` +
		`"resource_id":null,"source_id":null,"operation_type":"create","payload":{"vin":"1"},"status":"pending","logs":[]}`
	envelope = `{"version":"1.0","event_name":"resource_operation.created","id":"01987c3e-6000-7b1f-8f6b-0d9be2c44f12",` +
		`"timestamp":"2026-01-15T10:30:01Z","webhook_id":"247b2dea-a030-78b7-9a05-ee33c1b6ab0a","delivery_attempt":1,` +
		`"data":[` + operation + `]}`
	vehicles = "POST /v2/telematics/vehicles"
	one      = "GET /v2/integrations/connections/01987b00-0000-7000-8000-000000000003/resource-operations/01987c3e-5a10-7c3b-9f8e-2b6d4a7c1e90"
	deletion = "DELETE /v2/notifications/webhooks/247b2dea-a030-78b7-9a05-ee33c1b6ab0a"
)

func TestResponse(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		route  string
		status int
		header string
		body   string
		want   string // part of the only failure; empty when the answer is right
	}{
		"an accepted write": {vehicles, 202, "Content-Type: application/json", operation, ""},
		"a content type with a charset": {vehicles, 202, "Content-Type: application/json; charset=utf-8",
			operation, ""},
		"unknown members are allowed": {vehicles, 202, "Content-Type: application/json",
			strings.Replace(operation, "{", `{"new":1,`, 1), ""},
		"a query does not matter": {vehicles + "?is_sync=true", 200, "Content-Type: application/json",
			operation, ""},
		"an operation that is read": {one, 200, "Content-Type: application/json", operation, ""},
		"a deletion":                {deletion, 204, "", "", ""},
		"a path that the document does not have": {"GET /v2/other", 404, "Content-Type: application/json",
			`{"code":404,"message":"Not Found","detail":null}`, ""},
		"a method that the path does not have": {"PUT /v2/telematics/vehicles", 405, "Content-Type: application/json",
			`{"code":405,"message":"Method Not Allowed","detail":null}`, ""},
		"a realm that does not exist": {"POST /realms/acme/protocol/openid-connect/token", 404,
			"Content-Type: application/json", `{"code":404,"message":"Not Found","detail":null}`, ""},
		"an empty answer to a revocation": {"POST /realms/catena/protocol/openid-connect/revoke", 200, "", "",
			""},
		"this document as YAML": {"GET /openapi.yaml", 200, "Content-Type: application/yaml",
			"openapi: 3.1.0", ""},
		"a status that is not listed": {vehicles, 201, "Content-Type: application/json", operation, "201"},
		"another content type": {vehicles, 202, "Content-Type: text/plain", operation,
			"content type"},
		"a body that is no JSON": {vehicles, 202, "Content-Type: application/json", "{", "decoded"},
		"a body with a member twice": {vehicles, 202, "Content-Type: application/json",
			strings.Replace(operation, "{", `{"status":"failed",`, 1), "member twice"},
		"no body":                       {vehicles, 202, "Content-Type: application/json", "", "empty"},
		"neither content type nor body": {vehicles, 202, "", "", "content type"},
		"a required member is missing": {one, 200, "Content-Type: application/json",
			strings.Replace(operation, `"source_name":"samsara",`, "", 1), "source_name"},
		"a value outside its enum": {one, 200, "Content-Type: application/json",
			strings.Replace(operation, "pending", "queued", 1), "status"},
		"an id that is no UUID": {one, 200, "Content-Type: application/json",
			strings.Replace(operation, "01987c3e", "x", 1), "id"},
		"503 without Retry-After": {vehicles, 503, "Content-Type: application/json",
			`{"code":503,"message":"Service Unavailable","detail":null}`, "Retry-After"},
		"a code that is not the status": {vehicles, 409, "Content-Type: application/json",
			`{"code":404,"message":"Conflict","detail":null}`, "code is 404"},
		"a body after a deletion": {deletion, 204, "", "{}", "want none"},
		"an unknown path answered with something": {"GET /v2/other", 200, "Content-Type: application/json", `{}`,
			"no such route"},
		"an unknown path answered with another body": {"GET /v2/other", 404, "Content-Type: application/json",
			`{"error":"no"}`, "missing properties 'code'"},
		"an unknown path answered without a detail": {"GET /v2/other", 404, "Content-Type: application/json",
			`{"code":404,"message":"Not Found"}`, "missing property 'detail'"},
		"an unknown method answered without a message": {"PUT /v2/telematics/vehicles", 405, "Content-Type: application/json",
			`{"code":405,"detail":null}`, "missing property 'message'"},
		"an unknown path answered with text": {"GET /v2/other", 404, "Content-Type: text/plain",
			"404 page not found", "content type"},
		"an unknown method answered with not allowed": {"DELETE /v2/telematics/vehicles", 404,
			"Content-Type: application/json", `{"code":404,"message":"Not Found"}`, "want 405"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			method, target, _ := strings.Cut(test.route, " ")
			answer := &http.Response{StatusCode: test.status, Header: http.Header{}}
			if field, value, ok := strings.Cut(test.header, ": "); ok {
				answer.Header.Set(field, value)
			}
			seen := &recorder{TB: t}
			request := httptest.NewRequest(method, "http://127.0.0.1:8080"+target, nil)
			openapitest.NewChecker(t).Response(seen, request, answer, []byte(test.body))
			judge(t, seen, test.want)
		})
	}
}

func TestEvent(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ event, body, want string }{
		"a delivery":                   {"resource_operation.created", envelope, ""},
		"an event that we do not send": {"engine_log.added", envelope, "does not describe"},
		"the body of another event":    {"resource_operation.failed", envelope, "event_name"},
		"a body that is no JSON":       {"resource_operation.created", "no", "no JSON"},
		"an operation without a status": {"resource_operation.created",
			strings.Replace(envelope, `"status":"pending",`, "", 1), "status"},
		"data that is no array": {"resource_operation.created",
			strings.NewReplacer("[{", "{", "}]}", "}}").Replace(envelope), "data"},
		"a subscription whose id is no UUID": {"resource_operation.created", strings.Replace(envelope, "247b2dea", "x", 1),
			"webhook_id"},
		"members that the document is to get": {"resource_operation.created",
			strings.Replace(envelope, "{", `{"sequence":7,`, 1), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seen := &recorder{TB: t}
			openapitest.NewChecker(t).Event(seen, test.event, []byte(test.body))
			judge(t, seen, test.want)
		})
	}
}

func judge(t *testing.T, seen *recorder, want string) {
	t.Helper()
	switch {
	case want == "" && len(seen.failures) > 0:
		t.Errorf("failed, want it to pass: %q", seen.failures)
	case want != "" && len(seen.failures) == 0:
		t.Errorf("passed, want a failure that tells of %q", want)
	case want != "" && !strings.Contains(seen.failures[0], want):
		t.Errorf("failed with %q, want it to tell of %q", seen.failures[0], want)
	}
}

func BenchmarkResponse(b *testing.B) {
	checker := openapitest.NewChecker(b)
	request := httptest.NewRequest("POST", "http://127.0.0.1:8080/v2/telematics/vehicles", nil)
	answer := &http.Response{StatusCode: 202, Header: http.Header{"Content-Type": {"application/json"}}}
	for b.Loop() {
		checker.Response(b, request, answer, []byte(operation))
	}
}
