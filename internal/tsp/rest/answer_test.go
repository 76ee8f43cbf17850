package rest_test

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

func TestEveryStatusOfAWriteHasItsClass(t *testing.T) {
	t.Parallel()
	for status := 200; status < 600; status++ {
		s := serve(t, testland(), answer(status, `{"id":"1"}`))
		w, err := s.Write(t.Context(), messageWrite())
		want := tsp.ClassOf(status)
		switch {
		case status == http.StatusNoContent:
			want = tsp.Unknown // it cannot have a body, and so names no id
		case want == tsp.Done:
			if err != nil || w.Status != status || w.Headers.Get("Request-Id") != "r-1" || w.SourceID != "1" {
				t.Errorf("status %d: %+v, %v", status, w, err)
			}
			continue
		}
		e := wantClass(t, err, want)
		if e.Status != status || e.Headers.Get("Request-Id") != "r-1" {
			t.Errorf("status %d: the error has status %d and headers %v", status, e.Status, e.Headers)
		}
	}
}

func TestAReadWhoseEndIsUnknownAppliedNothing(t *testing.T) {
	t.Parallel()
	for _, status := range []int{408, 500, 502, 504} {
		s := serve(t, testland(), answer(status, "oops"))
		_, err := s.Check(t.Context(), &pacer{})
		wantClass(t, err, tsp.Unavailable)
	}
}

func TestAnAnswerOf2xxThatCannotBeReadLeavesAWriteUnknown(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"empty":           "",
		"cut off":         `{"id":"28147`,
		"HTML":            "<html><body>Welcome to the hotel</body></html>",
		"two values":      `{"id":"1"}{"id":"2"}`,
		"duplicate names": `{"id":"1","id":"2"}`,
		"10 MB":           `{"id":"` + strings.Repeat("x", 10<<20) + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, testland(), answer(200, body))
			_, err := s.Write(t.Context(), messageWrite())
			e := wantClass(t, err, tsp.Unknown)
			if e.Status != 200 || e.Headers.Get("Request-Id") != "r-1" {
				t.Errorf("status %d, headers %v", e.Status, e.Headers)
			}
			_, _, err = s.(tsp.Finder).Find(t.Context(), messageWrite())
			want := tsp.Unavailable
			if name == "10 MB" {
				want = tsp.Broken // it would be as long another time
			}
			wantClass(t, err, want)
		})
	}
}

func TestAListMayBeAsLongAsItsCallSays(t *testing.T) {
	t.Parallel()
	config := testland()
	config.Check = func(ctx context.Context, send rest.Send, _ tsp.Settings) (tsp.Account, error) {
		a, err := send(ctx, rest.Call{Method: "GET", Path: "/units", Most: 3 << 20})
		return tsp.Account{Key: strconv.Itoa(len(a.Body))}, err
	}
	account, err := serve(t, config, answer(200, strings.Repeat(" ", 3<<20))).Check(t.Context(), &pacer{})
	if err != nil || account.Key != strconv.Itoa(3<<20) {
		t.Errorf("%s bytes, %v", account.Key, err)
	}
	_, err = serve(t, config, answer(200, strings.Repeat(" ", 3<<20+1))).Check(t.Context(), &pacer{})
	if e := wantClass(t, err, tsp.Broken); e.Message != "the answer is longer than the 3145728 bytes that the adapter reads of it" {
		t.Errorf("message = %q", e.Message)
	}
}

func TestAnAnswerMayHaveOneMebibyte(t *testing.T) {
	t.Parallel()
	const one = `{"id":"1"}`
	full := one + strings.Repeat(" ", 1<<20-len(one))
	if _, err := serve(t, testland(), answer(200, full)).Write(t.Context(), messageWrite()); err != nil {
		t.Error(err)
	}
	_, err := serve(t, testland(), answer(200, full+" ")).Write(t.Context(), messageWrite())
	wantClass(t, err, tsp.Unknown)
}

func TestAnAnswerOfAnotherShapeIsBroken(t *testing.T) {
	t.Parallel()
	s := serve(t, testland(), answer(200, `{"id":{"nested":true}}`))
	_, err := s.Write(t.Context(), messageWrite())
	wantClass(t, err, tsp.Broken)
}

