package simkit_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// overOnePath makes the library take forms at one path: call names the operation, beside its members.
func overOnePath(a *simkit.API) {
	a.Route = func(c *simkit.Call) (string, error) {
		form, err := simkit.ReadForm(c.Request)
		name := simkit.Text(form, "call")
		delete(form, "call")
		c.Body = form
		if _, ok := a.Operations[name]; err == nil && !ok {
			err = simkit.Coded(http.StatusOK, 2, "no call %q", name)
		}
		return name, err
	}
	add := a.Operations["POST /books"]
	add.Limits, add.Shape = nil, add.Shape.With(simkit.Shape{"by[]": simkit.List(simkit.String(1, 0))})
	a.Operations = map[string]simkit.Operation{
		"add":   add,
		"twice": {Run: func(c *simkit.Call) (any, error) { return twice(a, c) }},
	}
}

func twice(a *simkit.API, c *simkit.Call) (any, error) {
	var all []any
	for _, title := range []string{"Dune", simkit.Text(c.Body, "title")} {
		one := &simkit.Call{Request: c.Request, Name: "add", Body: simkit.Object{"title": title}, Answer: http.Header{}}
		body, err := a.Perform(one)
		if err != nil {
			return nil, err
		}
		all = append(all, body)
	}
	return all, nil
}

func TestACallOverOnePathIsNamedByItsBody(t *testing.T) {
	t.Parallel()
	s := openLibrary(t, simkit.Options{}, overOnePath)
	for _, c := range []struct {
		form   url.Values
		status int
		want   string
	}{
		{url.Values{"call": {"add"}, "title": {"Emma"}, "by[]": {"J", "A"}}, 201, `{"by[]":["J","A"],"title":"Emma"}`},
		{url.Values{"call": {"add"}, "title": {"Emma"}}, 409, "already used"},
		{url.Values{"call": {"add"}}, 400, "title is required"},
		{url.Values{"call": {"add"}, "title": {"a", "b"}}, 400, "title is given twice"},
		{url.Values{"call": {"burn"}}, 200, `{"code":2,"wrong":"no call \"burn\""}`},
		{url.Values{"call": {"twice"}, "title": {"Dune"}}, 409, "already used"},
		// What a call of several did before it failed stays.
		{url.Values{"call": {"add"}, "title": {"Dune"}}, 409, "already used"},
	} {
		got := s.Do("POST", "/ajax?any=1", c.form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
		if got.Status != c.status || !strings.Contains(got.Text, c.want) {
			t.Errorf("%v: %d %s, want %d %s", c.form, got.Status, got.Text, c.status, c.want)
		}
	}
	s.Do("POST", "/ajax", `{"call":"add"}`).Refused(t, 415, "wrong")
}

func TestMoreCallsAtOnceThanAllowedAreRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		host, err := simkit.New(simkit.Options{Limits: true}, libraryWith(func(a *simkit.API) {
			a.Limits = func(*simkit.Call) []simkit.Limit {
				return []simkit.Limit{{Key: "account", AtOnce: 2, Per: time.Second}}
			}
		}))
		if err != nil {
			t.Fatal(err)
		}
		answers := make(chan int)
		call := func() {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/books/1", nil)
			r.Header.Set("Authorization", "me")
			w := httptest.NewRecorder()
			host.ServeHTTP(w, r)
			answers <- w.Code
		}
		for range 5 {
			got := map[int]int{}
			for range 3 {
				go call()
			}
			for range 3 {
				got[<-answers]++
			}
			if got[http.StatusOK] != 2 || got[http.StatusTooManyRequests] != 1 {
				t.Errorf("of three calls at once: %v", got)
			}
		}
		host.Limiter.Enable(false)
		began := time.Now()
		for range 3 {
			go call()
		}
		for range 3 {
			if status := <-answers; status != http.StatusOK {
				t.Errorf("without limits: %d", status)
			}
		}
		if lasted := time.Since(began); lasted > 0 {
			t.Errorf("calls without limits last %v", lasted)
		}
	})
}
