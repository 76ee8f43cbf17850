package rest_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
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
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if _, err := s.Write(t.Context(), messageWrite()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}
