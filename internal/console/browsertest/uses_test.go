package browsertest

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// exact holds what is shown of payloads and answers against what was sent.
func exact(t *testing.T, browser context.Context, in *installation, w writes) {
	b := open(t, browser, in.url)
	b.visit("/console/operations/" + w["unknown"])
	if text := says[string](b, "document.body.innerText"); !strings.Contains(text, precise) {
		t.Errorf("the number %s is not shown as it was given:\n%s", precise, text)
	}
	b.visit("/console/operations/" + w["failed"])
	text := says[string](b, "document.body.innerText")
	for _, part := range []string{`<script>window.harmed = 1</script><b class=`, "<i>on duty</i>", beyond} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not shown:\n%s", part, text)
		}
	}
	if strings.Contains(text, "before it, of the same record") {
		t.Errorf("writes that were asked for later are told to be before it:\n%s", text)
	}
	status, file := in.send(http.MethodGet, in.url+exported+"?state=failed", "", "")
	if status != http.StatusOK || strings.Count(file, "\n") < 3 || !strings.Contains(file, w["failed"]) {
		t.Errorf("the file of those that failed: %d %s", status, file)
	}
	if says[bool](b, `window.harmed !== undefined || document.querySelector(".harm, main i") !== null`) {
		t.Error("a text of a caller or TSP was taken as HTML")
	}
}

// unsent holds what is told of writes that never went out.
func unsent(t *testing.T, browser context.Context, in *installation, w writes) {
	b := open(t, browser, in.url)
	b.visit("/console/operations")
	for _, name := range []string{"cancelled", "expired", "behind"} {
		tries := says[string](b, `document.querySelector('a.title[href$="`+w[name]+`"]').closest("tr").querySelector("[data-label=tries]").textContent`)
		if tries != "0" {
			t.Errorf("the list tells of %s tries of the write that is %s", tries, name)
		}
		b.visit("/console/operations/" + w[name])
		if text := says[string](b, "document.body.innerText"); !strings.Contains(text, "Nothing has gone out") || strings.Contains(text, "1, of which") {
			t.Errorf("the page of the %s one tells of what went out:\n%s", name, text)
		}
		b.visit("/console/operations")
	}
}

// filters narrows the list, and expects that to last.
func filters(t *testing.T, browser context.Context, in *installation, _ writes) {
	b := open(t, browser, in.url)
	b.visit("/console/operations")
	b.leads(chromedp.SetValue(chromedp.CSS(`select[name="tsp"]`), "samsara"))
	b.leads(click(`.facets a[href*="state=failed"]`))
	kept := func(when string) {
		t.Helper()
		if at := b.path(); !strings.Contains(at, "tsp=samsara") || !strings.Contains(at, "state=failed") {
			t.Errorf("%s: it is at %s", when, at)
		}
		if chosen := says[string](b, `document.querySelector('select[name="tsp"]').value`); chosen != "samsara" {
			t.Errorf("%s: the TSP chosen is %q", when, chosen)
		}
		if n := says[int](b, `document.querySelectorAll("tbody tr").length`); n != 2 {
			t.Errorf("%s: %d rows", when, n)
		}
	}
	kept("chosen")
	b.leads(chromedp.Reload())
	kept("reloaded")
	b.leads(click("tbody a.title"))
	says[bool](b, "history.back(), true")
	b.until("the list is back", `location.pathname === "/console/operations" && document.readyState === "complete"`)
	kept("back")
}

// plain uses pages whose scripts do not run.
func plain(t *testing.T, browser context.Context, in *installation, w writes) {
	b := open(t, browser, in.url)
	b.scripts(false)
	b.visit("/console/")
	if says[bool](b, `document.documentElement.dataset.script !== undefined`) {
		t.Fatal("scripts run")
	}
	b.leads(click(`.rail a[href="/console/operations"]`))
	b.leads(chromedp.SetValue(chromedp.CSS(`select[name="kind"]`), "vehicle"), click(`.filters button[type="submit"]`))
	if at := b.path(); !strings.Contains(at, "kind=vehicle") {
		t.Errorf("the form led to %s", at)
	}
	b.leads(chromedp.SetValue(chromedp.CSS(`.top input[name="q"]`), w["unknown"]), chromedp.Submit(chromedp.CSS(`.top input[name="q"]`)))
	if at := b.path(); !strings.HasPrefix(at, "/console/operations/"+w["unknown"]) {
		t.Errorf("the search led to %s", at)
	}
	in.well("samsara")
	b.visit("/console/operations/" + w["failed"])
	b.leads(click(`.verdict form[action$="/retry"] button`))
	made := b.path()
	if strings.Contains(made, w["failed"]+"?") || !strings.Contains(made, "done=retried") {
		t.Fatalf("the retry led to %s", made)
	}
	if note := says[string](b, `document.querySelector(".note").innerText`); note == "" {
		t.Error("nothing is said of the retry")
	}
}

