package console

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// waiting is a message that waits for a cause until a time.
func waiting(state operation.State, code operation.Cause, next time.Time) operation.Operation {
	op := written()
	op.State, op.NextAt, op.Attempts[0].Class = state, next, tsp.Unavailable
	op.Progress = &operation.ProgressRead{State: state, Code: code, CanBeTried: code != operation.RetryAfter && code != operation.ConnectionPaused}
	if next.After(noon()) {
		op.Progress.NextAttemptAt = operation.Turn(next)
	}
	return op
}

func TestAWriteThatWaitsForItsOwnNextAttemptCanBeTriedAtOneClick(t *testing.T) {
	t.Parallel()
	soon := noon().Add(20 * time.Minute)
	last := waiting(operation.Unknown, operation.LookingUp, soon)
	last.Progress.CanBeTried = false
	for name, c := range map[string]struct {
		op   operation.Operation
		word string // "" if it is not offered
	}{
		"in back-off":          {waiting(operation.Retry, operation.BackOff, soon), "Try now"},
		"looked up":            {waiting(operation.Unknown, operation.LookingUp, soon), "Look now"},
		"looked up now":        {waiting(operation.Unknown, operation.LookingUp, noon()), ""},
		"the last that counts": {last, ""},
		"told to wait":         {waiting(operation.Retry, operation.RetryAfter, soon), ""},
		"a look told to wait":  {waiting(operation.Unknown, operation.RetryAfter, soon), ""},
		"at its turn":          {waiting(operation.Retry, operation.InQueue, noon()), ""},
		"of a paused one":      {waiting(operation.Retry, operation.ConnectionPaused, soon), ""},
	} {
		d := &desk{op: c.op, who: Visitor{Name: "Ada", Role: Operator}}
		text := d.ask(t, operationPath(d.op.ID), nil).Body.String()
		if offered := strings.Contains(text, `action="`+operationPath(d.op.ID)+`/try"`); offered != (c.word != "") || !strings.Contains(text, c.word) {
			t.Errorf("%s: it is offered: %v", name, offered)
		}
	}
	d := &desk{op: waiting(operation.Retry, operation.BackOff, soon), who: Visitor{Name: "Ada", Role: Viewer}}
	if text := d.ask(t, operationPath(d.op.ID), nil).Body.String(); strings.Contains(text, `/try"`) || !strings.Contains(text, "Try now") {
		t.Error("a viewer has the button, or is not told of it")
	}
}

func TestWhoHasAWriteTriedIsLoggedAndToldWhatCameOfIt(t *testing.T) {
	t.Parallel()
	d := &desk{op: waiting(operation.Retry, operation.BackOff, noon().Add(time.Hour)), who: Visitor{Name: "Ada", Role: Operator}}
	w := d.ask(t, operationPath(d.op.ID)+"/try", url.Values{})
	to := w.Header().Get("Location")
	if w.Code != http.StatusSeeOther || len(d.asked) != 1 || d.asked[0] != "try "+d.op.ID.String() || d.actor != "operator:Ada" {
		t.Fatalf("%d to %s; asked %v by %s", w.Code, to, d.asked, d.actor)
	}
	if len(d.entries) != 1 || d.entries[0].Action != "tried" || d.entries[0].Object != "operation:"+d.op.ID.String() {
		t.Errorf("logged %v", d.entries)
	}
	says := func(when, want string) {
		t.Helper()
		if text := d.ask(t, to, nil).Body.String(); strings.Contains(text, `class="note `) != (want != "") || !strings.Contains(text, want) {
			t.Errorf("%s it does not say %q", when, want)
		}
	}
	says("while it waits as before,", "")
	d.op = waiting(operation.Retry, operation.InQueue, noon())
	says("at its turn", "It waits no longer")
	d.op.Tries++
	says("once it was tried", "It had its turn")
	d.refuses, d.entries = problem.New(problem.Conflict, "it waits for another"), nil
	if w := d.ask(t, operationPath(d.op.ID)+"/try", url.Values{}); w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "It waits for another.") || len(d.entries) > 0 {
		t.Errorf("refused: %d, logged %v", w.Code, d.entries)
	}
}
