package operation_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	json "github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

type object = map[string]any

// wired is a value as a caller reads it.
func wired(t *testing.T, v any) object {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var out object
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func minimal(state operation.State) operation.Operation {
	return operation.Operation{ID: uuid.UUID{66}, Partner: partner, Connection: link, TSP: "acme",
		Kind: resource.KindVehicle,
		Verb: resource.Create, State: state, Payload: []byte(`{"vin":"V","model_year":2024.0}`), CreatedAt: now(),
		UpdatedAt: now()}
}

func TestAnOperationIsPendingUntilItHasEnded(t *testing.T) {
	t.Parallel()
	for state, want := range map[operation.State]string{operation.Queued: "pending", operation.Sending: "pending",
		operation.Retry: "pending", operation.Unknown: "pending", operation.Succeeded: "success",
		operation.Failed: "failed"} {
		op := minimal(state)
		if read, answer := wired(t, op.Read())["status"], wired(t, op.Answer())["status"]; read != want ||
			answer != want {
			t.Errorf("%s is read as %v and answered as %v", state, read, answer)
		}
	}
}

func TestAnOperationThatCannotBeReadIsShownWithoutItsPayload(t *testing.T) {
	t.Parallel()
	op := minimal(operation.Failed)
	op.Payload, op.Damaged = nil, errors.New("it does not open")
	for _, shown := range []any{op.Read(), op.Answer()} {
		if diff := cmp.Diff(any(object{}), wired(t, shown)["payload"]); diff != "" {
			t.Errorf("payload (-want +got):\n%s", diff)
		}
	}
}

func TestWhatIsNotKnownOfAnOperationIsNull(t *testing.T) {
	t.Parallel()
	want := object{"id": uuid.UUID{66}.String(), "created_at": "2026-03-04T13:00:00.000001Z",
		"updated_at": "2026-03-04T13:00:00.000001Z",
		"partner_id": partner.String(), "connection_id": link.String(), "fleet_ref": nil, "source_name": "acme",
		"resource": "vehicle", "resource_id": nil, "source_id": nil, "operation_type": "create", "status": "pending",
		"payload": object{"vin": "V", "model_year": 2024.0}, "logs": []any{}}
	if diff := cmp.Diff(want, wired(t, minimal(operation.Queued).Read())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	delete(want, "fleet_ref")
	delete(want, "source_name")
	want["deleted_at"] = nil
	if diff := cmp.Diff(want, wired(t, minimal(operation.Queued).Answer())); diff != "" {
		t.Errorf("the answer (-want +got):\n%s", diff)
	}
}

func TestAnOperationNamesItsRecordItsFleetAndItsWarnings(t *testing.T) {
	t.Parallel()
	op := minimal(operation.Succeeded)
	op.Resource, op.SourceID, op.FleetRef = truck, "v-1", "fleet-1"
	op.Warnings = []tsp.Warning{{Path: "notes", Message: "not sent"}}
	got := wired(t, op.Read())
	want := object{"resource_id": truck.String(), "source_id": "v-1", "fleet_ref": "fleet-1",
		"warnings": []any{object{"path": "notes", "message": "not sent"}}}
	for name := range got {
		if _, ok := want[name]; !ok {
			delete(got, name)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAnAttemptIsReadAsAnEntryOfTheLog(t *testing.T) {
	t.Parallel()
	op := minimal(operation.Retry)
	for n, a := range []operation.Attempt{
		{Class: tsp.Unavailable, Details: "connection refused"},
		{Class: tsp.Unavailable, Status: 503},
		{Class: tsp.Throttled, Status: 429, Headers: map[string]string{"Retry-After": "7"}},
		{Class: tsp.Unauthorized, Status: 401},
		{Class: tsp.Forbidden, Status: 403},
		{Class: tsp.Rejected, Status: 400, Details: "no such year"},
		{Class: tsp.Missing, Status: 404},
		{Class: tsp.Unsupported},
		{Class: tsp.Unknown},
		{Class: tsp.Unknown, Status: 500},
		{Class: tsp.Broken, Status: 200},
		{Class: tsp.Done, Status: 201},
	} {
		// Of the first nobody knows how far it came.
		a.Reach = []tsp.Reach{"", tsp.ReachNone, tsp.ReachRead, tsp.ReachSent}[n%4]
		a.ID, a.N, a.StartedAt, a.EndedAt = uuid.UUID{50, byte(n)}, n+1, now(), now().Add(1e9)
		op.Attempts = append(op.Attempts, a)
	}
	var types, statuses []string
	logs := wired(t, op.Read())["logs"].([]any)
	for _, one := range logs {
		entry := one.(object)
		kind, _ := entry["error_type"].(string)
		types, statuses = append(types, kind), append(statuses, entry["status"].(string))
	}
	wantTypes := strings.Split("network tsp tsp auth auth validation validation validation network tsp tsp ", " ")
	if diff := cmp.Diff(wantTypes, types); diff != "" {
		t.Errorf("error types (-want +got):\n%s", diff)
	}
	if want := append(slices.Repeat([]string{"failed"}, 11), "success"); !slices.Equal(want, statuses) {
		t.Errorf("statuses: %v", statuses)
	}
	entry := object{"id": uuid.UUID{50, 2}.String(), "created_at": "2026-03-04T13:00:00.000001Z",
		"updated_at": "2026-03-04T13:00:01.000001Z", "resource_operation_id": op.ID.String(), "status": "failed",
		"error_type": "tsp", "reach": "read",
		"error_details": nil, "response_status_code": 429.0, "response_headers": object{"Retry-After": "7"}}
	if diff := cmp.Diff(any(entry), logs[2]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	bare := logs[0].(object)
	if bare["error_details"] != "connection refused" || bare["response_status_code"] != nil ||
		bare["response_headers"] != nil || bare["reach"] != nil {
		t.Errorf("without an answer: %v", bare)
	}
}

func TestOfATSPsHeadersOnlyThoseThatTellOfLimitsAndRequestsAreKept(t *testing.T) {
	t.Parallel()
	h := http.Header{"Set-Cookie": {"session=1"}, "Authorization": {"Bearer x"}, "Content-Type": {"text/html"}}
	if got := operation.SafeHeaders(h); got != nil {
		t.Errorf("%v", got)
	}
	want := map[string]string{"X-Ratelimit-Remaining": "3", "Ratelimit-Limit": "5", "Retry-After": "7",
		"X-Request-Id":     "r",
		"X-Correlation-Id": "c", "X-Trace-Id": "t"}
	for name, value := range want {
		h.Set(name, value)
	}
	if diff := cmp.Diff(want, operation.SafeHeaders(h)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
