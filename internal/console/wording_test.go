package console

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/problem"
)

func TestWhatTheConsoleCanDoItselfItDoesNotSendPeopleToTheAPIFor(t *testing.T) {
	t.Parallel()
	for _, status := range []connection.Status{connection.Stale, connection.Paused} {
		said := status.Bars("take writes")
		if !strings.Contains(said, "PATCH it with status active") {
			t.Fatalf("the API says otherwise by now: %s", said)
		}
		d := &desk{op: written(), who: Visitor{Name: "Ada", Role: Operator, Payloads: true}, refuses: problem.New(problem.Conflict, "%s", said)}
		text := d.ask(t, operationPath(d.op.ID)+"/retry", url.Values{}).Body.String()
		if strings.Contains(text, "PATCH") || !strings.Contains(text, "on its page") && !strings.Contains(text, "Try it now") {
			t.Errorf("of a connection that is %s: %s", status, text)
		}
	}
	const gone = "so all subscriptions to its URL pause. When the receiver is back, POST /v2/notifications/webhooks/" +
		"01a21f6b-9245-7331-8003-e0b9a5c3ff1c/activate, and so for each of them."
	if text := worded(gone); strings.Contains(text, "/v2/") || !strings.Contains(text, "Activate") {
		t.Error(text)
	}
	if raw := "PATCH it with credentials"; worded(raw) != raw {
		t.Error("what the API alone can do is told otherwise")
	}
	o := newOffice()
	o.who = Visitor{Name: "Ada", Role: Viewer, Payloads: true}
	o.log = gone
	if code, text := o.page(t, hookPath(o.op.Partner, o.op.ID)); code != http.StatusOK || strings.Contains(text, "/v2/") || strings.Count(text, "choose “Activate”") != 2 {
		t.Errorf("a page of a subscription: %d %d", code, strings.Count(text, "choose “Activate”"))
	}
}
