package remote_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/cli/remote"
)

// service is a Waybill that answers requests by a function, and counts tokens.
type service struct {
	*httptest.Server
	tokens, requests atomic.Int32
}

func serve(t *testing.T, answer func(w http.ResponseWriter, r *http.Request, n int32)) *service {
	t.Helper()
	s := &service{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/realms/") {
			fmt.Fprintf(w, `{"access_token":"token-%d","expires_in":3600,"scope":"a b"}`, s.tokens.Add(1))
			return
		}
		answer(w, r, s.requests.Add(1))
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *service) client(t *testing.T) *remote.Client {
	t.Helper()
	c, err := remote.New(remote.Target{URL: s.URL + "/", ClientID: "demo", ClientSecret: "hush"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestATokenIsUsedUntilItIsRefused(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request, n int32) {
		if n == 3 {
			w.WriteHeader(http.StatusUnauthorized)
		}
		fmt.Fprint(w, r.Header.Get("Authorization"))
	})
	c := s.client(t)
	for _, want := range []string{"Bearer token-1", "Bearer token-1", "Bearer token-2"} {
		if got, err := c.Get(t.Context(), "/x", nil); err != nil || string(got) != want {
			t.Errorf("%s, not %s: %v", got, want, err)
		}
	}
	if who, err := c.Who(t.Context()); err != nil || who.Scope != "a b" {
		t.Errorf("%+v, %v", who, err)
	}
}

func TestOnlyWhatDoesNoHarmTwiceIsRepeated(t *testing.T) {
	t.Parallel()
	key := http.Header{"Idempotency-Key": {"k"}}
	for name, c := range map[string]struct {
		r      remote.Request
		status int
		sent   int32
	}{
		"a read that finds the store away":       {remote.Request{Method: "GET"}, 503, 2},
		"a write without a key":                  {remote.Request{Method: "POST"}, 503, 1},
		"a write with a key":                     {remote.Request{Method: "POST", Header: key}, 503, 2},
		"a write that came too often":            {remote.Request{Method: "POST"}, 429, 2},
		"a write with a key that the TSP failed": {remote.Request{Method: "POST", Header: key}, 502, 1},
		"a read that is refused":                 {remote.Request{Method: "GET"}, 404, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, func(w http.ResponseWriter, _ *http.Request, n int32) {
				if n == 1 {
					w.Header().Set("Retry-After", "0")
					w.WriteHeader(c.status)
				}
			})
			c.r.Path = "/x"
			a, err := s.client(t).Send(t.Context(), c.r)
			if err != nil || s.requests.Load() != c.sent || (a.Status == http.StatusOK) != (c.sent == 2) {
				t.Errorf("sent %d times: %d, %v", s.requests.Load(), a.Status, err)
			}
		})
	}
}

func TestALostAnswerIsAskedForAgainWhereThatDoesNoHarm(t *testing.T) {
	t.Parallel()
	for method, sent := range map[string]int32{"GET": 2, "POST": 1} {
		s := serve(t, func(w http.ResponseWriter, _ *http.Request, n int32) {
			if n == 1 {
				panic(http.ErrAbortHandler)
			}
			fmt.Fprint(w, "{}")
		})
		_, err := s.client(t).Send(t.Context(), remote.Request{Method: method, Path: "/x"})
		var away *remote.Unreachable
		if s.requests.Load() != sent || errors.As(err, &away) != (sent == 1) {
			t.Errorf("%s was sent %d times: %v", method, s.requests.Load(), err)
		}
	}
}

func TestARedirectIsToldAndNotFollowed(t *testing.T) {
	t.Parallel()
	var followed atomic.Bool
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Store(true) }))
	t.Cleanup(other.Close)
	from := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	t.Cleanup(from.Close)
	c, err := remote.New(remote.Target{URL: from.URL, ClientID: "demo", ClientSecret: "hush"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Get(t.Context(), "/x", nil)
	if err == nil || followed.Load() || !strings.Contains(err.Error(), "is no Waybill") {
		t.Errorf("%v, followed: %t", err, followed.Load())
	}
}

func TestALongWishToBeLeftAloneIsToldAndNotWaitedFor(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ *http.Request, _ int32) {
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	_, err := s.client(t).Get(t.Context(), "/x", nil)
	var p *remote.Problem
	if !errors.As(err, &p) || p.RetryAfter != time.Minute || s.requests.Load() != 1 {
		t.Errorf("sent %d times: %v", s.requests.Load(), err)
	}
}

func TestAProblemIsToldInTheFormThatTheAPIHasForIt(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"code":404,"message":"Not Found","detail":"there is no such thing"}`:                                           "there is no such thing",
		`{"code":404,"message":"Not Found","detail":null}`:                                                               "Not Found",
		`{"code":422,"message":"Invalid","detail":[{"path":"a","message":"is bad"},{"path":"","message":"is no JSON"}]}`: "a: is bad\n  is no JSON",
		`{"code":429,"message":"Too Many Requests","detail":{"retry_after_seconds":3,"message":"too often"}}`:            "too often",
		`{"message":"Internal Server Error"}`:                                                                            "Internal Server Error",
		`<html>`:                                                                                                         "<html>",
	} {
		if got := remote.ProblemOf(remote.Answer{Status: 404, Body: []byte(body)}).Text; got != want {
			t.Errorf("%s: %q", body, got)
		}
	}
}

func TestAListIsReadPageByPageUntilThereIsEnough(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request, n int32) {
		fmt.Fprintf(w, `{"items":[%d,%d],"next_page":"c%d","size":%s,"cursor":%q}`, 2*n, 2*n+1, n, r.URL.Query().Get("size"), r.URL.Query().Get("cursor"))
	})
	var got []string
	for item, err := range s.client(t).List(t.Context(), "/x", nil, 4) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(item))
	}
	if strings.Join(got, " ") != "2 3 4 5" || s.requests.Load() != 2 {
		t.Errorf("%v by %d requests", got, s.requests.Load())
	}
}

func TestWhatIsInterruptedIsThatAndNoFailureOfTheService(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	s := serve(t, func(_ http.ResponseWriter, r *http.Request, _ int32) { cancel(); <-r.Context().Done() })
	if _, err := s.client(t).Get(ctx, "/x", nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestAnAddressIsOneOfAWaybill(t *testing.T) {
	t.Parallel()
	for text, good := range map[string]bool{"https://w.example.com": true, "http://127.0.0.1:8080/": true, "https://x/waybill": true,
		"127.0.0.1:8080": false, "ftp://x": false, "": false, "https://u:p@x": false, "https://x?y": false} {
		if err := remote.CheckURL(text); (err == nil) != good {
			t.Errorf("%q: %v", text, err)
		}
	}
}
