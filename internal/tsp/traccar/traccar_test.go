package traccar_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/simkit"
	"github.com/waybill-dev/waybill/internal/tsp/traccar"
	"github.com/waybill-dev/waybill/internal/tsp/traccar/sim"
	"github.com/waybill-dev/waybill/internal/tsp/tsptest"
)

// served runs a simulator and returns its URL.
func served(t *testing.T) string {
	t.Helper()
	host, err := sim.New(simkit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(host)
	t.Cleanup(func() { _ = host.Close(); server.Close() })
	return server.URL
}

func session(t *testing.T, c tsp.Credentials) tsp.Session {
	t.Helper()
	s, err := traccar.New().Connect(t.Context(), tsp.Access{Credentials: c, Client: http.DefaultClient, Pace: tsptest.Free{},
		Settings: traccar.New().Spec().Effective(nil)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func basic(url, user, password string) tsp.Credentials {
	return tsp.Credentials{Kind: "api_basic", Fields: map[string]string{"username": user, "password": password, "url": url}}
}

func TestTheServersHostIsTheAccountWhoeverSignsIn(t *testing.T) {
	t.Parallel()
	url := served(t)
	for _, c := range []tsp.Credentials{
		basic(url, "demo-service@waybill.example", "traccar-demo-password"),
		basic(url+"/", "dispatcher@waybill.example", "traccar-dispatcher-password"),
		{Kind: "token", Fields: map[string]string{"token": "traccar-demo-token", "url": url}},
	} {
		account, err := session(t, c).Check(t.Context(), tsptest.Free{})
		if err != nil || account.Key != strings.TrimPrefix(url, "http://") {
			t.Errorf("%+v, %v", account, err)
		}
	}
}

// spelt answers any URL as a server without devices that does not tell its version.
type spelt struct{}

func (spelt) RoundTrip(r *http.Request) (*http.Response, error) {
	body := map[bool]string{false: "[]", true: `{"version":null}`}[strings.HasSuffix(r.URL.Path, "/api/server")]
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

func TestAServerIsOneAccountHoweverItsURLIsSpelt(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"https://Traccar.example":           "traccar.example",
		"https://traccar.example:443/":      "traccar.example",
		"https://traccar.example:8443":      "traccar.example:8443",
		"https://traccar.example/Fleet":     "traccar.example/Fleet",
		"http://localhost:80":               "localhost",
		"http://[::1]:8082":                 "[::1]:8082",
		"https://traccar.example:443/fleet": "traccar.example/fleet",
	} {
		s, err := traccar.New().Connect(t.Context(), tsp.Access{Credentials: token(url), Client: &http.Client{Transport: spelt{}}, Pace: tsptest.Free{}})
		if err != nil {
			t.Fatal(err)
		}
		if account, err := s.Check(t.Context(), tsptest.Free{}); err != nil || account.Key != want {
			t.Errorf("%s: %+v, %v, want %s", url, account, err, want)
		}
	}
}

func TestTheCategoryOfVehiclesIsNotThatOfTrailers(t *testing.T) {
	t.Parallel()
	for category, refused := range map[string]bool{"van": false, "trailer": true, "": true} {
		_, problems := traccar.New().Spec().ReadSettings([]byte(`{"vehicle_category":"`+category+`"}`), nil)
		if len(problems) > 0 != refused {
			t.Errorf("%q: %+v", category, problems)
		}
	}
}

// An address is no credential: a 404 while a server is deployed anew refuses nobody.
func TestAWrongPasswordOrTokenIsUnauthorizedAndAWrongAddressIsMissing(t *testing.T) {
	t.Parallel()
	url := served(t)
	for want, c := range map[string]struct {
		tsp.Credentials
		class tsp.Class
	}{
		"wrong user name or password, or an unknown token": {basic(url, "demo-service@waybill.example", "not it"), tsp.Unauthorized},
		"made itself":  {tsp.Credentials{Kind: "token", Fields: map[string]string{"token": "gibberish", "url": url}}, tsp.Unauthorized},
		"without /api": {tsp.Credentials{Kind: "token", Fields: map[string]string{"token": "traccar-demo-token", "url": url + "/api"}}, tsp.Missing},
	} {
		_, err := session(t, c.Credentials).Check(t.Context(), tsptest.Free{})
		e, ok := err.(*tsp.Error)
		if !ok || e.Class != c.class || !strings.Contains(e.Message, want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestEveryKindThatIsNotImportedHasAReason(t *testing.T) {
	t.Parallel()
	for _, one := range tsp.Document(traccar.New().Spec(), nil).Imports {
		if !one.Available && strings.Contains(*one.Reason, "Waybill") {
			t.Errorf("%s: %s", one.Resource, *one.Reason)
		}
	}
}

// said is a server whose two answers to a check are given.
type said struct{ devices, server string }

func (s said) RoundTrip(r *http.Request) (*http.Response, error) {
	body := map[bool]string{false: s.devices, true: s.server}[strings.HasSuffix(r.URL.Path, "/api/server")]
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

func TestWhatIsNoAnswerOfAServerOpensNoConnection(t *testing.T) {
	t.Parallel()
	for answers, want := range map[said]tsp.Class{
		{"[]", `{"version":"6.14.5"}`}: tsp.Done, {"[]", "{}"}: tsp.Done,
		{"null", "null"}: tsp.Unavailable, {"[]", "null"}: tsp.Unavailable, {"[]", `{"version":6.8}`}: tsp.Unavailable,
		{"[]", `{"version":"6.6"}`}: tsp.Unsupported,
	} {
		s, err := traccar.New().Connect(t.Context(), tsp.Access{Credentials: token("https://x.example"), Client: &http.Client{Transport: answers},
			Pace: tsptest.Free{}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Check(t.Context(), tsptest.Free{})
		class := tsp.Done
		if e, ok := err.(*tsp.Error); ok {
			class = e.Class
		}
		if class != want {
			t.Errorf("%v: %v, want %s", answers, err, want)
		}
	}
}
