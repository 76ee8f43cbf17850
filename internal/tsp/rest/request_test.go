package rest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

func serveURL(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func TestAWriteIsOneSignedJSONRequest(t *testing.T) {
	t.Parallel()
	s := serve(t, testland(), func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got := []string{r.Method, r.URL.RequestURI(), string(body), r.Header.Get("Authorization"), r.Header.Get("Content-Type"),
			r.Header.Get("Accept"), r.Header.Get("X-Version"), r.Header.Get("User-Agent")}
		want := []string{"POST", "/messages", `{"a":"1","b":"hello"}`, "Bearer " + token, "application/json",
			"application/json", "7", "waybill"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the request differs (-want +got):\n%s", diff)
		}
		answer(200, `{"id":"1"}`)(w, r)
	})
	for range 20 {
		if _, err := s.Write(t.Context(), messageWrite()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAWriteMayBeAForm(t *testing.T) {
	t.Parallel()
	config := testland()
	config.Writes[0].Encode = func(tsp.Write) (any, error) { return url.Values{"text": {"a&b"}, "to[]": {"1", "2"}}, nil }
	s := serve(t, config, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if got := r.Header.Get("Content-Type") + " " + string(body); got != "application/x-www-form-urlencoded text=a%26b&to%5B%5D=1&to%5B%5D=2" {
			t.Errorf("sent: %s", got)
		}
		answer(200, `{"id":"1"}`)(w, r)
	})
	if _, err := s.Write(t.Context(), messageWrite()); err != nil {
		t.Error(err)
	}
}

func TestASettingIsOneSegmentOfEveryPathThatNamesIt(t *testing.T) {
	t.Parallel()
	config := testland()
	config.Writes[0].Path = "/orgs/{setting:org}/messages"
	config.Limits[1].Path = "/orgs/{org}/messages"
	config.Check = func(ctx context.Context, send rest.Send, _ tsp.Settings) (tsp.Account, error) {
		_, err := send(ctx, rest.Call{Method: "GET", Path: "/orgs/{setting:org}/{setting:org}"})
		return tsp.Account{}, err
	}
	var got []string
	url := serveURL(t, func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.URL.EscapedPath())
		answer(200, `{"id":"1"}`)(w, r)
	})
	for org, want := range map[string][]string{
		"a/{setting:x}": {"/orgs/a%2F%7Bsetting:x%7D/messages", "/orgs/a%2F%7Bsetting:x%7D/a%2F%7Bsetting:x%7D"},
		"":              nil, "..": nil,
	} {
		got = nil
		s, err := rest.New(config).Connect(t.Context(), tsp.Access{Credentials: credentials(), BaseURL: url, Client: http.DefaultClient,
			Settings: tsp.Settings{"org": org}, Pace: &pacer{}})
		if err != nil {
			t.Fatal(err)
		}
		w := messageWrite()
		_, err = s.Write(t.Context(), w)
		_, also := s.Check(t.Context(), &pacer{})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: paths differ (-want +got):\n%s", org, diff)
		}
		if want == nil {
			wantClass(t, err, tsp.Rejected)
			wantClass(t, also, tsp.Rejected)
		} else if diff := cmp.Diff([][]string{{"all", "messages.write"}}, w.Pace.(*pacer).waits); diff != "" {
			t.Errorf("limits differ (-want +got):\n%s", diff)
		}
	}
}

func TestAHeaderKeyIsSentAsItIs(t *testing.T) {
	t.Parallel()
	config := testland()
	config.Auths["token"] = rest.HeaderKey("x-api-key", "token")
	s := serve(t, config, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Api-Key") != token || r.Header.Get("Authorization") != "" {
			t.Errorf("headers = %v", r.Header)
		}
		answer(200, `acme`)(w, r)
	})
	account, err := s.Check(t.Context(), &pacer{})
	if err != nil || account.Key != "acme" {
		t.Errorf("%+v, %v", account, err)
	}
}

