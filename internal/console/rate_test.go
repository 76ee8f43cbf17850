package console

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// sends posts a form to a page of a connection, and returns the status and where it leads or what it says.
func (o *office) sends(t *testing.T, path string, form url.Values) (int, string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, connectionPath(o.op.Connection)+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	o.over(t).ServeHTTP(w, r)
	if to := w.Header().Get("Location"); to != "" {
		return w.Code, to
	}
	return w.Code, w.Body.String()
}

func TestOfAConnectionThatHasEndedNothingIsAskedAndItsPageSaysSo(t *testing.T) {
	t.Parallel()
	for _, status := range []connection.Status{connection.Deleted, connection.Cancelled} {
		o := newOffice()
		o.who, o.status, o.adapters = Visitor{Name: "Ada", Role: Admin, Payloads: true}, status, []tsp.Adapter{guarded{}}
		at := connectionPath(o.op.Connection)
		_, text := o.page(t, at)
		for _, act := range []string{"/test", "/import", "/resume", "/pause", "/rate", "/settings", "/credentials"} {
			if strings.Contains(text, at+act) {
				t.Errorf("%s: its page offers %s", status, act)
			}
			form := url.Values{"why": {"moved"}, "seen": {seen(connection.Connection{UpdatedAt: noon()})}, "set.description": {"x"}, "rate": {"1"}, "per": {"m"}}
			if w := o.posts(t, at+act, form); w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "The connection is "+string(status)+": nothing is sent") {
				t.Errorf("%s%s: %d", status, act, w.Code)
			}
		}
		if len(o.asked)+len(o.entries) > 0 {
			t.Errorf("%s: asked for %v, noted %v", status, o.asked, o.entries)
		}
	}
}

func TestALaneStandsAsTheCommandLineSaysAndASuspectOneIsCalledSo(t *testing.T) {
	t.Parallel()
	for status, word := range map[connection.Status]string{connection.Active: "Open", connection.Stale: "Held", connection.Paused: "Paused"} {
		o := newOffice()
		o.who, o.status = Visitor{Name: "Ada", Role: Viewer}, status
		if _, text := o.page(t, "/console/lanes"); !strings.Contains(text, word+"</span>") || !strings.Contains(text, "Runs in") {
			t.Errorf("%s: %s", status, text)
		}
	}
	o := newOffice()
	o.who, o.status, o.alone = Visitor{Name: "Ada", Role: Viewer}, connection.Active, true
	if _, text := o.page(t, "/console/lanes"); strings.Contains(text, "Runs in") {
		t.Errorf("of one process: %s", text)
	}
	o = newOffice()
	o.who, o.status = Visitor{Name: "Ada", Role: Viewer}, connection.Paused
	_, text := o.page(t, "/console/lanes")
	if _, here, _ := strings.Cut(text, "At work in this process"); !strings.Contains(here, "Its connection is paused.") || strings.Contains(here, ">Held<") {
		t.Errorf("a paused one at work here: %s", here)
	}
	o = newOffice()
	o.who, o.status, o.suspect = Visitor{Name: "Ada", Role: Viewer}, connection.Active, true
	_, text = o.page(t, "/console/lanes")
	if queues, _, _ := strings.Cut(text, "At work in this process"); !strings.Contains(queues, "Suspect") || !strings.Contains(queues, "checked again") || strings.Contains(queues, ">Held<") {
		t.Errorf("suspect: %s", queues)
	}
}

func TestAConnectionIsPausedInTheConsoleWithAReasonAlone(t *testing.T) {
	t.Parallel()
	o := newOffice()
	o.who, o.status = Visitor{Name: "Ada", Role: Admin, Payloads: true}, connection.Active
	if status, text := o.sends(t, "/pause", nil); status != http.StatusUnprocessableEntity || !strings.Contains(text, "why: must say why") ||
		!strings.Contains(text, `name="why"`) {
		t.Errorf("without a reason: %d %s", status, text)
	}
	if status, to := o.sends(t, "/pause", url.Values{"why": {"they move"}}); status != http.StatusSeeOther || !strings.HasSuffix(to, "?done=paused") ||
		o.log != "operator:Ada they move" {
		t.Errorf("with one: %d %s, noted %q", status, to, o.log)
	}
	if _, text := o.page(t, "/console/lanes"); !strings.Contains(text, "they &lt;move&gt;") || !strings.Contains(text, "operator:ada") ||
		!strings.Contains(text, "30/m") || !strings.Contains(text, "host/1") || !strings.Contains(text, "?page=") {
		t.Errorf("the lanes: %s", text)
	}
	if status, to := o.sends(t, "/resume", nil); status != http.StatusSeeOther || !strings.HasSuffix(to, "?done=resumed") || o.status != connection.Active {
		t.Errorf("resumed: %d %s", status, to)
	}
}

func TestAConnectionIsKeptToARateInTheConsole(t *testing.T) {
	t.Parallel()
	o := newOffice()
	o.who, o.status = Visitor{Name: "Ada", Role: Admin, Payloads: true}, connection.Active
	for _, wrong := range []url.Values{{"rate": {"x"}, "per": {"m"}}, {"rate": {"0"}, "per": {"m"}}, {"rate": {"3"}, "per": {"d"}}} {
		if status, text := o.sends(t, "/rate", wrong); status != http.StatusUnprocessableEntity || !strings.Contains(text, `name="rate"`) {
			t.Errorf("%v: %d %s", wrong, status, text)
		}
	}
	if status, to := o.sends(t, "/rate", url.Values{"rate": {"30"}, "per": {"m"}, "why": {"slowly"}}); status != http.StatusSeeOther ||
		!strings.HasSuffix(to, "?done=slowed") || o.log != "operator:Ada 30/m slowly" {
		t.Errorf("a rate: %d %s, noted %q", status, to, o.log)
	}
	if _, text := o.page(t, connectionPath(o.op.Connection)); !strings.Contains(text, "<dt>Kept to</dt><dd>30/m") ||
		!strings.Contains(text, "It is kept to 30/m, so its writes may wait") {
		t.Errorf("the page of a connection hides its rate: %s", text)
	}
	if status, to := o.sends(t, "/rate", url.Values{"do": {"clear"}, "rate": {"x"}}); status != http.StatusSeeOther || !strings.HasSuffix(to, "?done=freed") ||
		o.log != "operator:Ada  " {
		t.Errorf("none: %d %s, noted %q", status, to, o.log)
	}
}

func TestNothingIsAskedOfAConnectionThatHasEnded(t *testing.T) {
	t.Parallel()
	o := newOffice()
	o.who, o.status = Visitor{Name: "Ada", Role: Admin, Payloads: true}, connection.Deleted
	for _, path := range []string{"/pause", "/rate", "/settings"} {
		if status, text := o.page(t, connectionPath(o.op.Connection)+path); status != http.StatusConflict || !strings.Contains(text, "The connection is deleted") {
			t.Errorf("%s: %d %s", path, status, text)
		}
	}
}

func TestAPlaceAmongLanesThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	o := newOffice()
	o.who = Visitor{Name: "Ada", Role: Admin}
	for _, query := range []string{"?page=x", "?from=held", "?form=1"} {
		if status, _ := o.page(t, "/console/lanes"+query); status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", query, status)
		}
	}
}
