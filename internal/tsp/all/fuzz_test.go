package all_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/all"
	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// rubbish is a TSP that answers everything alike.
type rubbish struct {
	status int
	kind   string
	retry  string
	body   []byte
	calls  int
}

func (r *rubbish) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
	// One who answers for ever is left by the context, which time bounds; here calls do.
	if r.calls++; r.calls > 50 {
		return nil, context.DeadlineExceeded
	}
	header := http.Header{"Content-Type": {r.kind}, "Retry-After": {r.retry}, "Location": {r.retry}, "Set-Cookie": {r.kind}}
	return &http.Response{StatusCode: r.status, Status: http.StatusText(r.status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: header,
		Body: io.NopCloser(bytes.NewReader(r.body)), ContentLength: int64(len(r.body)), Request: req}, nil
}

type unpaced struct{}

func (unpaced) Wait(context.Context, ...string) error            { return nil }
func (unpaced) Enter(context.Context, ...string) (func(), error) { return func() {}, nil }

// FuzzAnswersOfTSPs has every adapter read an answer: whatever it is, the end of a call is a classified one, and
// no adapter breaks by it.
func FuzzAnswersOfTSPs(f *testing.F) {
	for _, body := range []string{"", "{}", "[]", "null", `{"data":[{"id":"1","name":"a"}],"pagination":{"hasNextPage":true,"endCursor":"x"}}`,
		`{"vehicles":[{"vehicle":{"id":1,"number":"1"}}],"pagination":{"per_page":1,"page_no":1,"total":1000000000}}`,
		`{"result":[{"id":"b1","version":"1"}],"jsonrpc":"2.0"}`, `{"error":{"message":"x","data":{"type":"OverLimitException"}}}`,
		`[{"id":1,"name":"a","uniqueId":"u","attributes":{"x":[1]}}]`, `{"result":{"credentials":{"sessionId":"s","database":"d","userName":"u"},"path":"my1.geotab.com"}}`,
		`{"data":{"id":1e400}}`, `{"data":[[[[[[[[`, "\xff\xfe", `{"access_token":"t","expires_in":-1}`, `{"data":null,"companies":[{"company":{"id":null}}]}`} {
		for which := range byte(5) {
			f.Add(which, 200, "application/json", "1", []byte(body))
		}
	}
	for _, body := range []string{`{"access_token":"t","refresh_token":"r","expires_in":"3600"}`, `{"access_token":"t","expires_in":-1}`,
		`{"access_token":7}`, `{"error":"invalid_grant","error_description":"\u0000"}`, `{"error":[]}`, "<html>"} {
		for which := range byte(5 * ways) {
			for _, status := range []int{200, 400, 401} {
				f.Add(which, status, "application/json", "1", []byte(body))
			}
		}
	}
	f.Add(byte(0), 429, "text/html", "9e99", []byte("<html>"))
	f.Add(byte(1), 302, "", "http://169.254.169.254/", []byte(""))
	f.Add(byte(2), 99, "application/json; charset=\"", "-1", []byte("{}"))
	f.Fuzz(func(t *testing.T, which byte, status int, kind, retry string, body []byte) {
		if status < 100 || status > 999 {
			status = 200
		}
		adapters := fuzzed()
		adapter := adapters[int(which)%len(adapters)]
		registry, err := tsp.NewRegistry(adapters, nil)
		if err != nil {
			t.Fatal(err)
		}
		answers := &rubbish{status: status, kind: kind, retry: retry, body: body}
		caller := tsp.NewCaller(registry, &http.Client{Transport: answers}, 5*time.Second, slog.New(slog.DiscardHandler))
		given := signIn(adapter.Spec(), int(which)/len(adapters)%ways)
		to := tsp.Target{Connection: uuid.New(), TSP: adapter.Spec().Name, Settings: adapter.Spec().SampleSettings,
			Credentials: func(context.Context) (tsp.Credentials, error) { return given, nil }, Renew: renewing}
		broken := func(what string, end *tsp.Error) {
			t.Helper()
			var panicked *tsp.Panic
			if end != nil && (end.Class == "" || errors.As(end, &panicked)) {
				t.Errorf("%s of %s: %v", what, to.TSP, end)
			}
		}
		_, end := caller.Exchange(t.Context(), to, given, unpaced{})
		broken("exchanging credentials", end)
		answers.calls = 0
		_, end = caller.Check(t.Context(), to, unpaced{})
		broken("checking", end)
		for _, of := range resource.AllFacts() {
			answers.calls = 0
			page, end := caller.List(t.Context(), to, tsp.List{Kind: of.Kind, Since: time.Now().Add(-time.Hour), Pace: unpaced{}})
			broken("listing "+string(of.Kind), end)
			for _, r := range page.Records {
				if !json.Valid(r.Fields) || r.SourceID == "" {
					t.Errorf("%s gives a %s without an id, or of no JSON: %s", to.TSP, of.Kind, r.Fields)
				}
			}
		}
	})
}

// FuzzSimulators sends requests to simulators, to their admin side as well: none of them breaks.
func FuzzSimulators(f *testing.F) {
	for which := range byte(4) {
		f.Add(which, "POST", "/_sim/switches", "", "application/json", []byte(`{"nosuch":true}`))
		f.Add(which, "POST", "/_sim/faults", "", "application/json", []byte(`{"match":{},"fault":"status","status":503,"times":-1}`))
		f.Add(which, "POST", "/_sim/limits", "", "application/json", []byte(`{"enabled":null}`))
		f.Add(which, "POST", "/_sim/clock", "", "application/json", []byte(`{"advance_ms":9223372036854775807}`))
		f.Add(which, "GET", "/_sim/requests", "method=%zz", "", []byte(""))
		f.Add(which, "POST", "/apiv1", "", "application/json", []byte(`{"method":"Get","params":{"typeName":"Device"}}`))
		f.Add(which, "PATCH", "/fleet/vehicles/1", "", "application/json", []byte(`{"name":[]}`))
		f.Add(which, "POST", "/v1/vehicles", "per_page=-1", "application/json", []byte(`[`))
		f.Add(which, "PUT", "/api/devices/1", "", "text/plain", []byte(`{"id":1}`))
		f.Add(which, "POST", "/oauth2/token", "", "application/x-www-form-urlencoded", []byte("grant_type=x&grant_type=y"))
	}
	f.Fuzz(func(t *testing.T, which byte, method, path, query, kind string, body []byte) {
		// What asks for time or for a broken connection gets it.
		if bytes.Contains(body, []byte("hang")) || bytes.Contains(body, []byte("delay")) || bytes.Contains(body, []byte("late")) ||
			bytes.Contains(body, []byte("rop")) || strings.Contains(path, "lag") {
			return
		}
		r, err := http.NewRequestWithContext(t.Context(), method, "http://sim.example/"+strings.TrimPrefix(path, "/"), bytes.NewReader(body))
		if err != nil {
			return
		}
		if _, err := url.ParseQuery(query); err == nil {
			r.URL.RawQuery = query
		}
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Authorization", "Bearer samsara-demo-token")
		r.Header.Set("X-Api-Key", "motive-demo-key")
		sims := all.Simulators()
		sim, err := sims[int(which)%len(sims)].New(simkit.Options{})
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		sim.ServeHTTP(w, r)
		if w.Code == http.StatusInternalServerError && !bytes.Contains(body, []byte("500")) {
			t.Errorf("%s %s?%s %q: %d %s", method, path, query, body, w.Code, w.Body)
		}
		if err := sim.Close(); err != nil {
			t.Error(err)
		}
	})
}
