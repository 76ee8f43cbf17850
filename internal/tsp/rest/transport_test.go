package rest_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/waybill-dev/waybill/internal/outbound"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// silences are servers that are there but say nothing useful. Each breaks the exchange at
// another place after the request was sent; hangUp makes the caller give up.
var silences = map[string]func(w http.ResponseWriter, r *http.Request, hangUp func()){
	"closes without an answer": func(http.ResponseWriter, *http.Request, func()) { panic(http.ErrAbortHandler) },
	"resets the connection": func(w http.ResponseWriter, _ *http.Request, _ func()) {
		conn := hijack(w)
		_ = conn.(*net.TCPConn).SetLinger(0)
		_ = conn.Close()
	},
	"closes in the middle of the headers": func(w http.ResponseWriter, _ *http.Request, _ func()) {
		half(w, "HTTP/1.1 200 OK\r\nContent-")
	},
	"closes in the middle of the body": func(w http.ResponseWriter, _ *http.Request, _ func()) {
		half(w, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"id\":")
	},
	"breaks off a chunked body": func(w http.ResponseWriter, _ *http.Request, _ func()) {
		half(w, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"id\"\r\n")
	},
	"speaks another protocol": func(w http.ResponseWriter, _ *http.Request, _ func()) {
		half(w, "220 smtp.example ESMTP\r\n")
	},
	"never answers": func(_ http.ResponseWriter, r *http.Request, hangUp func()) {
		hangUp()
		<-r.Context().Done()
	},
	"never ends its answer": func(w http.ResponseWriter, r *http.Request, hangUp func()) {
		w.Header().Set("Content-Length", "99")
		_, _ = io.WriteString(w, `{"id":`)
		_ = http.NewResponseController(w).Flush()
		hangUp()
		<-r.Context().Done()
	},
}

func hijack(w http.ResponseWriter) net.Conn {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	return conn
}

func half(w http.ResponseWriter, text string) {
	conn := hijack(w)
	_, _ = io.WriteString(conn, text)
	_ = conn.Close()
}

func TestAWriteThatWasSentAndNotAnsweredIsUnknown(t *testing.T) {
	t.Parallel()
	for name, silence := range silences {
		t.Run("the server "+name, func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int32
			ctx, cancel := context.WithCancel(t.Context())
			s := serve(t, testland(), func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				_, _ = io.Copy(io.Discard, r.Body)
				silence(w, r, cancel)
			})
			_, err := s.Write(ctx, messageWrite())
			wantClass(t, err, tsp.Unknown)
			if requests.Load() != 1 {
				t.Errorf("the server saw %d requests, want exactly one", requests.Load())
			}
		})
	}
}

func TestAReadThatWasNotAnsweredAppliedNothing(t *testing.T) {
	t.Parallel()
	for name, silence := range silences {
		t.Run("the server "+name, func(t *testing.T) {
			t.Parallel()
			for _, method := range []string{"GET", "POST"} {
				ctx, cancel := context.WithCancel(t.Context())
				config := testland()
				config.Writes[0].Find = func(ctx context.Context, send rest.Send, _ tsp.Write) (tsp.Written, bool, error) {
					_, err := send(ctx, rest.Call{Method: method, Path: "/messages", Reads: method == "POST"})
					return tsp.Written{}, false, err
				}
				s := serve(t, config, func(w http.ResponseWriter, r *http.Request) { silence(w, r, cancel) })
				_, _, err := s.(tsp.Finder).Find(ctx, messageWrite())
				wantClass(t, err, tsp.Unavailable)
				cancel()
			}
		})
	}
}

func TestAnIdleConnectionThatTheServerDropsIsNotWrittenTwice(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	s := serve(t, testland(), func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if requests.Add(1) > 1 {
			panic(http.ErrAbortHandler)
		}
		answer(200, `{"id":"1"}`)(w, r)
	})
	if _, err := s.Write(t.Context(), messageWrite()); err != nil {
		t.Fatal(err)
	}
	_, err := s.Write(t.Context(), messageWrite())
	wantClass(t, err, tsp.Unknown)
	if requests.Load() != 2 {
		t.Errorf("the server saw %d requests, want two", requests.Load())
	}
}

func TestAnAnswerThatIsNoHTTPIsToldApartFromNoAnswer(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"220 mail.example ESMTP\r\n":                  "the TSP answered with what is no HTTP",
		"HTTP/1.1 200 OK\r\nno header\r\n\r\n":        "the TSP answered with what is no HTTP",
		"HTTP/1.1 200 OK\r\nContent-Type: applicatio": "the TSP answered with what is no HTTP",
		"": "the TSP did not answer",
	} {
		s := serve(t, testland(), func(w http.ResponseWriter, _ *http.Request) {
			c, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				_, _ = io.WriteString(c, text)
				_ = c.Close()
			}
		})
		_, err := s.Write(t.Context(), messageWrite())
		if e := wantClass(t, err, tsp.Unknown); !strings.HasPrefix(e.Message, want) {
			t.Errorf("%q: people are told %q", text, e.Message)
		}
	}
}

