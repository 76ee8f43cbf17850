package browsertest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/demo"
)

// settles lets the outcome of a write be told by hand soon after it was cut off.
func settles(c *config.Config) { c.Settling = 1500 * time.Millisecond }

// forms uses the forms of an installation of their own, one after the other.
func forms(t *testing.T, browser context.Context) {
	in := start(t, true, settles)
	in.fault("samsara", `{"match":{"method":"POST","path_prefix":"/fuel-purchase"},"fault":"drop","times":1}`)
	unknown := in.asks("POST", "fuel-transactions", in.fuel())
	in.until("samsara", unknown, "unknown", ended)
	for _, use := range []struct {
		name string
		of   func(*tab, *installation)
	}{{"all that match", allThatMatch}, {"edited as JSON", editing}, {"by hand, without scripts", func(b *tab, in *installation) { byHand(b, in, unknown) }},
		{"a connection is paused", pausing}, {"settings are changed", settingsChanged}, {"credentials are replaced", credentialsReplaced}, {"a subscription is paused", pausingHook}} {
		t.Run(use.name, func(t *testing.T) {
			in.t = t
			b := open(t, browser, in.url)
			use.of(b, in)
			for _, wrong := range b.complaints() {
				if !strings.Contains(wrong, "Failed to load resource") {
					t.Error(wrong)
				}
			}
		})
	}
}

// noted is what is said above a page.
func (b *tab) noted() string {
	b.t.Helper()
	return says[string](b, `(document.querySelector(".note") ?? {innerText: ""}).innerText`)
}

// tells fails unless a text holds another.
func (b *tab) tells(what, text, part string) {
	b.t.Helper()
	if !strings.Contains(text, part) {
		b.t.Errorf("%s at %s, without %q: %s", what, b.path(), part, text)
	}
}

// audited is the text of the audit log.
func (b *tab) audited() string {
	b.t.Helper()
	b.visit("/console/audit")
	return says[string](b, `document.querySelector("tbody").textContent`)
}

// allThatMatch has a job retry what failed. The outcome of the other write is unknown, so it is left alone.
func allThatMatch(b *tab, in *installation) {
	in.fault("samsara", `{"match":{"method":"POST","path_prefix":"/v1/fleet/messages"},"fault":"status","status":400,"times":1}`)
	failed := in.asks("POST", "messages", in.message("The yard is closed"))
	in.until("samsara", failed, "failed", ended)
	b.visit("/console/operations?state=failed&tsp=samsara")
	b.leads(click(".head .button:last-child"))
	b.tells("all that match", b.path(), "/console/operations/all?tsp=samsara")
	b.visit("/console/operations/all?tsp=samsara&partner=" + demo.ID("partner").String())
	b.leads(click("form .button.main"))
	at := b.path()
	b.until("the job is finished", `document.querySelector(".verdict h2").textContent.startsWith("Finished")`)
	b.tells("the job", strings.Join(strings.Fields(says[string](b, `document.querySelector(".figures").innerText`)), " "), "Done 1 ")
	b.visit(at + "/stop")
	b.leads(click("main form .button.danger"))
	b.tells("a job that is stopped at its end", says[string](b, `document.querySelector(".verdict h2").innerText`), "Finished")
	b.tells("the log", b.audited(), "retry of all that match")
}

// editing sends a write that failed again with another body.
func editing(b *tab, in *installation) {
	made := in.asks("POST", "users", in.user("lena"))
	in.until("samsara", made, "succeeded", ended)
	failed := in.asks("POST", "users", in.user("lena2"))
	in.until("samsara", failed, "failed", ended)
	b.visit("/console/operations?state=failed&kind=user")
	b.leads(click(".table a.title"))
	b.tells("the failed write", b.path(), failed)
	b.leads(click(".verdict a.main"))
	b.leads(click(`[name=do][value=json]`))
	body := chromedp.CSS("#body")
	b.do(chromedp.SetValue(body, `{"first_name":7}`))
	b.leads(click(`.buttons [value=send]`))
	b.tells("a wrong body", b.noted(), "first_name")
	b.do(chromedp.SetValue(body, strings.Replace(in.user("lena3"), "1042", "1044", 1)))
	b.leads(click(`.buttons [value=check]`))
	would := says[string](b, `document.querySelector(".exchange pre").textContent`)
	b.tells("what would go out", would, "POST")
	b.tells("what would go out", would, "lena3")
	b.leads(click(`.buttons [value=send]`))
	b.tells("what was sent again", b.noted(), "Sent again")
	id := strings.TrimPrefix(strings.Split(b.path(), "?")[0], "/console/operations/")
	in.until("samsara", id, "succeeded", func(op operation) bool { return op.Status == "success" })
	b.visit("/console/operations/" + failed)
	if barred := says[int](b, `document.querySelectorAll(".verdict [aria-disabled=true]").length`); barred != 2 {
		b.t.Errorf("of what was retried %d acts are barred", barred)
	}
	b.visit("/console/settings")
	b.leads(click("form[action='/console/keys'] button"))
	if left := says[int](b, `document.querySelectorAll("[data-key]").length`); left != 0 {
		b.t.Errorf("%d keys do something though they were switched off", left)
	}
	b.leads(click("[name=theme][value=dark]"))
	b.tells("the theme", says[string](b, `document.documentElement.dataset.theme`), "dark")
}