func TestATargetStaysOneSegmentOfThePath(t *testing.T) {
	t.Parallel()
	for target, want := range map[resource.SourceID]string{
		"281474977075805": "/vehicles/281474977075805",
		"a/b?c#d e%":      "/vehicles/a%2Fb%3Fc%23d%20e%25",
		"..x":             "/vehicles/..x",
	} {
		var got string
		s := serve(t, testland(), func(w http.ResponseWriter, r *http.Request) {
			got = r.URL.EscapedPath()
			answer(200, `{"id":"1"}`)(w, r)
		})
		w := vehicleWrite(target)
		if _, err := s.Write(t.Context(), w); err != nil || got != want {
			t.Errorf("target %q: path %q, %v", target, got, err)
		}
		if diff := cmp.Diff([][]string{{"all", "vehicle"}}, w.Pace.(*pacer).waits); diff != "" {
			t.Errorf("target %q is charged to (-want +got):\n%s", target, diff)
		}
	}
	s := serve(t, testland(), unwanted(t))
	for _, target := range []resource.SourceID{"", ".", ".."} {
		_, err := s.Write(t.Context(), vehicleWrite(target))
		wantClass(t, err, tsp.Missing)
	}
}

func TestEveryRequestWaitsForTheLimitsThatCoverIt(t *testing.T) {
	t.Parallel()
	s := serve(t, testland(), answer(200, `{"id":"1"}`))
	p := &pacer{}
	w := messageWrite()
	w.Pace = p
	_, err1 := s.Write(t.Context(), w)
	_, _, err2 := s.(tsp.Finder).Find(t.Context(), w)
	_, err3 := s.Check(t.Context(), p)
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"all", "messages.write", "messages"}, {"all", "messages"}, {"all"}}
	if diff := cmp.Diff(want, p.waits); diff != "" {
		t.Errorf("waits differ (-want +got):\n%s", diff)
	}
}

func TestACallIsInFlightUntilItsAnswerWasRead(t *testing.T) {
	t.Parallel()
	p := &pacer{}
	var inside []string
	s := serve(t, testland(), func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		inside = p.inside
		p.mu.Unlock()
		answer(200, `{"id":"1"}`)(w, r)
	})
	w := messageWrite()
	w.Pace = p
	_, err := s.Write(t.Context(), w)
	if diff := cmp.Diff([]string{"all", "messages.write", "messages"}, inside); diff != "" || err != nil || p.inside != nil {
		t.Errorf("in flight afterwards: %v, %v; during the call (-want +got):\n%s", p.inside, err, diff)
	}
}

func TestAnActionNamesTheLimitsOfItsFirstCall(t *testing.T) {
	t.Parallel()
	spec := rest.New(testland()).Spec()
	got := map[tsp.Capability][]string{}
	for c, a := range spec.Actions {
		got[c] = a.Limits
	}
	want := map[tsp.Capability][]string{createMessage: {"all", "messages.write", "messages"}, updateVehicle: {"all", "vehicle"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("limits differ (-want +got):\n%s", diff)
	}
	if len(spec.Limits) != 4 || spec.Limits[3].Key != "vehicle" {
		t.Errorf("the spec's limits are %+v", spec.Limits)
	}
}

func TestAnEncoderIsOurBugUnlessItClassifies(t *testing.T) {
	t.Parallel()
	config := testland()
	s := serve(t, config, unwanted(t))
	w := messageWrite()
	w.Payload = &resource.Vehicle{}
	_, err := s.Write(t.Context(), w)
	wantClass(t, err, tsp.Broken)

	config.Writes[0].Encode = func(tsp.Write) (any, error) { return nil, &tsp.Error{Class: tsp.Missing, Message: "no driver"} }
	_, err = serve(t, config, unwanted(t)).Write(t.Context(), messageWrite())
	wantClass(t, err, tsp.Missing)

	config.Writes[0].Encode = func(tsp.Write) (any, error) { return "\xff", nil }
	_, err = serve(t, config, unwanted(t)).Write(t.Context(), messageWrite())
	wantClass(t, err, tsp.Broken)
}

func TestOneSessionServesManyGoroutines(t *testing.T) {
	t.Parallel()
	s := serve(t, testland(), answer(200, `{"id":"1"}`))
	writeAtOnce(t, s, 20)
}
