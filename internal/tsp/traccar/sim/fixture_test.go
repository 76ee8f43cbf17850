package sim_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
	"github.com/waybill-dev/waybill/internal/tsp/traccar/sim"
)

const (
	// The seeded tokens.
	service    = "traccar-demo-token"
	dispatcher = "traccar-dispatcher-token"
	viewer     = "traccar-viewer-token"

	form = "application/x-www-form-urlencoded"
)

// running is a simulator, called with a token.
type running struct{ *simtest.Sim }

func start(t *testing.T, opts ...simtest.Option) running {
	t.Helper()
	return running{simtest.Start(t, sim.New, opts...).Bearer(service)}
}

// as is the same simulator for another bearer; "" sends none.
func (r running) as(token string) running { return running{r.Bearer(token)} }

// split reads a call that is written as "METHOD path body". Sessions take forms, all else is JSON.
func split(call string) (method, path, body string, headers []string) {
	method, rest, _ := strings.Cut(call, " ")
	path, body, _ = strings.Cut(rest, " ")
	if body != "" && strings.HasPrefix(path, "/api/session") {
		headers = []string{"Content-Type", form}
	}
	return method, path, body, headers
}

// call sends a call that is written so.
func (r running) call(call string, headers ...string) simtest.Reply {
	r.T().Helper()
	method, path, body, own := split(call)
	return r.Do(method, path, body, append(own, headers...)...)
}

// denied sends a call that has to be refused for lack of rights.
func (r running) denied(call, why string) {
	r.T().Helper()
	r.refused(call, http.StatusBadRequest, "java.lang.SecurityException: "+why)
}

// refused sends a call that has to be refused with a Java stack trace that begins with want.
func (r running) refused(call string, status int, want string, headers ...string) simtest.Reply {
	r.T().Helper()
	got := r.call(call, headers...)
	if got.Status != status || !strings.HasPrefix(got.Text, want) || !strings.Contains(got.Text, "\n\tat org.") {
		r.T().Errorf("%s: status %d, want %d and a stack trace of %q: %.300s", call, got.Status, status, want, got.Text)
	}
	return got
}

// done sends a call that has to answer without a body.
func (r running) done(call string, headers ...string) {
	r.T().Helper()
	if got := r.call(call, headers...); got.Status != http.StatusNoContent || got.Text != "" {
		r.T().Errorf("%s: %d %s", call, got.Status, got.Text)
	}
}

// list sends a GET that has to answer an array.
func (r running) list(path string) (list []map[string]any) {
	r.T().Helper()
	got := r.Do(http.MethodGet, path, "")
	if got.Status != http.StatusOK {
		r.T().Fatalf("GET %s answered %d %s", path, got.Status, got.Text)
	}
	got.Into(r.T(), &list)
	return list
}

// ids are the ids of a list, one after the other.
func (r running) ids(path string) string {
	r.T().Helper()
	return strings.Join(simtest.IDs(r.list(path)), " ")
}

// lists checks the ids of lists, by their paths.
func (r running) lists(want map[string]string) {
	r.T().Helper()
	for path, ids := range want {
		if got := r.ids(path); got != ids {
			r.T().Errorf("%s: %q, want %q", path, got, ids)
		}
	}
}
