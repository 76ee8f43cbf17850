package console

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
)

// tickable is a desk whose visitor may act.
func tickable() (*desk, string) {
	d := &desk{op: written(), who: Visitor{Name: "Ada", Role: Operator, Payloads: true}}
	return d, d.op.ID.String()
}

func TestTheTickedAreRetriedOneByOneAndEachIsTold(t *testing.T) {
	d, id := tickable()
	w := d.ask(t, "/console/operations", nil)
	if text := w.Body.String(); !strings.Contains(text, `name="id" value="`+id+`" form="ticked"`) {
		t.Fatal("the rows of the list cannot be ticked")
	}
	asked := d.ask(t, tickedPath+"?id="+id+"&id="+id+"&filters="+url.QueryEscape("state=failed"), nil)
	if text := asked.Body.String(); asked.Code != http.StatusOK || !strings.Contains(text, "Retry 1 write") || !strings.Contains(text, "No: it has ended") ||
		!strings.Contains(text, `href="/console/operations?state=failed"`) {
		t.Fatalf("%d %s", asked.Code, text)
	}
	if len(d.asked) > 0 {
		t.Fatal("asking does something")
	}
	done := d.ask(t, tickedPath, url.Values{"id": {id}, "action": {"retry"}, "filters": {"state=failed"}})
	if text := done.Body.String(); done.Code != http.StatusOK || !strings.Contains(text, "1 of 1 retried") || !strings.Contains(text, uuid.UUID{9}.String()) {
		t.Fatalf("%d %s", done.Code, text)
	}
	if len(d.asked) != 1 || len(d.entries) != 1 || d.entries[0].Action != "retried" || d.entries[0].Object != "operation:"+id || d.actor != "operator:Ada" {
		t.Errorf("done was %v, noted %v by %q", d.asked, d.entries, d.actor)
	}
}

func TestWhatCannotBeDoneWithATickedOneIsSaidAndNotDone(t *testing.T) {
	d, id := tickable()
	done := d.ask(t, tickedPath, url.Values{"id": {id}, "action": {"cancel"}})
	if text := done.Body.String(); !strings.Contains(text, "0 of 1 cancelled") || !strings.Contains(text, "Left alone: it has ended.") || len(d.entries) > 0 {
		t.Errorf("of one that has ended: %s", text)
	}
	d.op.State, d.refuses = operation.Queued, problem.New(problem.Conflict, "it is being sent")
	done = d.ask(t, tickedPath, url.Values{"id": {id}, "action": {"cancel"}})
	if text := done.Body.String(); !strings.Contains(text, "0 of 1 cancelled") || !strings.Contains(text, "It is being sent.") || len(d.entries) > 0 {
		t.Errorf("of one that is refused: %s", text)
	}
	d.op.State, d.refuses, d.partly = operation.Failed, nil, true
	done = d.ask(t, tickedPath, url.Values{"id": {id}, "action": {"retry"}})
	if text := done.Body.String(); !strings.Contains(text, "would be sent twice") || len(d.asked) > 0 {
		t.Errorf("of one that is applied in part: %s", text)
	}
}

func TestTickedThatCannotBeReadChangesNothing(t *testing.T) {
	d, id := tickable()
	many := url.Values{"action": {"retry"}}
	for range rowsShown + 1 {
		many.Add("id", uuid.New().String())
	}
	for says, c := range map[string]struct {
		form url.Values
		want string
		code int
	}{
		"none":           {url.Values{"action": {"retry"}}, "tick a row", 422},
		"no id":          {url.Values{"action": {"retry"}, "id": {"x"}}, "is no id of an operation", 422},
		"too many":       {many, "are the most", 422},
		"no action":      {url.Values{"id": {id}}, "must be retry or cancel", 422},
		"another action": {url.Values{"id": {id}, "action": {"revert"}}, "must be retry or cancel", 422},
		"another list":   {url.Values{"id": {id}, "action": {"retry"}, "filters": {"nope=1"}}, "begin at the list of operations", 422},
	} {
		w := d.ask(t, tickedPath, c.form)
		if text := strings.ToLower(w.Body.String()); w.Code != c.code || !strings.Contains(text, strings.ToLower(c.want)) {
			t.Errorf("%s: %d, lacks %q", says, w.Code, c.want)
		}
	}
	if len(d.asked)+len(d.entries) > 0 {
		t.Errorf("done was %v", d.asked)
	}
}

func TestATickedOneThatIsGoneIsNamedAndTheOthersAreActedOn(t *testing.T) {
	d, id := tickable()
	gone := uuid.New().String()
	asked := d.ask(t, tickedPath+"?id="+id+"&id="+gone, nil)
	if text := asked.Body.String(); asked.Code != http.StatusOK || !strings.Contains(text, "Retry 1 write") || !strings.Contains(text, gone) || !strings.Contains(text, "1 of them is there no more") {
		t.Errorf("asked: %d %s", asked.Code, text)
	}
	done := d.ask(t, tickedPath, url.Values{"id": {gone, id}, "action": {"retry"}})
	if text := done.Body.String(); done.Code != http.StatusOK || !strings.Contains(text, "1 of 2 retried") || !strings.Contains(text, gone) || len(d.entries) != 1 {
		t.Errorf("done: %d %s", done.Code, text)
	}
	none := d.ask(t, tickedPath, url.Values{"id": {gone}, "action": {"retry"}})
	if text := none.Body.String(); none.Code != http.StatusOK || !strings.Contains(text, "0 of 1 retried") || !strings.Contains(text, "Go back to the list") || len(d.entries) != 1 {
		t.Errorf("none: %d %s", none.Code, text)
	}
}

func TestWhoMayNotActTicksNothing(t *testing.T) {
	d, id := tickable()
	d.who.Role = Viewer
	if text := d.ask(t, "/console/operations", nil).Body.String(); strings.Contains(text, "checkbox") || strings.Contains(text, "ticked") {
		t.Error("a viewer ticks rows")
	}
	if w := d.ask(t, tickedPath+"?id="+id, nil); w.Code != http.StatusForbidden {
		t.Errorf("a viewer is asked: %d", w.Code)
	}
	if !slices.Contains(takes()["GET "+tickedPath], several) {
		t.Error("the page of what was ticked takes one alone")
	}
}
