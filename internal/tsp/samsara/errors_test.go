package samsara_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

const (
	plain    = "text/plain; charset=utf-8"
	jsonType = "application/json"
	page     = "<html><head><title>502 Bad Gateway</title></head><body><h1>nginx</h1></body></html>"
)

func TestSamsarasAnswersHaveTheirClassAndMessage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status            int
		contentType, body string
		class             tsp.Class
		message           string
	}{
		"a refused value": {400, jsonType, `{"message":"Invalid value for text.","requestId":"abc"}`,
			tsp.Rejected, "Invalid value for text. (request id abc)"},
		"a legacy refusal in plain text": {400, plain, "rpc error: code = InvalidArgument desc = text too long\n",
			tsp.Rejected, "rpc error: code = InvalidArgument desc = text too long (request id req-1)"},
		"a legacy refusal as a JSON string": {400, jsonType, `"rpc error: code = InvalidArgument desc = x"`,
			tsp.Rejected, "rpc error: code = InvalidArgument desc = x (request id req-1)"},
		"a driver that the legacy endpoint does not know": {400, plain, "rpc error: code = NotFound desc = driver 1654973",
			tsp.Missing, "rpc error: code = NotFound desc = driver 1654973 (request id req-1)"},
		"a legacy refusal for lack of permission": {400, jsonType, `{"message":"rpc error: code = PermissionDenied desc = no"}`,
			tsp.Forbidden, "rpc error: code = PermissionDenied desc = no (request id req-1)"},
		"a wrong token": {401, jsonType, `{"message":"Invalid token."}`,
			tsp.Unauthorized, "Invalid token. (request id req-1)"},
		"a token without the scope": {403, jsonType, `{"message":"Forbidden","requestId":"abc"}`,
			tsp.Forbidden, `Forbidden (the API token needs the permission "Write Messages") (request id abc)`},
		"a token restricted to tags": {400, jsonType, `{"message":"tagIds is required"}`, tsp.Rejected, "tagIds is required " +
			"(set the connection's settings default_tag_ids for new records and tag_scoped_token for updates) (request id req-1)"},
		"an unknown object": {404, jsonType, `{"message":"Object not found.","requestId":"abc"}`,
			tsp.Missing, "Object not found. (request id abc)"},
		"a wrong method":    {405, jsonType, `{"message":"Method not allowed"}`, tsp.Unsupported, "Method not allowed (request id req-1)"},
		"a time-out":        {408, plain, "timeout", tsp.Unknown, "timeout (request id req-1)"},
		"a body too large":  {413, jsonType, `{"message":"too large"}`, tsp.Rejected, "too large (request id req-1)"},
		"too many requests": {429, jsonType, `{"message":"Exceeded rate limit.","requestId":"abc"}`, tsp.Throttled, "Exceeded rate limit. (request id abc)"},
		"an error as text":  {500, plain, "internal server error", tsp.Unknown, "internal server error (request id req-1)"},
		"an error that only sounds like a refusal": {500, plain, "rpc error: code = NotFound desc = shard",
			tsp.Unknown, "rpc error: code = NotFound desc = shard (request id req-1)"},
		"not implemented":      {501, plain, "", tsp.Unsupported, "Samsara answered 501 Not Implemented (request id req-1)"},
		"a gateway's page":     {502, "text/html", page, tsp.Unknown, "Samsara answered 502 Bad Gateway (request id req-1)"},
		"unavailable":          {503, plain, "upstream connect error", tsp.Unavailable, "upstream connect error (request id req-1)"},
		"a gateway's time-out": {504, plain, "", tsp.Unknown, "Samsara answered 504 Gateway Timeout (request id req-1)"},
		"an object without message": {500, jsonType, `{"error":{"code":7}}`,
			tsp.Unknown, "Samsara answered 500 Internal Server Error (request id req-1)"},
		"a redirect": {302, "text/html", page, tsp.Broken, "the TSP answered 302 Found, a redirect, which Waybill does not follow"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, r := session(t, answer(c.status, c.contentType, c.body))
			_, err := s.Write(t.Context(), message(t, "hello"))
			e := wantClass(t, err, c.class)
			if e.Message != c.message {
				t.Errorf("message = %q, want %q", e.Message, c.message)
			}
			if e.Status != c.status || e.Headers.Get("Request-Id") != "req-1" || len(r.requests) != 1 {
				t.Errorf("status %d, headers %v, %d requests", e.Status, e.Headers, len(r.requests))
			}
		})
	}
}

