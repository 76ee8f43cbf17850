package rest_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

func TestTheRecordOfAnAnswerMayNeedAnotherCall(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]string{0: "shown", 503: ""} {
		y := &yard{fail: map[string]int{"GET /groups": status}}
		config := testland()
		config.Writes = append(config.Writes, rest.Write{Capability: createVehicle, Strength: tsp.VerifyFirst, Method: "POST", Path: "/vehicles",
			Encode: encodeName, Decode: decode, Find: findVehicle,
			Show: func(ctx context.Context, send rest.Send, _ tsp.Write, a rest.Answer) (tsp.Record, error) {
				_, err := send(ctx, rest.Call{Method: "GET", Path: "/groups"})
				return tsp.Record{Collection: "shown", Source: a.Body}, err
			}})
		w := vehicleCreate(y, true)
		w.Operation = uuid.New()
		out, err := serve(t, config, y.ServeHTTP).Write(t.Context(), w)
		if err != nil || out.SourceID != "v 1" {
			t.Errorf("%d: %+v, %v", status, out, err)
		}
		got := ""
		if out.Record != nil {
			got = out.Record.Collection
		}
		if got != want {
			t.Errorf("with an answer of %d the record is of %q, want %q", status, got, want)
		}
	}
}

// hosts sends each host's calls to a server of its own.
type hosts map[string]*httptest.Server

func (h hosts) RoundTrip(r *http.Request) (*http.Response, error) {
	target, err := url.Parse(h[r.URL.Host].URL)
	if err != nil {
		return nil, err
	}
	there := r.Clone(r.Context())
	there.URL.Scheme, there.URL.Host, there.Host = target.Scheme, target.Host, ""
	return http.DefaultTransport.RoundTrip(there)
}

func TestTokensComeFromTheOtherHostWhereTheFirstHasNoEndpoint(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		first int
		own   string
		asked map[string]bool
	}{
		{"the first answers", 200, "", map[string]bool{"api": true}},
		{"the first has none", 404, "", map[string]bool{"api": true, "account": true}},
		{"the first refuses", 400, "", map[string]bool{"api": true}},
		{"the connection names its own", 404, "https://own.testland.example/oauth/token", map[string]bool{"own": true}},
	} {
		asked, all := map[string]bool{}, hosts{}
		for name, status := range map[string]int{"api": c.first, "account": 200, "own": 404} {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked[name] = true
				answer(status, `{"access_token":"a","refresh_token":"r"}`)(w, r)
			}))
			t.Cleanup(server.Close)
			all[name+".testland.example"] = server
		}
		config := consenting(rest.OAuth{TokenURL: "/oauth/token", TokenURLField: "token_url", InForm: true,
			ElseTokenURL: "https://account.testland.example/oauth/token"})
		given := consent()
		given.Fields["token_url"] = c.own
		fresh, err := rest.New(config).(tsp.Exchanger).Exchange(t.Context(), tsp.Access{Credentials: given,
			Client: &http.Client{Transport: all}, Pace: &pacer{}})
		if works := asked["account"] || c.first == 200; (err == nil) != works || (fresh.Get(tsp.RefreshToken) == "r") != works {
			t.Errorf("%s: %v, %v", c.name, fresh.Fields, err)
		}
		for host := range all {
			if name := host[:len(host)-len(".testland.example")]; asked[name] != c.asked[name] {
				t.Errorf("%s: %s was asked: %v", c.name, name, asked[name])
			}
		}
	}
}
