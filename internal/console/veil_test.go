package console

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

// the secrets are a text in each place into which a TSP, a receiver or a payload can put one.
func secrets() []string {
	return []string{"SECRET-PAY", "SECRET-TSP", "SECRET-ASKED", "SECRET-BODY", "SECRET-HEAD", "SECRET-SILENCE", "SECRET-LINK",
		"SECRET-IMPORT", "SECRET-JOB", "SECRET-PREVIEW", "SECRET-RESOLVED", "SECRET-PATH",
		"SECRET-SOURCE"}
}

// shownTo asks for every page of a console, and for every page that is live its stream, and joins what is shown.
func (o *office) shownTo(t *testing.T, who Visitor) string {
	t.Helper()
	var all strings.Builder
	c := o.over(t)
	ask := func(route route, accept string) {
		rounds := 0
		o.who, o.still = who, func() (Visitor, bool) { rounds++; return who, rounds == 1 }
		r := asked(route)
		r.URL.Path = strings.ReplaceAll(r.URL.Path, uuid.Nil.String(), o.op.ID.String())
		r.Header.Set("Accept", accept)
		if route.pattern == "GET /console/find" {
			r.URL.RawQuery = "q=" + strings.TrimPrefix(tail(o.op.ID), "…")
		}
		if route.pattern == "GET /console/operations" && accept != "" {
			r.URL.RawQuery = "watch=" + o.op.ID.String()
		}
		if route.pattern == "GET /console/operations/all" {
			r.URL.RawQuery = "partner=" + o.op.Partner.String()
		}
		w := httptest.NewRecorder()
		c.ServeHTTP(w, r)
		if w.Code == http.StatusInternalServerError {
			t.Errorf("%s: %d %s", route.pattern, w.Code, w.Body)
		}
		all.WriteString(w.Body.String())
		for _, secret := range secrets() {
			if !who.Payloads && strings.Contains(w.Body.String(), secret) {
				t.Errorf("%s (%s) of one that is %s shows %s", route.pattern, accept, o.op.Stage(), secret)
			}
		}
	}
	for _, one := range c.table() {
		if !strings.HasPrefix(one.pattern, "GET ") {
			continue
		}
		ask(one, "")
		if _, lives := c.living()[one.pattern]; lives {
			ask(one, "text/event-stream")
		}
	}
	return all.String()
}

// states are operations in each way in which the words of others stand on a page.
func states(o *office) (all []operation.Operation) {
	for _, state := range []operation.State{operation.Failed, operation.Retry, operation.Succeeded, operation.Unknown} {
		op := o.op
		op.State = state
		all = append(all, op)
	}
	back := all[1]
	back.Progress = &operation.ProgressRead{Code: operation.BackOff}
	resolved := all[2]
	resolved.Resolution = &operation.Resolution{Outcome: operation.Applied, Unchecked: "SECRET-RESOLVED", By: "Ada", Entry: 1}
	before := all[0]
	before.Attempts = []operation.Attempt{{N: 1, Details: "SECRET-TSP"}}
	return append(all, back, resolved, before)
}

func TestWhatOthersHaveWrittenIsOnNoPageOfWhoMayReadNoPayloadsAndOnThoseOfWhoMay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice()
		for _, status := range []connection.Status{connection.Stale, connection.Failed} {
			o.status = status
			for _, op := range states(o) {
				o.op = op
				for _, role := range []Role{Viewer, Admin} {
					text := o.shownTo(t, Visitor{Name: "Vi", Role: role})
					if op.Stage() == operation.StageFailed && op.Attempts[0].Class != "" && strings.Count(text, "Refused by samsara, 400") < 4 {
						t.Errorf("the pages do not say what class it was: %d", strings.Count(text, "Refused by samsara, 400"))
					}
				}
			}
		}
		open := ""
		for _, op := range states(o) {
			o.op = op
			open += o.shownTo(t, Visitor{Name: "Ada", Role: Admin, Payloads: true})
		}
		for _, secret := range secrets() {
			if !strings.Contains(open, secret) {
				t.Errorf("%s is on no page of whoever may read it", secret)
			}
		}
	})
}

func TestWaybillsOwnReasonsAreShownToWhoMayReadNoPayloads(t *testing.T) {
	t.Parallel()
	o := newOffice()
	o.who, o.status = Visitor{Name: "Vi", Role: Viewer}, connection.Active
	for _, own := range []string{record.Unstored, record.Unexplained, record.Unshared(resource.KindUser)} {
		o.problem = own
		if code, text := o.page(t, connectionPath(o.op.Connection)); code != http.StatusOK || !strings.Contains(text, own) || strings.Contains(text, "hidden from you</bdi>") {
			t.Errorf("a connection whose import ended by %q does not say so", own)
		}
	}
	o.problem = ""
	if _, text := o.page(t, connectionPath(o.op.Connection)); !strings.Contains(text, "are hidden from you</bdi> (once)") {
		t.Error("it is not said that the words of the TSP are hidden")
	}
	o.log = "The receiver did not answer within 3s. Answer 202 at once and work afterwards."
	if code, text := o.page(t, hookPath(o.op.Partner, uuid.UUID{7})); code != http.StatusOK || strings.Count(text, o.log) != 2 {
		t.Errorf("a try and a dead letter say why %d times", strings.Count(text, o.log))
	}
	d := &desk{op: written(), who: o.who, tracks: tracksOf("The receiver answered 503 Service Unavailable.", "")}
	if text := d.ask(t, operationPath(d.op.ID), nil).Body.String(); !strings.Contains(text, "Try 1 at 12:00:00 UTC: The receiver answered 503 Service Unavailable.") {
		t.Error("an operation does not say why its event was not delivered")
	}
}
