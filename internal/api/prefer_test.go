package api_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
)

// awaited is a room whose operations end while they are waited for, or do not.
type awaited struct {
	submitted
	most  time.Duration
	asked int
	end   operation.State
	full  bool
}

func (a *awaited) Await(_ context.Context, op operation.Operation, most time.Duration) (operation.Operation, bool) {
	a.most, a.asked, op.State = most, a.asked+1, a.end
	return op, a.full
}

func TestACallerWaitsAsItPrefers(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]struct {
		most    time.Duration
		applied string
	}{
		"wait=20":                           {20 * time.Second, "wait=20"},
		"wait=0":                            {0, "wait=0"},
		"wait=60":                           {time.Minute, "wait=60"},
		"wait=61":                           {time.Minute, "wait=60"},
		"wait=2147483647":                   {time.Minute, "wait=60"},
		`WAIT = "7"`:                        {7 * time.Second, "wait=7"},
		"respond-async, wait=5":             {5 * time.Second, "wait=5"},
		"wait=5, wait=50":                   {5 * time.Second, "wait=5"},
		"wait=5; strictly=no":               {5 * time.Second, "wait=5"},
		`return="a, wait=9", wait=3`:        {3 * time.Second, "wait=3"},
		`note="say \"wait=8\", or", wait=4`: {4 * time.Second, "wait=4"},
	} {
		a := &awaited{submitted: submitted{answer: operation.Operation{Payload: []byte("{}"), State: operation.Queued}},
			end: operation.Queued, full: true}
		got := serve(t, a).do("POST /v2/telematics/vehicles", "{}", "Prefer", header)
		if a.asked != 1 || a.most != want.most || got.Header().Get("Preference-Applied") != want.applied {
			t.Errorf("%s: asked %d times to wait for %v, applied %q", header, a.asked, a.most,
				got.Header().Get("Preference-Applied"))
		}
	}
	for _, header := range []string{"", "respond-async", `note="wait=5"`, "await=5", "return=minimal; wait=4"} {
		a := &awaited{submitted: submitted{answer: operation.Operation{Payload: []byte("{}"), State: operation.Queued}}}
		got := serve(t, a).do("POST /v2/telematics/vehicles", "{}", "Prefer", header)
		if a.asked != 0 || got.Code != http.StatusAccepted || got.Header().Get("Preference-Applied") != "" {
			t.Errorf("%q: asked %d times, %d %v", header, a.asked, got.Code, got.Header())
		}
	}
}

func TestAWaitThatCannotBeReadIsRefused(t *testing.T) {
	t.Parallel()
	for _, header := range []string{"wait", "wait=", "wait=soon", "wait=5s", "wait=-1", "wait=1.5", "wait=99999999999"} {
		a := &awaited{}
		got := serve(t, a).do("POST /v2/telematics/vehicles", "{}", "Prefer", header)
		if got.Code != http.StatusUnprocessableEntity || !strings.Contains(got.Body.String(), `"path":"Prefer"`) ||
			len(a.submitted.asked) != 0 {
			t.Errorf("%s: %d %s", header, got.Code, got.Body)
		}
	}
}

func TestWhatWasAwaitedIsAnsweredLikeASyncWriteIfItHasEnded(t *testing.T) {
	t.Parallel()
	for says, c := range map[string]struct {
		begins, ends   operation.State
		sync, replayed bool
		full           bool
		code, asked    int
	}{
		"ended well":            {operation.Queued, operation.Succeeded, false, false, true, 200, 1},
		"ended badly":           {operation.Queued, operation.Failed, false, false, true, 502, 1},
		"not ended":             {operation.Queued, operation.Retry, false, false, true, 202, 1},
		"could not wait":        {operation.Queued, operation.Queued, false, false, false, 202, 1},
		"a repetition":          {operation.Retry, operation.Succeeded, false, true, true, 200, 1},
		"a sync one":            {operation.Succeeded, operation.Succeeded, true, false, true, 200, 0},
		"a sync one that fails": {operation.Failed, operation.Failed, true, false, true, 502, 0},
	} {
		a := &awaited{end: c.ends, full: c.full, submitted: submitted{replayed: c.replayed, answer: operation.Operation{
			ID: uuid.UUID{66}, State: c.begins, Sync: c.sync, Payload: []byte("{}")}}}
		got := serve(t, a).do("POST /v2/telematics/vehicles", "{}", "Prefer", "wait=5")
		applied := got.Header().Get("Preference-Applied") != ""
		if got.Code != c.code || a.asked != c.asked || applied != (c.full && c.asked > 0) ||
			(got.Header().Get("Idempotent-Replayed") != "") != c.replayed {
			t.Errorf("%s: %d, waited %d times, %v", says, got.Code, a.asked, got.Header())
		}
	}
}

// patient waits for longer than a request may take to come.
type patient struct{ submitted }

func (p *patient) Await(ctx context.Context, op operation.Operation, _ time.Duration) (operation.Operation, bool) {
	select {
	case <-ctx.Done():
		return op, false
	case <-time.After(2 * time.Second):
		return op, true
	}
}

func TestTheTimeInWhichARequestMustComeDoesNotEndItsWaiting(t *testing.T) {
	t.Parallel()
	room := &patient{submitted{answer: operation.Operation{Payload: []byte("{}"), State: operation.Queued}}}
	server := httptest.NewUnstartedServer(serve(t, room))
	server.Config.ReadTimeout = time.Second
	server.Start()
	defer server.Close()
	r, err := http.NewRequestWithContext(t.Context(), "POST", server.URL+"/v2/telematics/vehicles", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = http.Header{"Authorization": {"Bearer token"}, "Content-Type": {"application/json"}, "Prefer": {"wait=5"}}
	got, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	if text, err := io.ReadAll(got.Body); err != nil || got.Header.Get("Preference-Applied") != "wait=5" {
		t.Errorf("%d %v %s: %v", got.StatusCode, got.Header, text, err)
	}
}
