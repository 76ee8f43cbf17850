package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/waybill-dev/waybill/internal/config"
)

// shown are the pages of a console that has something to show, by names for pictures.
func (h *house) shown() map[string]string {
	h.t.Helper()
	h.ended(h.do("POST", messages, h.message("Dock 7 is free")).field("id"))
	user := func(name string) answer {
		return h.do("POST", "/v2/telematics/users", fmt.Sprintf(`{"connection_id":"%s","first_name":"Lena","last_name":"Sorensen",`+
			`"username":%q,"is_driver":true,"employee_number":"1042"}`, h.ids.Connection, name))
	}
	made := h.ended(user("lena").field("id"))
	failed := h.ended(user("lena2").field("id"))
	unknown := h.lost("Truck 99", true)
	h.simulated("POST", "/_sim/faults", `{"match":{"method":"PATCH"},"fault":"status","status":503}`)
	waits := h.do("PATCH", "/v2/telematics/vehicles/"+h.ids.Vehicle.String(),
		fmt.Sprintf(`{"connection_id":"%s","vehicle_name":"Truck 42"}`, h.ids.Connection))
	at := "/console/operations/"
	hook := h.do("GET", "/v2/notifications/webhooks?size=1", "").value("items").([]any)[0].(map[string]any)["id"]
	partner := h.do("GET", "/v2/integrations/connections/"+h.ids.Connection.String()+"/resource-operations/"+waits.field("id"), "").field("partner_id")
	return map[string]string{"home": "/console/", "operations": "/console/operations", "failed-only": "/console/operations?state=failed",
		"nothing-matches": "/console/operations?state=cancelled", "not-found": "/console/operations/" + h.ids.Connection.String(),
		"succeeded": at + made.field("id"), "failed": at + failed.field("id"), "edit": at + failed.field("id") + "/edit",
		"unknown": at + unknown, "resolve": at + unknown + "/resolve", "pending": at + waits.field("id"),
		"cancel": at + waits.field("id") + "/cancel", "find-nothing": "/console/find?q=nothing-has-this",
		"connections": "/console/connections", "connection": "/console/connections/" + h.ids.Connection.String(),
		"webhooks": "/console/webhooks", "webhook": fmt.Sprintf("/console/webhooks/%s/%s", partner, hook), "tsps": "/console/tsps",
		"clients": "/console/clients", "lanes": "/console/lanes",
		"grants": "/console/grants", "all": "/console/operations/all",
		"all-of-one": "/console/operations/all?tsp=samsara&partner=" + partner, "settings": "/console/settings", "audit": "/console/audit"}
}

func TestAFailedWriteIsEditedAndSentAgainInTheConsole(t *testing.T) {
	t.Parallel()
	h := openWith(t, config.Default())
	failed := h.shown()["failed"]
	b := h.browse(t)
	b.goes("/console/operations?state=failed&tsp=samsara")
	b.do(chromedp.Reload())
	if at, chosen := b.text("location.search"), b.text(`document.querySelector("[name=tsp]").value`); !strings.Contains(at, "state=failed") || chosen != "samsara" {
		t.Errorf("after a reload the list is at %s with the TSP %q", at, chosen)
	}
	b.clicks(".table a.title")
	if at := b.text("location.pathname"); at != failed {
		t.Fatalf("the failed write leads to %s, not %s", at, failed)
	}
	b.clicks(`.verdict a.main`)
	b.clicks(`[name=do][value=json]`)
	b.do(chromedp.SetValue(chromedp.CSS("#body"), strings.ReplaceAll(b.text(`document.getElementById("body").value`), "1042", "1042x;")))
	b.clicks(`.buttons [value=check]`)
	b.do(chromedp.SetValue(chromedp.CSS("#body"), `{"first_name":7}`))
	b.clicks(`.buttons [value=send]`)
	if said := b.text(`document.querySelector(".note").textContent`); !strings.Contains(said, "first_name") {
		t.Errorf("a wrong body is answered with %q", said)
	}
	b.do(chromedp.SetValue(chromedp.CSS("#body"), fmt.Sprintf(`{"connection_id":"%s","first_name":"Lena","last_name":"Sorensen","username":"lena3","is_driver":true}`,
		h.ids.Connection)))
	b.clicks(`.buttons [value=check]`)
	if would := b.text(`document.querySelector(".exchange pre").textContent`); !strings.Contains(would, "POST") || !strings.Contains(would, "lena3") {
		t.Errorf("it would send %q", would)
	}
	b.clicks(`.buttons [value=send]`)
	made := strings.TrimPrefix(b.text("location.pathname"), "/console/operations/")
	if said := b.text(`document.querySelector(".note").textContent`); !strings.Contains(said, "Sent again") {
		t.Errorf("what was sent again is told as %q", said)
	}
	if a := h.ended(made); a.field("status") != "success" {
		t.Errorf("the retry ended as %s", a.text)
	}
	b.goes(failed)
	if barred := b.text(`document.querySelectorAll(".verdict [aria-disabled=true]").length`); barred != "2" {
		t.Errorf("of what was retried %s acts are barred", barred)
	}
	b.goes("/console/settings")
	b.clicks("form[action='/console/keys'] button")
	if left := b.text(`document.querySelectorAll("[data-key]").length`); left != "0" {
		t.Errorf("%s keys do something though they were switched off", left)
	}
	b.clicks("[name=theme][value=dark]")
	if chosen := b.text(`document.documentElement.dataset.theme`); chosen != "dark" {
		t.Errorf("the theme is %s", chosen)
	}
	b.sound("editing")
}