// byHand says what became of a write, sends it again, and cancels one that waits.
func byHand(b *tab, in *installation, unknown string) {
	b.scripts(false)
	for said := ""; !strings.Contains(said, "Resolved"); said = b.noted() {
		// Until the TSP cannot be at work on it any more, the page says so and stays.
		if said != "" {
			b.tells("what was resolved", said, "may be at work on it until")
		}
		b.visit("/console/operations/" + unknown + "/resolve")
		b.do(click("[value=not_applied]"))
		b.leads(click("main form .button.main"))
	}
	b.leads(click(".verdict form button"))
	b.tells("what was sent again", b.noted(), "Sent again")
	in.fault("samsara", `{"match":{"method":"POST","path_prefix":"/v1/fleet/messages"},"fault":"status","status":503}`)
	waits := in.asks("POST", "messages", in.message("The bridge is closed"))
	in.until("samsara", waits, "retrying", tried)
	for said := ""; !strings.Contains(said, "It had its turn") && !strings.Contains(said, "It waits no longer"); {
		b.visit("/console/operations/" + waits)
		// While it is tried there is nothing to ask for.
		if says[bool](b, `document.querySelector('.verdict form[action$="/try"] button') !== null`) {
			b.leads(click(`.verdict form[action$="/try"] button`))
			said = b.noted()
		}
	}
	for status := 409; status == 409; {
		b.visit("/console/operations/" + waits)
		b.leads(click(`.verdict a[href$="/cancel"]`))
		status = b.leads(click("main form .button.danger"))
	}
	b.tells("what was cancelled", says[string](b, `document.querySelector(".verdict").innerText`), "Cancelled")
	in.well("samsara")
}

// pausing pauses a connection with a reason, and resumes and imports it at one click.
func pausing(b *tab, in *installation) {
	b.scripts(false)
	b.visit("/console/connections/" + in.ids.Connection.String())
	b.leads(click(".verdict .danger"))
	b.tells("the question", says[string](b, `document.querySelector("main").innerText`), "writes were asked for in the last 24 hours")
	b.do(chromedp.SetValue(chromedp.CSS("#why"), "The account is moved"))
	b.leads(click("main form .button.danger"))
	for _, act := range []struct{ selector, says string }{{"", "Paused"}, {".verdict .main", "Active"}, {".verdict form[action$='/import'] button", "import is due"}} {
		if act.selector != "" {
			b.leads(click(act.selector))
		}
		b.tells(act.selector, b.noted(), act.says)
	}
	b.leads(click(".verdict form[action$='/test'] button"))
	b.tells("the test", b.noted(), "takes the credentials")
	log := b.audited()
	for _, did := range []string{"operator:devtested", `operator:devpaused: "The account is moved"`, "operator:devresumed", "operator:devimported"} {
		b.tells("the log", log, did)
	}
}

// settingsChanged changes a member of the connection and a setting, which its TSP is asked of, and one that is refused.
func settingsChanged(b *tab, in *installation) {
	b.scripts(false)
	at := "/console/connections/" + in.ids.Connection.String()
	b.visit(at)
	b.leads(click(`.verdict a[href$="/settings"]`))
	b.do(chromedp.SetValue(chromedp.CSS(`[name="set.description"]`), "Yard 7"), chromedp.SetValue(chromedp.CSS(`[name="set.dvir_author_id"]`), "no-such-user"))
	b.leads(click("main form .button.main"))
	b.tells("what was refused", b.noted(), "settings.dvir_author_id")
	b.do(chromedp.Clear(chromedp.CSS(`[name="set.dvir_author_id"]`)), chromedp.SetValue(chromedp.CSS(`[name="set.asset_route"]`), "beta"))
	b.leads(click("main form .button.main"))
	b.tells("what was changed", b.noted(), "Changed a moment ago")
	for _, part := range []string{"Yard 7", "asset_route"} {
		b.tells("the connection", says[string](b, `document.querySelector("main").innerText`), part)
	}
	b.tells("the log", b.audited(), "changed settings")
}

// credentialsReplaced types credentials that the TSP refuses, which the page does not keep, and then those that it takes.
func credentialsReplaced(b *tab, in *installation) {
	b.scripts(false)
	b.visit("/console/connections/" + in.ids.Connection.String())
	b.leads(click(`.verdict a[href$="/credentials"]`))
	b.do(chromedp.SendKeys(chromedp.CSS(`[name="credential.token"]`), "no-such-token"))
	b.leads(click("main form .button.main"))
	b.tells("what was refused", b.noted(), "credentials")
	if held := says[string](b, `document.documentElement.outerHTML + document.querySelector('[name="credential.token"]').value`); strings.Contains(held, "no-such-token") {
		b.t.Error("the page keeps a secret")
	}
	b.do(chromedp.SendKeys(chromedp.CSS(`[name="credential.token"]`), "samsara-demo-token"))
	b.leads(click("main form .button.main"))
	b.tells("what was replaced", b.noted(), "Replaced a moment ago")
	b.tells("the log", b.audited(), "operator:devreplaced credentials")
}

// pausingHook pauses a subscription with a reason, and activates it at one click.
func pausingHook(b *tab, _ *installation) {
	b.scripts(false)
	b.visit("/console/webhooks")
	b.leads(click(".table a.title"))
	b.leads(click(".verdict .danger"))
	b.do(chromedp.SetValue(chromedp.CSS("#why"), "The receiver is moved"))
	b.leads(click("main form .button.danger"))
	b.tells("what was paused", b.noted(), "Paused")
	b.leads(click(".verdict .main"))
	b.tells("what was activated", b.noted(), "Active")
	b.tells("the log", b.audited(), `paused: "The receiver is moved"`)
}
