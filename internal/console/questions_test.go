package console

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// healing are acts that hold nothing up and destroy nothing, so they are done at one click.
var healing = []string{"POST /console/operations/{id}/retry", "POST /console/operations/{id}/try", "POST /console/connections/{id}/resume", "POST /console/connections/{id}/import", "POST /console/connections/{id}/test",
	"POST /console/webhooks/{partner}/{id}/activate", "POST /console/webhooks/{partner}/{id}/test"}

func TestEachActHealsOrHasAPageThatAsksFirst(t *testing.T) {
	t.Parallel()
	of := map[string]Role{}
	for _, r := range new(Console).table() {
		of[r.pattern] = r.may
	}
	asks := 0
	for pattern, role := range of {
		path, acts := strings.CutPrefix(pattern, "POST ")
		if !acts || slices.Contains(harmless, pattern) || slices.Contains(healing, pattern) {
			continue
		}
		if asking, has := of["GET "+path]; !has || asking != role {
			t.Errorf("%s neither heals nor has a page that asks first of the same role", pattern)
		}
		asks++
	}
	if asks < 8 {
		t.Errorf("only %d acts ask", asks)
	}
	for _, pattern := range slices.Concat(healing, harmless) {
		if of[pattern] == "" {
			t.Errorf("there is no %s", pattern)
		}
	}
}

// posts sends a form of the office.
func (o *office) posts(t *testing.T, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	o.over(t).ServeHTTP(w, r)
	return w
}

func TestThePageOfAPausedSubscriptionSaysByWhomAndWhy(t *testing.T) {
	t.Parallel()
	o := newOffice()
	o.who, o.hook = Visitor{Name: "Ada", Role: Viewer}, webhook.Paused
	for says, mark := range map[string]audit.Mark{"They &lt;move&gt;. By operator:ada, 4 Mar 12:00 UTC.": {By: "operator:ada", Why: "they <move>", At: noon()},
		"It answered 410 Gone. By its receiver,": {By: "receiver", Why: "it answered 410 Gone", At: noon()}, "By client:demo,": {By: "client:demo", At: noon()},
		"Its partner or an operator has paused it": {}} {
		o.halted = mark
		if _, text := o.page(t, hookPath(o.op.Partner, uuid.UUID{7})); !strings.Contains(text, says) {
			t.Errorf("%+v: %s", mark, text)
		}
	}
}

func TestAReceiverIsTestedFromItsPageByWhoMayActOnIt(t *testing.T) {
	t.Parallel()
	o := newOffice()
	o.who = Visitor{Name: "Ada", Role: Viewer}
	hook, code, ms, why := hookPath(o.op.Partner, uuid.UUID{7}), 503, 41, "The receiver answered 503 Service Unavailable."
	if w := o.posts(t, hook+"/test", nil); w.Code != http.StatusForbidden || len(o.asked) > 0 {
		t.Errorf("a viewer: %d %v", w.Code, o.asked)
	}
	o.who.Role = Operator
	if _, text := o.page(t, hook); !strings.Contains(text, `action="`+hook+`/test"`) {
		t.Errorf("the page has no button: %s", text)
	}
	for says, tried := range map[string]webhook.Tested{"The receiver took the test": {Outcome: webhook.TestDelivered, StatusCode: &code, ResponseTimeMS: &ms, Status: webhook.Active},
		"The receiver refused the test": {Outcome: webhook.TestRefused, StatusCode: &code, ResponseTimeMS: &ms, Problem: &why},
		"No answer came to the test":    {Outcome: webhook.TestUnanswered, Problem: &why}} {
		o.tried = tried
		if w := o.posts(t, hook+"/test", nil); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), says) || tried.Problem != nil && !strings.Contains(w.Body.String(), why) {
			t.Errorf("%s: %d %s", says, w.Code, w.Body)
		}
	}
}

