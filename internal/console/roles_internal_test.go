package console

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// doorman is a gate that lets one visitor in, whose role is "" for a stranger, and sends strangers away.
type doorman struct{ role Role }

// Visitor returns who it is.
func (d doorman) Visitor(*http.Request) (Visitor, bool) {
	return Visitor{Name: "Ada", Role: d.role}, d.role != ""
}

// SignIn sends strangers away.
func (doorman) SignIn(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }

// harmless are what viewers may send: they change how they look at things alone.
var harmless = []string{"POST /console/theme"}

func TestEachPageAndActAsksWhoItIsBeforeItDoesAnything(t *testing.T) {
	t.Parallel()
	for _, readOnly := range []bool{false, true} {
		for _, role := range []Role{"", Viewer, Operator, "root"} {
			// It has no services: whatever is let through too far breaks.
			c, err := New(Config{Gate: doorman{role}, ReadOnly: readOnly, Now: time.Now})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range c.table() {
				if role.May(r.may) {
					continue
				}
				method, path, _ := strings.Cut(r.pattern, " ")
				path = strings.NewReplacer("{id}", uuid.Nil.String(), "{$}", "").Replace(path)
				for strings.Contains(path, "{") {
					before, rest, _ := strings.Cut(path, "{")
					_, after, _ := strings.Cut(rest, "}")
					path = before + uuid.Nil.String() + after
				}
				w := httptest.NewRecorder()
				c.ServeHTTP(w, httptest.NewRequest(method, path, nil))
				want := http.StatusForbidden
				if role == "" {
					want = http.StatusTeapot
				}
				if w.Code != want {
					t.Errorf("%q may %s: %d, want %d", role, r.pattern, w.Code, want)
				}
				if said := strings.Contains(w.Body.String(), "read-only"); want == http.StatusForbidden && said != readOnly {
					t.Errorf("%q is refused %s by %s", role, r.pattern, w.Body)
				}
			}
		}
	}
}

func TestViewersSendNothingThatActs(t *testing.T) {
	t.Parallel()
	acts := 0
	for _, r := range new(Console).table() {
		if !strings.HasPrefix(r.pattern, "GET ") && !slices.Contains(harmless, r.pattern) {
			acts++
			if r.may != Operator && r.may != Admin {
				t.Errorf("%s is for the role %q", r.pattern, r.may)
			}
		}
	}
	if acts < 5 {
		t.Errorf("only %d acts were looked at", acts)
	}
}
