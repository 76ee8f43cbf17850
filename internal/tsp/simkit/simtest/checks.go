package simtest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Spoil checks that each fault, the JSON of a simkit.Fault without times, spoils one answer as it should, and the next
// not. An answer is told as its status, its Content-Type and its Retry-After.
func (s *Sim) Spoil(faults map[string]string, send func() Reply) {
	s.t.Helper()
	for fault, want := range faults {
		s.Fault(once(fault))
		got := send()
		told := fmt.Sprint(got.Status, " ", got.Header.Get("Content-Type"), " ", got.Header.Get("Retry-After"))
		if strings.TrimSpace(told) != want {
			s.t.Errorf("%s: %s, want %s\n%.300s", fault, told, want, got.Text)
		}
		if next := send(); next.Status != http.StatusOK {
			s.t.Errorf("behind %s: %d %.300s", fault, next.Status, next.Text)
		}
	}
}

// Lose checks that a write that makes one object of a collection makes it although its answer is lost, and makes none
// where a fault comes before it.
func (s *Sim) Lose(collection string, send func() Reply) {
	s.t.Helper()
	want := len(s.Objects(collection)) + 1
	for _, f := range []struct {
		fault  string
		status int
	}{
		{`{"match":{"method":"POST"},"fault":"apply_then_drop"}`, 0},
		{`{"fault":"drop"}`, 0},
		{`{"fault":"malformed"}`, http.StatusOK},
		{`{"fault":"status","status":503}`, http.StatusServiceUnavailable},
	} {
		s.Fault(once(f.fault))
		if got := send(); got.Status != f.status || len(s.Objects(collection)) != want {
			s.t.Errorf("%s: status %d, %d objects, want %d", f.fault, got.Status, len(s.Objects(collection)), want)
		}
	}
}

func once(fault string) string { return fault[:len(fault)-1] + `,"times":1}` }

// JSONOnly checks that an operation takes a body of no other type than JSON, for all that is refused with a status.
func (s *Sim) JSONOnly(method, path, body string, refused int) {
	s.t.Helper()
	for contentType, status := range map[string]int{
		"application/json": http.StatusOK, "application/json; charset=utf-8": http.StatusOK, "Application/JSON": http.StatusOK,
		"text/plain": refused, "application/x-www-form-urlencoded": refused, "": refused, "application/jsonx": refused,
	} {
		if got := s.Do(method, path, body, "Content-Type", contentType); got.Status != status {
			s.t.Errorf("%q = %d, want %d", contentType, got.Status, status)
		}
	}
}

// Holds checks how many objects there are of each collection; when says after what.
func (s *Sim) Holds(when string, want map[string]int) {
	s.t.Helper()
	got := map[string]int{}
	for name := range want {
		got[name] = len(s.Objects(name))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		s.t.Errorf("%s: %s", when, diff)
	}
}

// Same checks that two simulators hold the same in some collections, to the letter.
func Same(t *testing.T, one, other *Sim, collections ...string) {
	t.Helper()
	for _, name := range collections {
		want, got := one.Admin("GET", "objects/"+name, "").Text, other.Admin("GET", "objects/"+name, "").Text
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
