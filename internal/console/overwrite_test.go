package console

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
)

// outdated is a desk with an update that has failed, and a newer one of the same name.
func outdated() *desk {
	d := &desk{op: written(), who: Visitor{Name: "Ada Lind", Role: Operator, Payloads: true}}
	d.op.Kind, d.op.Verb, d.op.Resource = resource.KindVehicle, resource.Update, uuid.UUID{8}
	d.op.Payload = []byte(`{"connection_id":"02000000-0000-0000-0000-000000000000","vehicle_name":"Old <i>","vin":"V"}`)
	by := d.op
	by.ID, by.State, by.Attempts = uuid.UUID{7}, operation.Succeeded, nil
	by.Payload = []byte(`{"connection_id":"02000000-0000-0000-0000-000000000000","vehicle_name":"New-7"}`)
	d.newer = &operation.Overwrites{Of: d.op, By: by, Fields: []string{"vehicle_name"}, Others: true, Partner: d.op.Partner}
	return d
}

func TestARetryOverNewerValuesIsAskedForAndShowsThem(t *testing.T) {
	d := outdated()
	at := operationPath(d.op.ID)
	w := d.ask(t, at+"/retry", url.Values{})
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != at+"/retry" || len(d.asked)+len(d.entries) > 0 {
		t.Fatalf("it leads to %d %s, and asked %v", w.Code, w.Header().Get("Location"), d.asked)
	}
	text := d.ask(t, at+"/retry", nil).Body.String()
	for _, part := range []string{"Write older values over newer ones?", operationPath(d.newer.By.ID) + `"`, "New-7", "Old &lt;i&gt;", "Overwrite all the same",
		`data-label="the newer one"`, `data-label="this one"`,
		at + "/edit", "Back, change nothing", `name="overwrite" value="` + d.newer.By.ID.String()} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not shown: %s", part, text)
		}
	}
	d.who.Payloads = false
	text = d.ask(t, at+"/retry", nil).Body.String()
	if strings.Contains(text, "New-7") || strings.Contains(text, "Old") || strings.Contains(text, at+"/edit") || !strings.Contains(text, "<code>vehicle_name</code>") {
		t.Errorf("who may read no payloads sees %s", text)
	}
}

func TestOnlyWhatWasSeenIsWrittenOver(t *testing.T) {
	for agreed, made := range map[string]bool{uuid.UUID{7}.String(): true, uuid.UUID{6}.String(): false, "yes": false, "": false} {
		d := outdated()
		w := d.ask(t, operationPath(d.op.ID)+"/retry", url.Values{"overwrite": {agreed}})
		if to := w.Header().Get("Location"); w.Code != http.StatusSeeOther || (len(d.asked) == 1) != made || strings.HasSuffix(to, "/retry") == made {
			t.Errorf("agreed to %q: %d %s, asked %v", agreed, w.Code, to, d.asked)
		}
	}
}

func TestWithNothingNewerARetryIsAskedForPlainly(t *testing.T) {
	d := outdated()
	d.newer = nil
	text := d.ask(t, operationPath(d.op.ID)+"/retry", nil).Body.String()
	if !strings.Contains(text, "Send this write again?") || strings.Contains(text, "verwrite") {
		t.Errorf("it says %s", text)
	}
	d.newer = &operation.Overwrites{Of: d.op, Fields: []string{"vin"}, Unread: true}
	text = d.ask(t, operationPath(d.op.ID)+"/retry", nil).Body.String()
	if !strings.Contains(text, "does not know whether") || strings.Contains(text, "What is newer") || !strings.Contains(text, "Overwrite all the same") {
		t.Errorf("of what was not looked at it says %s", text)
	}
}

func TestAnEditedRetryOverNewerValuesIsTickedOnItsPage(t *testing.T) {
	d := outdated()
	at, form := operationPath(d.op.ID)+"/edit", url.Values{"body": {`{"vehicle_name":"Edited"}`}, "do": {"send"}}
	for _, do := range []string{"send", "check"} {
		form.Set("do", do)
		w := d.ask(t, at, form)
		text := w.Body.String()
		if w.Code != http.StatusConflict || !strings.Contains(text, "New-7") || !strings.Contains(text, `type="checkbox" name="overwrite" value="`+d.newer.By.ID.String()) ||
			strings.Contains(text, "overwrite=true") || len(d.asked) > 0 {
			t.Errorf("%s: %d %s", do, w.Code, text)
		}
	}
	form.Set("overwrite", d.newer.By.ID.String())
	if text := d.ask(t, at, form).Body.String(); !strings.Contains(text, `value="`+d.newer.By.ID.String()+`" checked`) || len(d.asked) > 0 {
		t.Errorf("checked it says %s", text)
	}
	form.Set("do", "send")
	if w := d.ask(t, at, form); w.Code != http.StatusSeeOther || len(d.asked) != 1 {
		t.Errorf("sent: %d, asked %v", w.Code, d.asked)
	}
}

func TestTheConsoleNamesNoParameterOfTheAPIWhereARetryIsRefused(t *testing.T) {
	o := outdated().newer
	whole, unread, pending := *o, *o, *o
	whole.Others, unread.Unread, pending.By.State = false, true, operation.Queued
	for _, says := range []string{o.Error(), whole.Error(), unread.Error(), pending.Error(),
		"it would go on; if that is meant, give the body, or retry it with overwrite=true",
		"the retry would come behind it; wait for it, or retry with overwrite=true if that is meant"} {
		if text := worded(says); strings.Contains(text, "overwrite=true") || !strings.Contains(text, "retry”") && !strings.Contains(text, "as it is”") {
			t.Errorf("it says %s", text)
		}
	}
}

func TestThePageOfTheTickedSaysBeforehandWhatWouldBeRefused(t *testing.T) {
	d := outdated()
	page := func() string { return d.ask(t, tickedPath+"?id="+d.op.ID.String(), nil).Body.String() }
	if text := page(); !strings.Contains(text, "No: it would write older values over newer ones: vehicle_name") || strings.Contains(text, "Retry 1 write") {
		t.Errorf("of older values it says %s", text)
	}
	d.newer, d.refuses = nil, problem.New(problem.Forbidden, "the fleet has not granted it")
	if text := page(); !strings.Contains(text, "No: The fleet has not granted it<") || strings.Contains(text, "Retry 1 write") {
		t.Errorf("of what is not granted it says %s", text)
	}
	if len(d.asked)+len(d.entries) > 0 {
		t.Errorf("asking has done %v", d.asked)
	}
}