func TestAQuestionSaysInNumbersWhatItsActHoldsUpAndSendsAFormThatDoesIt(t *testing.T) {
	t.Parallel()
	o := newOffice()
	o.who, o.status = Visitor{Name: "Ada", Role: Admin, Payloads: true}, connection.Active
	link, hook := connectionPath(o.op.Connection), hookPath(o.op.Partner, uuid.UUID{7})
	job := "/console/jobs/" + o.op.Partner.String() + "/" + o.op.ID.String()
	for path, of := range map[string]struct {
		says  []string
		sends url.Values
		asked string
	}{
		link + "/pause":  {[]string{"10,000+", "in the last 24 hours", `name="why"`}, url.Values{"why": {"moved"}}, "pause moved"},
		hook + "/pause":  {[]string{"200+", "deliveries wait", "41", "is lost to its receiver", `name="why"`}, url.Values{"why": {"moved"}}, "move paused moved"},
		hook + "/replay": {[]string{">1<", "Dead letters", `name="all" value="yes"`}, url.Values{"all": {"yes"}}, "replay "},
		job + "/stop":    {[]string{">1<", "To come", "of 2 stay done"}, nil, "stop"},
	} {
		o.asked, o.entries = nil, nil
		code, text := o.page(t, path)
		if code != http.StatusOK || !strings.Contains(text, `<form method="post" action="`+path+`"`) {
			t.Errorf("%s: %d, without a form that does it", path, code)
		}
		for _, says := range of.says {
			if says = strings.ReplaceAll(says, "+", "&#43;"); !strings.Contains(text, says) {
				t.Errorf("%s does not say %q", path, says)
			}
		}
		if len(o.asked) > 0 {
			t.Errorf("%s has done %v when it was opened", path, o.asked)
		}
		if w := o.posts(t, path, of.sends); w.Code != http.StatusSeeOther || !slices.Equal(o.asked, []string{of.asked}) || len(o.entries) != 1 {
			t.Errorf("%s: %d, asked for %q, logged %v", path, w.Code, o.asked, o.entries)
		}
		if why := of.sends.Get("why"); why != "" && o.entries[0].Action != `paused: "moved"` {
			t.Errorf("%s is logged as %s", path, o.entries[0].Action)
		}
	}
}

func TestWhatHoldsOthersUpNeedsAReasonOfOneLine(t *testing.T) {
	t.Parallel()
	o := newOffice()
	o.who, o.status = Visitor{Name: "Ada", Role: Admin}, connection.Active
	for _, path := range []string{connectionPath(o.op.Connection), hookPath(o.op.Partner, uuid.UUID{7})} {
		for _, given := range []string{"", "  ", "two\nlines", "\xff", "\u202egnol", strings.Repeat("x", 201)} {
			w := o.posts(t, path+"/pause", url.Values{"why": {given}})
			if text := w.Body.String(); w.Code != http.StatusUnprocessableEntity || !strings.Contains(text, "why: must ") || !strings.Contains(text, `name="why"`) {
				t.Errorf("%s with the reason %q: %d", path, given, w.Code)
			}
		}
	}
	if len(o.asked)+len(o.entries) > 0 {
		t.Errorf("without a reason was done: %v %v", o.asked, o.entries)
	}
}

func TestAReplayThatNamesNothingReplaysNothing(t *testing.T) {
	t.Parallel()
	o := newOffice()
	o.who = Visitor{Name: "Ada", Role: Operator}
	at := hookPath(o.op.Partner, uuid.UUID{7}) + "/replay"
	for _, form := range []url.Values{{}, {"event": {""}}, {"all": {"no"}}} {
		if w := o.posts(t, at, form); w.Code != http.StatusUnprocessableEntity || len(o.asked) > 0 {
			t.Errorf("%v: %d, asked for %v", form, w.Code, o.asked)
		}
	}
	o.posts(t, at, url.Values{"event": {o.op.ID.String()}})
	if !slices.Equal(o.asked, []string{`replay {"message_ids":["` + o.op.ID.String() + `"]}`}) {
		t.Errorf("one is replayed by %q", o.asked)
	}
}