// lines has a text of several lines go through the form of fields, which must not change it.
func lines(t *testing.T, browser context.Context, in *installation, _ writes) {
	in.fault("traccar", `{"match":{"method":"POST"},"fault":"status","status":400,"times":1}`)
	id := in.asks("POST", "vehicles", strings.TrimSuffix(vehicle("traccar", "Truck 106"), "}")+`,"notes":"\nFirst line\n  second line\n"}`)
	in.until("traccar", id, "refused", ended)
	b := open(t, browser, in.url)
	b.visit("/console/operations/" + id + "/edit")
	b.leads(click(`.buttons [value="check"]`))
	if n := says[int](b, `document.querySelectorAll("tr.changed").length`); n != 0 || !says[bool](b, `document.querySelector("textarea.few") !== null`) {
		t.Errorf("%d fields have changed: %s", n, says[string](b, `document.querySelector("main").innerText`))
	}
}

// acts sends a failed write again until it has succeeded, and cancels another.
func acts(t *testing.T, browser context.Context, in *installation, _ writes) {
	b := open(t, browser, in.url)
	in.fault("traccar", `{"match":{"method":"POST"},"fault":"status","status":400,"times":1}`)
	failed := in.asks("POST", "vehicles", vehicle("traccar", "Truck 104"))
	in.until("traccar", failed, "failed", ended)
	b.visit("/console/operations/" + failed)
	b.leads(click(`.verdict form[action$="/retry"] button`))
	if !strings.Contains(b.path(), "done=retried") {
		t.Fatalf("the retry led to %s", b.path())
	}
	id := strings.TrimPrefix(strings.Split(b.path(), "?")[0], "/console/operations/")
	in.until("traccar", id, "succeeded", ended)
	b.visit("/console/operations/" + id)
	if said := says[string](b, `document.querySelector(".verdict h2").innerText`); !strings.HasPrefix(said, "Succeeded") {
		t.Errorf("the retry: %s", said)
	}
	refused := in.asks("POST", "users", in.user("lena.sorensen.3"))
	in.until("samsara", refused, "refused", ended)
	b.visit("/console/operations/" + refused)
	b.leads(click(`.verdict a.main`))
	b.do(chromedp.SetValue(chromedp.CSS(`[name="field.employee_number"]`), "1043"))
	b.leads(chromedp.SendKeys(chromedp.CSS(`[name="field.employee_number"]`), kb.Enter))
	if at, text := b.path(), says[string](b, `document.querySelector("main").innerText`); !strings.HasSuffix(at, refused+"/edit") ||
		!strings.Contains(text, "What would go out") || strings.Count(text, "changed") != 1 {
		t.Errorf("Enter leads to %s: %s", at, text)
	}
	b.leads(click(`.buttons [value="send"]`))
	id = strings.TrimPrefix(strings.Split(b.path(), "?")[0], "/console/operations/")
	in.until("samsara", id, "succeeded", func(op operation) bool { return op.Status == "success" })
	b.visit("/console/operations/" + failed)
	if barred := says[int](b, `document.querySelectorAll(".verdict [aria-disabled]").length`); barred == 0 {
		t.Error("a write that was retried can be retried once more")
	}

	in.fault("traccar", `{"match":{"method":"POST"},"fault":"status","status":503}`)
	waits := in.asks("POST", "vehicles", vehicle("traccar", "Truck 105"))
	in.until("traccar", waits, "retrying", tried)
	b.visit("/console/operations/" + waits)
	b.leads(click(`.verdict a[href$="/cancel"]`))
	status := b.leads(click(`main form[method="post"] button.danger`))
	// While an attempt is under way it cannot be told whether anything was sent; the page says to ask again.
	for ; status == http.StatusConflict; status = b.leads(click(`main form[method="post"] button.danger`)) {
		b.visit("/console/operations/" + waits + "/cancel")
	}
	if status != http.StatusOK {
		t.Errorf("cancelled: %d at %s", status, b.path())
	}
	if said := says[string](b, `document.querySelector(".verdict h2").innerText`); !strings.HasPrefix(said, "Cancelled") {
		t.Errorf("the cancelled one: %s", said)
	}
	in.well("traccar")
}
