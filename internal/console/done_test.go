package console

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// page is the text of one page of the office.
func (o *office) page(t *testing.T, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	o.over(t).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return w.Code, w.Body.String()
}

func TestAPageSaysThatSomethingWasDoneOnlyIfItIsSo(t *testing.T) {
	t.Parallel()
	o := newOffice()
	o.who = Visitor{Name: "Ada", Role: Admin, Payloads: true}
	link, hook, op := connectionPath(o.op.Connection), hookPath(o.op.Partner, uuid.UUID{7}), operationPath(o.op.ID)
	of := uuid.UUID{8}
	for path, makes := range map[string]func(){
		link + "?done=paused":                   func() { o.status = connection.Paused },
		link + "?done=resumed":                  func() { o.status = connection.Active },
		hook + "?done=paused":                   func() { o.hook = webhook.Paused },
		hook + "?done=activated":                func() { o.hook = webhook.Active },
		op + "?done=cancelled":                  func() { o.op.Reason = operation.Cancelled },
		op + "?done=resolved":                   func() { o.op.Resolution = &operation.Resolution{Entry: 1} },
		op + "?done=tried&tries=2":              func() { o.op.Tries = 3 },
		op + "?done=retried&of=" + of.String():  func() { o.op.RetryOf = of },
		op + "?done=reverted&of=" + of.String(): func() { o.op.RevertOf = of },
	} {
		o.status, o.hook, o.op = connection.Stale, webhook.Stale, written()
		if code, text := o.page(t, path); code != http.StatusOK || strings.Contains(text, `class="note `) {
			t.Errorf("%s: %d, and it says so though it is not", path, code)
		}
		makes()
		if code, text := o.page(t, path); code != http.StatusOK || !strings.Contains(text, `class="note `) {
			t.Errorf("%s: %d, and it does not say so though it is", path, code)
		}
	}
}

func TestActsThatAVisitorMayNotDoAreBarredOnEveryPageWithTheReason(t *testing.T) {
	t.Parallel()
	o := newOffice()
	pages := []string{operationsPath, operationPath(o.op.ID), connectionPath(o.op.Connection), hookPath(o.op.Partner, uuid.UUID{7}),
		"/console/jobs/" + o.op.Partner.String() + "/" + o.op.ID.String()}
	for says, who := range map[string]Visitor{"it needs the role": {Name: "Vi", Role: Viewer}, readOnly: {Name: "Ada", Role: Admin}} {
		o.who, o.readOnly = who, says == readOnly
		for _, path := range pages {
			_, text := o.page(t, path)
			if !strings.Contains(text, `aria-disabled="true"`) || !strings.Contains(text, says) {
				t.Errorf("%s bars nothing, or does not say %q", path, says)
			}
			for _, live := range []string{`/retry"`, `/pause"`, `/resume"`, `/import"`, `/test"`, `/replay"`, `/activate"`, `/stop"`, `href="/console/operations/all`} {
				if strings.Contains(text, live) {
					t.Errorf("%s has a live button for %s: %s", path, live, says)
				}
			}
		}
	}
	o.who, o.readOnly = Visitor{Name: "Ada", Role: Admin}, true
	if _, text := o.page(t, "/console/operations/all?partner="+o.op.Partner.String()); strings.Contains(text, `<form class="padded" method="post"`) || !strings.Contains(text, readOnly) {
		t.Error("a console that is read-only offers a job")
	}
}