func TestARefusalStandsWhateverItsBody(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]http.HandlerFunc{
		"empty": answer(422, ""),
		"10 MB": answer(422, strings.Repeat("x", 10<<20)),
		"cut off": func(w http.ResponseWriter, _ *http.Request) {
			half(w, "HTTP/1.1 422 No\r\nContent-Length: 99\r\n\r\nhalf a")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := serve(t, testland(), handler).Write(t.Context(), messageWrite())
			if e := wantClass(t, err, tsp.Rejected); e.Message != "the TSP answered 422 Unprocessable Entity" {
				t.Errorf("message = %q", e.Message)
			}
		})
	}
}

func TestAWebPageIsARefusalByNobody(t *testing.T) {
	t.Parallel()
	config := testland()
	config.Answers.Message = func(rest.Answer) string { return "the token needs a permission" }
	for status, want := range map[int]tsp.Class{400: tsp.Unavailable, 401: tsp.Unavailable, 403: tsp.Unavailable, 404: tsp.Unavailable,
		405: tsp.Unavailable, 406: tsp.Unavailable, 409: tsp.Unavailable, 422: tsp.Unavailable, 501: tsp.Unavailable, 503: tsp.Unavailable,
		408: tsp.Unknown, 499: tsp.Unknown, 500: tsp.Unknown, 502: tsp.Unknown, 429: tsp.Throttled, 413: tsp.Rejected, 431: tsp.Rejected} {
		s := serve(t, config, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "7")
			answer(status, "\n <!DOCTYPE html><title>Blocked</title>")(w, r)
		})
		_, err := s.Write(t.Context(), messageWrite())
		e := wantClass(t, err, want)
		if e.Status != status || e.RetryAfter != 7*time.Second {
			t.Errorf("%d: %+v", status, e)
		}
		if other := want != tsp.ClassOf(status); strings.Contains(e.Message, "with a web page") != other {
			t.Errorf("%d: message = %q", status, e.Message)
		}
		if status == http.StatusNotFound {
			_, found, err := s.(tsp.Finder).Find(t.Context(), messageWrite())
			if wantClass(t, err, tsp.Unavailable); found {
				t.Error("it was found")
			}
		}
	}
	config.Answers.Class = func(rest.Answer) tsp.Class { return tsp.Forbidden }
	_, err := serve(t, config, answer(403, "<html>no such right</html>")).Write(t.Context(), messageWrite())
	if e := wantClass(t, err, tsp.Forbidden); e.Message != "the token needs a permission" {
		t.Errorf("a page that the adapter knows: %v", e)
	}
}

func TestTheAdapterClassifiesFromTheBodyFirst(t *testing.T) {
	t.Parallel()
	config := testland()
	config.Answers = rest.Answers{
		Class: func(a rest.Answer) tsp.Class {
			switch body := string(a.Body); {
			case strings.Contains(body, "no such driver"):
				return tsp.Missing
			case strings.Contains(body, "no change needed"):
				return tsp.Done
			}
			return ""
		},
		Message: func(a rest.Answer) string { return a.Method + " " + a.Path + ":\n " + string(a.Body) + "\x00\xff" },
	}
	for _, status := range []int{200, 400, 500} {
		_, err := serve(t, config, answer(status, "no such driver")).Write(t.Context(), messageWrite())
		e := wantClass(t, err, tsp.Missing)
		if want := "POST /messages: no such driver \uFFFD"; e.Message != want || e.Status != status {
			t.Errorf("message = %q, want %q; status = %d", e.Message, want, e.Status)
		}
	}
	w, err := serve(t, config, answer(400, `{"id":"no change needed"}`)).Write(t.Context(), messageWrite())
	if err != nil || w.SourceID != "no change needed" || w.Status != 400 {
		t.Errorf("a success of 400: %+v, %v", w, err)
	}
	_, err = serve(t, config, answer(400, "else")).Write(t.Context(), messageWrite())
	wantClass(t, err, tsp.Rejected)
}