func TestTheConsoleWorksWithoutAScript(t *testing.T) {
	t.Parallel()
	h := openWith(t, config.Default())
	pages := h.shown()
	b := h.browse(t)
	called(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	b.goes("/console/operations")
	b.do(chromedp.SetValue(chromedp.CSS("[name=kind]"), "user"))
	b.clicks(".filters button")
	if at := b.text("location.search"); !strings.Contains(at, "kind=user") {
		t.Errorf("the filter leads to %s", at)
	}
	b.goes(pages["unknown"])
	b.clicks(".verdict a.main")
	// Until the TSP cannot be at work on it any more, the page says so and stays.
	for said := ""; !strings.Contains(said, "Resolved"); {
		if said != "" && !strings.Contains(said, "may be at work on it until") {
			t.Fatalf("what was resolved is told as %q", said)
		}
		b.goes(pages["resolve"])
		b.do(chromedp.Click(chromedp.CSS("[value=not_applied]")))
		b.clicks("form .button.main")
		said = b.text(`document.querySelector(".note").textContent`)
	}
	b.clicks(".verdict form button")
	if said := b.text(`document.querySelector(".note").textContent`); !strings.Contains(said, "Sent again") {
		t.Errorf("what was sent again is told as %q", said)
	}
	b.goes(pages["cancel"])
	b.clicks("form .button.danger")
	if said := b.text(`document.querySelector(".verdict").textContent`); !strings.Contains(said, "Cancelled") {
		t.Errorf("what was cancelled is told as %q", said)
	}
	b.sound("without a script")
}

func TestAllThatMatchIsRetriedByAJobInTheConsole(t *testing.T) {
	t.Parallel()
	h := openWith(t, config.Default())
	all := h.shown()["all-of-one"]
	b := h.browse(t)
	b.goes("/console/operations?state=failed&tsp=samsara")
	b.clicks(".head .button:last-child")
	if at := b.text("location.pathname + location.search"); at != "/console/operations/all?tsp=samsara" {
		t.Errorf("acting on all leads to %s", at)
	}
	b.goes(all)
	b.clicks("form .button.main")
	for tries := 0; !strings.Contains(b.text(`document.querySelector(".verdict h2").textContent`), "Finished"); tries++ {
		if tries == 200 {
			t.Fatalf("the job is not finished: %s", b.text(`document.querySelector("main").textContent`))
		}
		b.do(chromedp.Reload())
	}
	// The outcome of the other one that failed is unknown, so it is left alone.
	if said := b.text(`document.querySelector(".figures").textContent.replace(/\s+/g, " ")`); !strings.Contains(said, "Done 1") && !strings.Contains(said, "Done1") {
		t.Errorf("the job has done %s", said)
	}
	b.goes("/console/audit")
	if log := b.text(`document.querySelector("tbody").textContent`); !strings.Contains(log, "retry of all that match") {
		t.Errorf("the audit log tells %s", log)
	}
	b.sound("a job")
}

func TestAConnectionIsPausedAndResumedInTheConsole(t *testing.T) {
	t.Parallel()
	h := openWith(t, config.Default())
	b := h.browse(t)
	b.goes("/console/connections/" + h.ids.Connection.String())
	b.clicks(".verdict .danger")
	b.clicks("form .button.danger")
	if said := b.text(`document.querySelector(".note").textContent`); !strings.Contains(said, "reason") {
		t.Errorf("a pause without a reason is answered with %q", said)
	}
	b.do(chromedp.SetValue(chromedp.CSS("#reason"), "they move"))
	b.clicks("form .button.danger")
	b.goes("/console/lanes")
	if said := b.text(`document.querySelector("tbody").textContent`); !strings.Contains(said, "operator:dev") || !strings.Contains(said, "they move") {
		t.Errorf("the lanes tell of the pause %q", said)
	}
	b.clicks("tbody a.title")
	for _, act := range []struct{ selector, says string }{{".verdict .main", "Active"}, {".verdict button", "import is due"}} {
		b.clicks(act.selector)
		if said := b.text(`document.querySelector(".note").textContent`); !strings.Contains(said, act.says) {
			t.Errorf("%s is told as %q", act.selector, said)
		}
	}
	b.goes("/console/audit")
	for _, did := range []string{"paused", "resumed", "imported"} {
		if log := b.text(`document.querySelector("tbody").textContent`); !strings.Contains(log, "operator:dev"+did) {
			t.Errorf("the audit log does not tell what was %s: %s", did, log)
		}
	}
	b.sound("a connection")
}

func TestTheConsoleOfTheDemoIsForThisMachineAlone(t *testing.T) {
	t.Parallel()
	h := openWith(t, config.Default())
	ask := func(method, path string, change func(*http.Request)) *http.Response {
		r, err := http.NewRequestWithContext(t.Context(), method, h.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		change(r)
		a, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = a.Body.Close()
		return a
	}
	if a := ask("GET", "/console/", func(*http.Request) {}); a.StatusCode != http.StatusOK ||
		!strings.Contains(a.Header.Get("Content-Security-Policy"), "script-src 'self'") {
		t.Errorf("here: %d %v", a.StatusCode, a.Header)
	}
	if a := ask("GET", "/console/operations", func(r *http.Request) { r.Host = "evil.example" }); a.StatusCode != http.StatusForbidden {
		t.Errorf("by another name: %d", a.StatusCode)
	}
	if a := ask("POST", "/console/theme", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }); a.StatusCode != http.StatusForbidden {
		t.Errorf("from another site: %d", a.StatusCode)
	}
	// The API stays what it is beside it.
	if a := ask("GET", operations, func(*http.Request) {}); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("the API: %d", a.StatusCode)
	}
}
