package rest_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

func TestTheRecordOfAnAnswerIsShownWithWhatTheSessionRemembers(t *testing.T) {
	t.Parallel()
	groups := &rest.Kept[string]{Life: time.Hour, Load: func(context.Context, rest.Send) (string, error) { return "West", nil }}
	config := testland()
	config.Lists = map[resource.Kind]rest.List{resource.KindVehicle: func(ctx context.Context, send rest.Send, _ tsp.List) (tsp.Page, error) {
		_, err := groups.Get(ctx, send)
		return tsp.Page{}, err
	}}
	config.Writes = append(config.Writes, rest.Write{Capability: createVehicle, Strength: tsp.VerifyFirst, Method: "POST", Path: "/vehicles",
		Encode: encodeName, Decode: decode, Find: findVehicle,
		Show: func(ctx context.Context, _ tsp.Write, a rest.Answer) (tsp.Record, error) {
			name, known := groups.Known(ctx)
			if !known {
				return tsp.Record{}, errors.New("the groups are not known")
			}
			return tsp.Record{Collection: name, Source: a.Body}, nil
		}})
	y := &yard{}
	session := serve(t, config, y.ServeHTTP)
	for _, want := range []string{"", "West"} {
		w := vehicleCreate(&yard{}, true)
		out, err := session.Write(t.Context(), w)
		if err != nil || out.SourceID != "v 1" {
			t.Errorf("%+v, %v", out, err)
		}
		if shown := out.Record; (want == "") != (shown == nil) || shown != nil && shown.Collection != want {
			t.Errorf("the record is %+v, want one of %q", shown, want)
		}
		if _, err := session.List(t.Context(), tsp.List{Kind: resource.KindVehicle, Pace: &pacer{}}); err != nil {
			t.Error(err)
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