func TestALackingPermissionIsNamed(t *testing.T) {
	t.Parallel()
	s, _ := sessionWith(t, beta, answer(403, "application/json", `{"message":"no","requestId":"r"}`))
	for scope, call := range map[string]func() error{
		"Write Vehicles":       func() error { _, err := s.Write(t.Context(), write(t, updateVehicle, `{"notes":"x"}`)); return err },
		"Read Messages":        func() error { _, _, err := s.(tsp.Finder).Find(t.Context(), message(t, "x")); return err },
		"Read Org Information": func() error { return calls["check"].make(t, s) },
		"Read Vehicles":        func() error { return calls["list_vehicles"].make(t, s) },
		"Read Trailers":        func() error { return calls["find_trailer"].make(t, s) },
		"Read Drivers":         func() error { return calls["list_deactivated"].make(t, s) },
		"Read Users":           func() error { return calls["list_users"].make(t, s) },
		"Read Assets":          func() error { return calls["find_vehicle"].make(t, s) },
		"Write Assets":         func() error { return calls["vehicle_new"].make(t, s) },
		"Write Trailers":       func() error { return calls["trailer_new_serial"].make(t, s) },
		"Write Drivers":        func() error { return calls["driver_inactive"].make(t, s) },
		"Write Users":          func() error { return calls["dashboard_user"].make(t, s) },
		"Read DVIRs":           func() error { return calls["find_dvir"].make(t, s) },
		"Write DVIRs":          func() error { return calls["dvir"].make(t, s) },
		"Write Fuel Purchase":  func() error { return calls["fuel_coordinates"].make(t, s) },
		"Write Assignments": func() error {
			_, err := s.Write(t.Context(), write(t, tsp.Capability{Kind: resource.KindDriverVehicleAssociation, Verb: resource.Create},
				`{"driver_id":"`+uuid.NewString()+`","vehicle_id":"`+uuid.NewString()+`","started_at":"2026-01-15T06:00:00Z"}`))
			return err
		},
	} {
		e := wantClass(t, call(), tsp.Forbidden)
		if !strings.Contains(e.Message, fmt.Sprintf("the permission %q", scope)) {
			t.Errorf("message = %q, want it to name %s", e.Message, scope)
		}
	}
}

func TestAFirewallsPageIsNoLackingPermission(t *testing.T) {
	t.Parallel()
	s, _ := session(t, answer(403, "text/html", "\n"+strings.ReplaceAll(page, "502 Bad Gateway", "403 Forbidden")))
	_, err := s.Write(t.Context(), write(t, updateVehicle, `{"notes":"x"}`))
	var e *tsp.Error
	if !errors.As(err, &e) || strings.Contains(e.Message, "permission") {
		t.Errorf("the end is %v", err)
	}
}

func TestAThrottledWriteWaitsAsLongAsSamsaraSays(t *testing.T) {
	t.Parallel()
	s, _ := session(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "0.40235")
		w.WriteHeader(429)
	})
	_, err := s.Write(t.Context(), write(t, updateVehicle, `{"notes":"x"}`))
	if e := wantClass(t, err, tsp.Throttled); e.RetryAfter != 402350*time.Microsecond {
		t.Errorf("RetryAfter = %v", e.RetryAfter)
	}
}

// An answer of 2xx that does not confirm the write is no trustworthy answer.
func TestAnUnreadableConfirmationIsUnknown(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"empty":                   "",
		"cut off":                 `{"data":{"id":"28147`,
		"HTML":                    page,
		"10 MB":                   `{"data":"` + strings.Repeat("x", 10<<20) + `"}`,
		"an object without data":  `{}`,
		"an error with status OK": `{"message":"internal error"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := session(t, answer(200, jsonType, body))
			_, err := s.Write(t.Context(), message(t, "hello"))
			wantClass(t, err, tsp.Unknown)
			_, err = s.Write(t.Context(), write(t, updateVehicle, `{"notes":"x"}`))
			wantClass(t, err, tsp.Unknown)
		})
	}
}

func TestNoErrorTellsTheToken(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 302, 400, 401, 403, 429, 500} {
		s, _ := session(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "/"+token)
			answer(status, plain, "bad credentials: "+r.Header.Get("Authorization"))(w, r)
		})
		for name, call := range calls {
			err := call.make(t, s)
			if err == nil {
				t.Fatalf("%s succeeded with status %d", name, status)
			}
			e := err.(*tsp.Error)
			if text := fmt.Sprintf("%v %+v %#v %+v %v", err, err, *e, *e, e.Headers); strings.Contains(text, token) {
				t.Errorf("%s, status %d: %s", name, status, text)
			}
		}
	}
}
