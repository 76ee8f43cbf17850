package api_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	wrong "github.com/waybill-dev/waybill/internal/problem"
)

// refusal is what the caller gets for an error of a room.
type refusal struct {
	Code             int
	Body, RetryAfter string
}

func refused(t *testing.T, err error) (refusal, string) {
	t.Helper()
	c := serve(t, &submitted{err: err})
	a := c.do("POST /v2/telematics/vehicles", "{}", "X-Request-Id", "r-1")
	if kind := a.Header().Get("Content-Type"); kind != "application/json" {
		t.Errorf("%v is answered as %s", err, kind)
	}
	if length := a.Header().Get("Content-Length"); length != fmt.Sprint(a.Body.Len()) {
		t.Errorf("%v: %s bytes are promised, and %d come", err, length, a.Body.Len())
	}
	return refusal{a.Code, a.Body.String(), a.Header().Get("Retry-After")}, c.log.String()
}

func TestAProblemHasTheFormOfItsStatus(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err  error
		want refusal
	}{
		"400": {wrong.New(wrong.BadRequest, "send %q", "x"),
			refusal{400, `{"code":400,"message":"Bad Request","detail":"send \"x\""}`, ""}},
		"404 without a detail": {&wrong.Error{Code: wrong.NotFound},
			refusal{404, `{"code":404,"message":"Not Found","detail":null}`, ""}},
		"409": {fmt.Errorf("submitting: %w", wrong.New(wrong.Conflict, "busy")),
			refusal{409, `{"code":409,"message":"Conflict","detail":"busy"}`, ""}},
		"422": {wrong.InvalidBody(wrong.Detail{Path: "vin", Input: "é<", Message: "is wrong", Code: "enum"},
			wrong.Detail{Path: "b"}),
			refusal{422, `{"code":422,"message":"Invalid Request Body","detail":[` +
				`{"path":"vin","input":"é<","message":"is wrong","error_type":"enum"},` +
				`{"path":"b","input":"","message":"","error_type":""}]}`, ""}},
		"422 without details": {&wrong.Error{Code: wrong.Invalid, Detail: "lost"},
			refusal{422, `{"code":422,"message":"Invalid Request Body","detail":[]}`, ""}},
		"429": {&wrong.Error{Code: wrong.TooMany, Detail: "slower", RetryAfter: 1500 * time.Millisecond},
			refusal{429,
				`{"code":429,"message":"Too Many Requests",` +
					`"detail":{"retry_after_seconds":2,"message":"slower"}}`, "2"}},
		"429 at once": {&wrong.Error{Code: wrong.TooMany, Detail: "slower", RetryAfter: time.Nanosecond},
			refusal{429,
				`{"code":429,"message":"Too Many Requests",` +
					`"detail":{"retry_after_seconds":1,"message":"slower"}}`, "1"}},
		"501": {wrong.New(wrong.NotImplemented, "Acme has none"),
			refusal{501, `{"code":501,"message":"Not Implemented","detail":"Acme has none"}`, ""}},
		"503": {&wrong.Error{Code: wrong.Unavailable, Detail: "send it again", RetryAfter: time.Minute},
			refusal{503, `{"code":503,"message":"Service Unavailable","detail":"send it again"}`, "60"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, log := refused(t, c.err)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if log != "" {
				t.Errorf("what the caller did wrong is logged: %s", log)
			}
		})
	}
}

func TestACauseIsLoggedAndNeverAnswered(t *testing.T) {
	t.Parallel()
	cause := errors.New("open /var/lib/waybill.db: no space")
	for says, c := range map[string]struct {
		err  error
		want refusal
	}{
		"any error":     {cause, refusal{500, `{"message":"Internal Server Error"}`, ""}},
		"a wrapped one": {fmt.Errorf("storing: %w", cause), refusal{500, `{"message":"Internal Server Error"}`, ""}},
		"an internal": {&wrong.Error{Code: wrong.Internal, Detail: "d", Err: cause}, refusal{500,
			`{"message":"Internal Server Error"}`, ""}},
		"an unavailable": {&wrong.Error{Code: wrong.Unavailable, Detail: "later", RetryAfter: time.Second, Err: cause},
			refusal{503, `{"code":503,"message":"Service Unavailable","detail":"later"}`, "1"}},
	} {
		got, log := refused(t, c.err)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", says, diff)
		}
		for _, part := range []string{"no space", "level=ERROR", "request_id=r-1", "path=/v2/telematics/vehicles",
			"method=POST"} {
			if !strings.Contains(log, part) {
				t.Errorf("%s: %s is not in the log: %s", says, part, log)
			}
		}
	}
}

func TestHealthIsToldWithoutItsCause(t *testing.T) {
	t.Parallel()
	c := serve(t, nil)
	if a := c.do("GET /healthz", "", "Authorization", ""); a.Code != 200 || a.Body.String() != `{"status":"ok"}` {
		t.Errorf("%d %s", a.Code, a.Body)
	}
	cause := errors.New("open /var/lib/waybill.db: no space")
	for detail, err := range map[string]error{
		"the store does not answer": cause,
		"the disk is full":          &wrong.Error{Code: wrong.Unavailable, Detail: "the disk is full", Err: cause},
	} {
		c.healthy = err
		want := `{"status":"unavailable","detail":"` + detail + `"}`
		if a := c.do("GET /healthz", "", "Authorization", ""); a.Code != 503 || a.Body.String() != want {
			t.Errorf("%d %s", a.Code, a.Body)
		}
	}
}

func TestAServerThatHasShutAnswersNothingThatNeedsItsStore(t *testing.T) {
	t.Parallel()
	c := serve(t, nil)
	c.Shut(&wrong.Error{Code: wrong.Unavailable, Detail: "the database is gone", RetryAfter: time.Minute})
	want := `{"code":503,"message":"Service Unavailable","detail":"the database is gone"}`
	for _, line := range []string{"GET " + operationList, "POST /v2/telematics/messages", "GET /v2/telematics/vehicles",
		"POST /realms/waybill/protocol/openid-connect/token"} {
		if a := c.do(line, ""); a.Code != 503 || a.Body.String() != want || a.Header().Get("Retry-After") != "60" {
			t.Errorf("%s: %d %s", line, a.Code, a.Body)
		}
	}
	for _, line := range []string{"GET /healthz", "GET /openapi.yaml", "GET /openapi.json"} {
		if a := c.do(line, ""); a.Code != 200 {
			t.Errorf("%s: %d %s", line, a.Code, a.Body)
		}
	}
}
