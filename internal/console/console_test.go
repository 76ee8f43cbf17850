package console

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
)

func TestWhoMayReadNoPayloadsSeesNoneOnAnyPage(t *testing.T) {
	d := &desk{op: written(), who: Visitor{Name: "Vi", Role: Viewer}}
	at := operationPath(d.op.ID)
	for _, state := range []operation.State{operation.Failed, operation.Queued, operation.Succeeded} {
		d.op.State = state
		for _, path := range []string{"/console/operations", at} {
			text := d.ask(t, path, nil).Body.String()
			for _, secret := range []string{"Gate-7", "Mendoza", "Carlos"} {
				if strings.Contains(text, secret) {
					t.Errorf("%s of one that is %s shows %q", path, state, secret)
				}
			}
		}
	}
	d.who.Payloads = true
	if text := d.ask(t, at, nil).Body.String(); !strings.Contains(text, "Gate-7") || !strings.Contains(text, "Carlos Mendoza") {
		t.Error("who may read payloads sees none")
	}
}

func TestAViewerDoesNothing(t *testing.T) {
	d := &desk{op: written(), who: Visitor{Name: "Vi", Role: Viewer, Payloads: true}}
	at := operationPath(d.op.ID)
	for _, act := range []string{"/retry", "/edit", "/cancel", "/resolve", "/revert"} {
		if w := d.ask(t, at+act, url.Values{"body": {"{}"}}); w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "role operator") {
			t.Errorf("%s: %d", act, w.Code)
		}
	}
	if len(d.asked)+len(d.entries) > 0 {
		t.Errorf("a viewer has done %v", d.asked)
	}
	if text := d.ask(t, at, nil).Body.String(); strings.Count(text, `aria-disabled="true"`) != 2 {
		t.Error("the acts are not barred on the page")
	}
	d.who.Payloads, d.who.Role = false, Operator
	if w := d.ask(t, at+"/edit", url.Values{"body": {"{}"}}); w.Code != http.StatusForbidden {
		t.Errorf("who may read no payloads edits one: %d", w.Code)
	}
}

func TestAFileHoldsWhatTheListShowsAndNoPayloadsForWhoMayReadNone(t *testing.T) {
	d := &desk{op: written(), who: Visitor{Name: "Vi", Role: Viewer}}
	w := d.ask(t, "/console/operations/export?state=failed", nil)
	lines := strings.Split(strings.TrimSpace(w.Body.String()), "\n")
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") || len(lines) != 2 {
		t.Fatalf("%d %v %q", w.Code, w.Header(), lines)
	}
	if !strings.HasPrefix(lines[1], d.op.ID.String()+",2026-03-04T11:59:00Z,") || strings.Contains(lines[1], "Mendoza") || !strings.Contains(lines[1], ",failed,create,message,") {
		t.Errorf("a row is %s", lines[1])
	}
	if w := d.ask(t, "/console/operations/export?state=nope", nil); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("of a filter that there is not: %d", w.Code)
	}
}

func TestAStrangerIsSentToSignIn(t *testing.T) {
	d := &desk{op: written(), stray: true}
	for _, path := range []string{"/console/", "/console/operations", "/console/no-such-page", operationPath(d.op.ID)} {
		if w := d.ask(t, path, nil); w.Code != http.StatusUnauthorized || strings.Contains(w.Body.String(), "Waybill") {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestAnActIsDoneForItsPartnerAndLoggedWithWhoDidIt(t *testing.T) {
	d := &desk{op: written(), who: Visitor{Name: "Ada Lind", Role: Operator}}
	w := d.ask(t, operationPath(d.op.ID)+"/retry", url.Values{})
	if w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/console/operations/09000000-") {
		t.Fatalf("it leads to %d %s", w.Code, w.Header().Get("Location"))
	}
	if len(d.asked) != 1 || d.asked[0] != "submit for "+d.op.Partner.String() || d.actor != `operator:"Ada Lind"` {
		t.Errorf("asked %v by %s", d.asked, d.actor)
	}
	if len(d.entries) != 1 || d.entries[0].Action != "retried" || d.entries[0].Object != "operation:"+d.op.ID.String() {
		t.Errorf("logged %v", d.entries)
	}
}

func TestARefusedActStaysOnItsPageWithTheReason(t *testing.T) {
	d := &desk{op: written(), who: Visitor{Name: "Ada", Role: Operator, Payloads: true}, refuses: problem.New(problem.Conflict, "it was retried meanwhile")}
	w := d.ask(t, operationPath(d.op.ID)+"/retry", url.Values{})
	if text := w.Body.String(); w.Code != http.StatusConflict || !strings.Contains(text, "It was retried meanwhile.") || !strings.Contains(text, "Edit and retry…") {
		t.Errorf("%d %s", w.Code, text)
	}
	if len(d.entries) > 0 {
		t.Errorf("what was refused is logged: %v", d.entries)
	}
}

func TestAFilterThatCannotBeReadIsNamed(t *testing.T) {
	d := &desk{op: written(), who: Visitor{Name: "Ada", Role: Viewer}}
	for query, says := range map[string]string{"state=nope": "state: must be one of", "reason=x": "reason: must be one of", "since=3h": "since: must be",
		"from=yesterday": "from: must be a time", "connection=1": "connection: must be an id", "page=abc": "page: leads to no page"} {
		w := d.ask(t, "/console/operations?"+query, nil)
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), says) {
			t.Errorf("%s: %d, without %q", query, w.Code, says)
		}
	}
}

func TestWhatOthersHaveSaidIsEscaped(t *testing.T) {
	d := &desk{op: written(), who: Visitor{Name: "Ada", Role: Viewer, Payloads: true}}
	text := d.ask(t, operationPath(d.op.ID), nil).Body.String()
	if strings.Contains(text, "<long>") || strings.Contains(text, "Acme <b>") || !strings.Contains(text, "too &lt;long&gt;") {
		t.Error("the words of a TSP or a partner are HTML")
	}
}

func TestCountsThatEndAtTheirBoundSaySo(t *testing.T) {
	d := &desk{op: written(), who: Visitor{Name: "Ada", Role: Viewer}}
	if text := d.ask(t, "/console/operations", nil).Body.String(); !strings.Contains(text, `All <span class="count">10,000&#43;</span>`) {
		t.Error("a bounded count looks like a whole one")
	}
}
