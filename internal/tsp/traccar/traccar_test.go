package traccar_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
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

// spelt answers any URL as a server without devices.
type spelt struct{}

func (spelt) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("[]")), Request: r}, nil
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
		"401":          {basic(url, "demo-service@waybill.example", "wrong"), tsp.Unauthorized},
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

// message writes one to a driver.
func message(t *testing.T, s tsp.Session, driver resource.SourceID) (tsp.Written, error) {
	t.Helper()
	c := tsp.Capability{Kind: resource.KindMessage, Verb: resource.Create}
	schema, err := resource.For(c.Kind, c.Verb)
	if err != nil {
		t.Fatal(err)
	}
	id := uuid.NewString()
	payload, problems := schema.Decode([]byte(`{"connection_id":"` + id + `","sender_id":"` + id + `","recipient_id":"` + id + `","message_text":"Dock 7"}`))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return s.Write(t.Context(), tsp.Write{Capability: c, Schema: schema, Payload: payload, Operation: uuid.Must(uuid.NewV7()),
		Refs: resource.Refs{"recipient_id": {driver}}, Attempt: 1, SentAt: time.Now(), Pace: tsptest.Free{}})
}

func TestAMessageGoesToTheDriversDeviceOrSaysWhyNot(t *testing.T) {
	t.Parallel()
	url := served(t)
	admin := session(t, basic(url, "demo-service@waybill.example", "traccar-demo-password"))
	for driver, want := range map[resource.SourceID]string{"1": "", "3": "queued until the device reports"} {
		out, err := message(t, admin, driver)
		if err != nil || out.Note != want || out.SourceID != "" {
			t.Errorf("driver %s: %+v, %v", driver, out, err)
		}
	}
	// What a device does not take the server would queue if it is not connected, and throw away later.
	for driver, want := range map[resource.SourceID]string{
		"4": "takes no messages", "5": "takes no messages", "6": "linked to no device", "x": "has no driver",
	} {
		if _, err := message(t, admin, driver); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("driver %s: %v", driver, err)
		}
	}
	_, err := message(t, session(t, basic(url, "dispatcher@waybill.example", "traccar-dispatcher-password")), "1")
	if e, ok := err.(*tsp.Error); !ok || e.Class != tsp.Forbidden || !strings.Contains(e.Message, "credentials of one") {
		t.Errorf("somebody who is no administrator: %v", err)
	}
}
