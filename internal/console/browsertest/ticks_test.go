package browsertest

import (
	"context"
	"strings"
	"testing"
)

// ticks ticks rows of a live list and acts on them, with scripts and without.
func ticks(t *testing.T, browser context.Context, in *installation, _ writes) {
	in.fault("traccar", `{"match":{"method":"POST"},"fault":"status","status":503}`)
	defer in.well("traccar")
	first, second := in.stuck("Truck 301"), in.stuck("Truck 302")
	b := open(t, browser, in.url)
	b.visit("/console/operations?tsp=traccar&state=not_ended")
	b.isLive()
	box := func(id string) string { return `document.querySelector('input.tick[value="` + id + `"]')` }
	says[bool](b, box(first)+`.click(), true`)
	if said := says[string](b, `document.getElementById("ticks").innerText`); !strings.HasPrefix(said, "1 of ") {
		t.Errorf("one is ticked, and said is %q", said)
	}
	in.cancel("traccar", second)
	b.until("the other row has changed", `document.getElementById("row-`+second+`").querySelector(".state").innerText === "Cancelled"`)
	if !says[bool](b, box(first)+`.checked && !`+box(second)+`.checked`) {
		t.Error("what was ticked has changed with the list")
	}
	b.leads(click(`#ticked button:not([type])`))
	if text := says[string](b, `document.querySelector("main").innerText`); !strings.Contains(text, "Cancel 1") || !strings.Contains(b.path(), "state%3Dnot_ended") {
		t.Fatalf("at %s: %s", b.path(), text)
	}
	done := func() string {
		b.leads(click(`form[method="post"] button.danger`))
		return says[string](b, `document.querySelector("main").innerText`)
	}
	text := done()
	// While an attempt is under way it cannot be told whether anything was sent; the page says to ask again.
	for strings.Contains(text, "0 of 1 cancelled") && strings.Contains(text, "ask again") {
		b.visit("/console/operations/ticked?id=" + first)
		text = done()
	}
	if !strings.Contains(text, "1 of 1 cancelled") {
		t.Errorf("said is %s", text)
	}

	b.scripts(false)
	b.visit("/console/operations?tsp=traccar&state=cancelled")
	if says[bool](b, `[...document.querySelectorAll("[data-tick]")].some((e) => e.offsetWidth > 0)`) {
		t.Error("without scripts there is a button that needs one")
	}
	b.do(click(`input.tick[value="` + first + `"]`))
	b.leads(click(`#ticked button:not([type])`))
	b.leads(click(`form[method="post"] button.main`))
	if text := says[string](b, `document.querySelector("main").innerText`); !strings.Contains(text, "1 of 1 retried") {
		t.Errorf("without scripts said is %s", text)
	}
	b.leads(click(`main a.main`))
	if at := b.path(); !strings.Contains(at, "state=cancelled") || !strings.Contains(at, "tsp=traccar") {
		t.Errorf("back leads to %s", at)
	}
}