func TestAMessageIsCutTo500Characters(t *testing.T) {
	t.Parallel()
	config := testland()
	config.Answers.Message = func(a rest.Answer) string { return string(a.Body) }
	_, err := serve(t, config, answer(400, strings.Repeat("ü", 900))).Write(t.Context(), messageWrite())
	if n := len([]rune(ending(t, err).Message)); n != 500 {
		t.Errorf("the message has %d characters, want 500", n)
	}
}

func TestNoRedirectIsFollowed(t *testing.T) {
	t.Parallel()
	var reached atomic.Bool
	other := serveURL(t, func(http.ResponseWriter, *http.Request) { reached.Store(true) })
	for _, status := range []int{301, 302, 303, 307, 308} {
		s := serve(t, testland(), func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other, status) })
		_, err := s.Write(t.Context(), messageWrite())
		if e := wantClass(t, err, tsp.Broken); e.Status != status || e.Headers.Get("Location") != other {
			t.Errorf("status %d, headers %v", e.Status, e.Headers)
		}
		if e := ending(t, err); !strings.Contains(e.Message, "a redirect to "+other+", which Waybill does not follow") {
			t.Errorf("status %d: %s", status, e.Message)
		}
		// A read that is moved applied nothing, so it may be tried again.
		_, err = s.Check(t.Context(), &pacer{})
		wantClass(t, err, tsp.Unavailable)
	}
	if reached.Load() {
		t.Error("the other host was called")
	}
}

func TestATSPMayAskToWait(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	config := testland()
	config.Now = func() time.Time { return now }
	for value, want := range map[string]time.Duration{
		"":        0,
		"3":       3 * time.Second,
		"0.40235": 402350 * time.Microsecond,
		now.Add(90 * time.Second).Format(http.TimeFormat): 90 * time.Second,
	} {
		s := serve(t, config, func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Retry-After"] = []string{value}
			w.WriteHeader(429)
		})
		_, err := s.Write(t.Context(), messageWrite())
		if e := wantClass(t, err, tsp.Throttled); e.RetryAfter != want {
			t.Errorf("Retry-After %q: %v, want %v", value, e.RetryAfter, want)
		}
	}
}

func TestWhatTheAdapterDoesNotHaveIsNotSent(t *testing.T) {
	t.Parallel()
	s := serve(t, testland(), unwanted(t))
	w := messageWrite()
	w.Verb = "delete"
	_, err := s.Write(t.Context(), w)
	wantClass(t, err, tsp.Unsupported)
	_, _, err = s.(tsp.Finder).Find(t.Context(), vehicleWrite("1"))
	wantClass(t, err, tsp.Unsupported)
	_, err = s.List(t.Context(), tsp.List{Kind: "vehicle", Pace: &pacer{}})
	if e := wantClass(t, err, tsp.Unsupported); !strings.Contains(fmt.Sprint(e), "Testland has no list of vehicle records") {
		t.Errorf("%v", e)
	}
}

func TestOnlyAnAdapterThatCanFindHasAFinder(t *testing.T) {
	t.Parallel()
	config := testland()
	config.Writes = config.Writes[1:]
	if _, ok := connect(t, config, "http://127.0.0.1", http.DefaultTransport).(tsp.Finder); ok {
		t.Error("the session has a Find although no write has")
	}
}

func TestARefusalInAnotherFormIsNoneOfTheTSPs(t *testing.T) {
	t.Parallel()
	config := testland()
	config.Answers.Theirs = rest.RefusesInJSON
	for _, c := range []struct {
		status int
		body   string
		want   tsp.Class
	}{
		{401, `{"message":"no"}`, tsp.Unauthorized}, {401, "", tsp.Unavailable}, {401, "by corporate proxy", tsp.Unavailable},
		{403, ` {"message":"no"}`, tsp.Forbidden}, {403, "blocked", tsp.Unavailable}, {403, `"blocked"`, tsp.Unavailable},
		{400, "rpc error", tsp.Rejected}, {407, `{"message":"no"}`, tsp.Unavailable}, {407, "", tsp.Unavailable},
	} {
		_, err := serve(t, config, answer(c.status, c.body)).Write(t.Context(), messageWrite())
		e := wantClass(t, err, c.want)
		if other := c.want == tsp.Unavailable; strings.Contains(e.Message, "proxy on the way") != other {
			t.Errorf("%d %s: %s", c.status, c.body, e.Message)
		}
	}
}
