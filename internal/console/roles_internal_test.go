package console

import (
	"net/http"
	"net/http/httptest"
	"os"
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

// Still returns who it is.
func (d doorman) Still(r *http.Request) (Visitor, bool) { return d.Visitor(r) }

// SignIn sends strangers away.
func (doorman) SignIn(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }

// harmless are what viewers may send: they change how they look at things alone.
var harmless = []string{"POST /console/theme", "POST /console/live", "POST /console/keys"}

// asked is a request that a route answers.
func asked(r route) *http.Request {
	method, path, _ := strings.Cut(r.pattern, " ")
	path = strings.Replace(path, "{$}", "", 1)
	for strings.Contains(path, "{") {
		before, rest, _ := strings.Cut(path, "{")
		_, after, _ := strings.Cut(rest, "}")
		path = before + uuid.Nil.String() + after
	}
	return httptest.NewRequest(method, path, nil)
}

func TestEachPageAndActAsksWhoItIsBeforeItDoesAnything(t *testing.T) {
	t.Parallel()
	for role, want := range map[Role]int{"": http.StatusTeapot, Viewer: http.StatusForbidden, Operator: http.StatusForbidden,
		"root": http.StatusForbidden} {
		// It has no services: whatever is let through too far breaks.
		c, err := New(Config{Gate: doorman{role}, Connections: quietLinks{}, Rates: calm{}, Troubles: quiet{}, Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range c.table() {
			if role.May(r.may) {
				continue
			}
			w := httptest.NewRecorder()
			if c.ServeHTTP(w, asked(r)); w.Code != want {
				t.Errorf("%q may %s: %d, want %d", role, r.pattern, w.Code, want)
			}
		}
	}
}

func TestInAConsoleThatIsReadOnlyNobodyActs(t *testing.T) {
	t.Parallel()
	c, err := New(Config{Gate: doorman{Admin}, ReadOnly: true, Connections: quietLinks{}, Rates: calm{}, Troubles: quiet{}, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	for _, r := range c.table() {
		if strings.HasPrefix(r.pattern, "GET ") || slices.Contains(harmless, r.pattern) {
			continue
		}
		refused++
		w := httptest.NewRecorder()
		if c.ServeHTTP(w, asked(r)); w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), readOnly[1:]) {
			t.Errorf("%s: %d %s", r.pattern, w.Code, w.Body)
		}
	}
	if refused < 5 {
		t.Errorf("only %d acts were tried", refused)
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

func TestThePageOnRolesSaysWhatEachMayDo(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/console-sign-in.md")
	if err != nil {
		t.Fatal(err)
	}
	says := map[Role]string{}
	for line := range strings.Lines(string(text)) {
		for _, role := range []Role{Viewer, Operator, Admin} {
			if strings.HasPrefix(line, "| `"+string(role)+"` |") {
				says[role] = line
			}
		}
	}
	for _, r := range new(Console).table() {
		method, path, _ := strings.Cut(r.pattern, " ")
		if r.may == Viewer || method == "GET" && path != "/console/audit" {
			continue
		}
		what := strings.Split(strings.TrimPrefix(path, "/console/"), "/")
		word := map[string]string{"operations": "writes", "jobs": "writes", "webhooks": "deliveries", "audit": "audit log"}[what[0]]
		if what[0] == "connections" {
			word = map[string]string{"pause": "pause", "resume": "resume", "rate": "slow down", "settings": "settings", "credentials": "credentials", "test": "test", "import": "import"}[what[2]]
		}
		if word == "" || !strings.Contains(says[r.may], word) {
			t.Errorf("the page does not say that the role %s may %s (%q)", r.may, r.pattern, word)
		}
	}
}