func TestAWriteThatWasNeverSentIsUnavailable(t *testing.T) {
	t.Parallel()
	strangers := httptest.NewTLSServer(answer(200, `{"id":"1"}`))
	t.Cleanup(strangers.Close)
	strangers.Config.ErrorLog = quietLog()
	plain := httptest.NewServer(answer(200, `{"id":"1"}`))
	t.Cleanup(plain.Close)
	unresolved := &http.Transport{DialContext: (&net.Dialer{Resolver: &net.Resolver{PreferGo: true,
		Dial: func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("no name server") }}}).DialContext}
	forbidden := outbound.TSP(outbound.Policy{}).Transport
	for name, c := range map[string]struct {
		base      string
		transport http.RoundTripper
		says      string
	}{
		"the port refuses":                    {refusedPort, new(http.Transport), "refused the connection"},
		"the name does not resolve":           {"http://api.testland.example", unresolved, "cannot be resolved"},
		"the certificate is not trusted":      {strangers.URL, new(http.Transport), "its issuer is unknown"},
		"the certificate is for another name": {strangers.URL, &http.Transport{TLSClientConfig: &tls.Config{ServerName: "else.example"}}, "not trusted"},
		"the server speaks no TLS":            {"https" + plain.URL[len("http"):], new(http.Transport), "does not speak TLS"},
		"the proxy is away":                   {"http://api.testland.example", through(refusedPort), "the proxy of this installation"},
		"TLS is never agreed":                 {mute(t, "https"), &http.Transport{TLSHandshakeTimeout: soon}, "the time for it was over"},
		"the policy forbids the address":      {plain.URL, forbidden, "WAYBILL_OUTBOUND_ALLOW"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := connect(t, testland(), c.base, c.transport)
			_, err := s.Write(t.Context(), messageWrite())
			e := wantClass(t, err, tsp.Unavailable)
			if e.Status != 0 || e.Headers != nil {
				t.Errorf("an end without answer has status %d and headers %v", e.Status, e.Headers)
			}
			if !strings.HasPrefix(e.Message, "the TSP could not be reached: ") || !strings.Contains(e.Message, c.says) {
				t.Errorf("people are told %q", e.Message)
			}
			var policy *outbound.Refusal
			if errors.As(e, &policy) != (c.transport == forbidden) {
				t.Errorf("%v holds a refusal of the policy: %v", e, policy)
			}
		})
	}
}

func TestAContextThatEndsBeforeTheRequestIsSentIsUnavailable(t *testing.T) {
	t.Parallel()
	t.Run("before the call", func(t *testing.T) {
		t.Parallel()
		s := serve(t, testland(), unwanted(t))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := s.Write(ctx, messageWrite())
		if e := wantClass(t, err, tsp.Unavailable); !errors.Is(e, context.Canceled) {
			t.Errorf("%v does not tell that the context was cancelled", e)
		}
	})
	t.Run("while the budget is awaited", func(t *testing.T) {
		t.Parallel()
		s := serve(t, testland(), unwanted(t))
		w := messageWrite()
		w.Pace = &pacer{err: context.DeadlineExceeded}
		_, err := s.Write(t.Context(), w)
		wantClass(t, err, tsp.Unavailable)
	})
	t.Run("while a connection is made", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		s := connect(t, testland(), "http://api.testland.example", &http.Transport{
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				cancel()
				<-ctx.Done()
				return nil, ctx.Err()
			}})
		_, err := s.Write(ctx, messageWrite())
		wantClass(t, err, tsp.Unavailable)
	})
}

func TestATimeoutWhileTheAnswerIsAwaitedIsUnknown(t *testing.T) {
	t.Parallel()
	server := serveURL(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
	s := connect(t, testland(), server, &http.Transport{ResponseHeaderTimeout: soon})
	_, err := s.Write(t.Context(), messageWrite())
	wantClass(t, err, tsp.Unknown)
}

func TestOverHTTP2TheSameHolds(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			t.Errorf("the request came over %s", r.Proto)
		}
		panic(http.ErrAbortHandler)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	s := connect(t, testland(), server.URL, server.Client().Transport)
	for range 2 {
		_, err := s.Write(t.Context(), messageWrite())
		wantClass(t, err, tsp.Unknown)
		_, err = s.Check(t.Context(), &pacer{})
		wantClass(t, err, tsp.Unavailable)
	}
}

func TestATransportThatReportsNothingProvesNothing(t *testing.T) {
	t.Parallel()
	s := connect(t, testland(), "http://api.testland.example", roundTrip(func(*http.Request) (*http.Response, error) {
		return nil, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	}))
	_, err := s.Write(t.Context(), messageWrite())
	wantClass(t, err, tsp.Unknown)
}

func TestACallWithoutPacerIsNotSent(t *testing.T) {
	t.Parallel()
	s := serve(t, testland(), unwanted(t))
	w := messageWrite()
	w.Pace = nil
	_, err := s.Write(t.Context(), w)
	wantClass(t, err, tsp.Broken)
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