func TestAnActThatIsRefusedStaysOnThePageOfWhatItWasFor(t *testing.T) {
	t.Parallel()
	o := newOffice()
	o.who, o.refuses = Visitor{Name: "Ada", Role: Admin}, problem.New(problem.Conflict, "it has changed meanwhile")
	for _, path := range []string{connectionPath(o.op.Connection) + "/pause", hookPath(o.op.Partner, uuid.UUID{7}) + "/pause",
		"/console/jobs/" + o.op.Partner.String() + "/" + o.op.ID.String() + "/stop"} {
		w := o.posts(t, path, url.Values{"why": {"x"}})
		if text := w.Body.String(); w.Code != http.StatusConflict || !strings.Contains(text, "It has changed meanwhile.") || !strings.Contains(text, "What you can do") && !strings.Contains(text, "What was left alone") {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	o.refuses = errors.New("the disk is full")
	if w := o.posts(t, hookPath(o.op.Partner, uuid.UUID{7})+"/activate", nil); w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "disk") {
		t.Errorf("a fault of ours: %d", w.Code)
	}
	if len(o.entries) > 0 {
		t.Errorf("what was refused is logged: %v", o.entries)
	}
}

func TestASubscriptionThatIsPausedMayHaveBeenByAnOperator(t *testing.T) {
	t.Parallel()
	o := newOffice()
	o.who, o.hook = Visitor{Name: "Ada", Role: Viewer}, webhook.Paused
	if _, text := o.page(t, hookPath(o.op.Partner, uuid.UUID{7})); !strings.Contains(text, "Its partner or an operator has paused it") {
		t.Error("the page of one that is paused names no operator")
	}
}

func TestATestOfCredentialsSaysWhatWasFoundAndHidesTheWordsOfTheTSP(t *testing.T) {
	t.Parallel()
	o := newOffice()
	said := "samsara refuses the credentials: SECRET-TEST"
	at := connectionPath(o.op.Connection) + "/test"
	for _, c := range []struct {
		found connection.Tested
		says  []string
	}{{connection.Tested{Outcome: connection.Works, Status: connection.Active}, []string{"samsara takes the credentials"}},
		{connection.Tested{Outcome: connection.Works, Status: connection.Stale}, []string{"samsara takes the credentials", "is stale all the same"}},
		{connection.Tested{Outcome: connection.Refused, Status: connection.Active, Problem: &said}, []string{"samsara refuses the credentials", "One refusal is no proof"}},
		{connection.Tested{Outcome: connection.Unanswered, Problem: &said}, []string{"samsara said nothing of the credentials"}}} {
		o.tested = c.found
		for _, payloads := range []bool{true, false} {
			o.who = Visitor{Name: "Ada", Role: Operator, Payloads: payloads}
			w := o.posts(t, at, nil)
			for _, says := range c.says {
				if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), says) {
					t.Errorf("%s: %d, without %q", c.found.Outcome, w.Code, says)
				}
			}
			if shown := strings.Contains(w.Body.String(), "SECRET-TEST"); shown != (payloads && c.found.Problem != nil) {
				t.Errorf("%s: with payloads %v the words of the TSP are shown: %v", c.found.Outcome, payloads, shown)
			}
		}
	}
	if len(o.entries) != 0 {
		t.Errorf("what the service writes into the audit log is written twice: %v", o.entries)
	}
	o.refuses = &problem.Error{Code: problem.TooMany, Detail: "it was tried less than 10s ago"}
	if w := o.posts(t, at, nil); w.Code != http.StatusTooManyRequests || !strings.Contains(w.Body.String(), "It was tried less than 10s ago.") {
		t.Errorf("too soon: %d", w.Code)
	}
}
