package browsertest

import (
	"context"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// focused tells of what has the focus: what it is, and how it is outlined.
const focused = `(() => { const e = document.activeElement, s = getComputedStyle(e), at = e.getBoundingClientRect();
return {is: e.tagName + "." + e.className, body: e === document.body, text: e.textContent.trim().slice(0, 40),
outlined: s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2, shown: at.bottom > 0 && at.width > 0}; })()`

type focus struct {
	Is, Text              string
	Body, Outlined, Shown bool
}

// keys walks over a page by the keyboard alone.
func keys(t *testing.T, browser context.Context, in *installation, w writes) {
	b := open(t, browser, in.url)
	b.visit("/console/operations/" + w["failed"])
	b.do(chromedp.KeyEvent(kb.Tab))
	if f := says[focus](b, focused); f.Text != "Skip to content" || !f.Shown {
		t.Errorf("the first stop is %+v", f)
	}
	stops := 0
	for ; stops < 100; stops++ {
		f := says[focus](b, focused)
		if f.Body {
			break
		}
		if !f.Outlined || !f.Shown {
			t.Errorf("stop %d has no outline, or is not seen: %+v", stops, f)
		}
		b.do(chromedp.KeyEvent(kb.Tab))
	}
	if stops < 12 || stops == 100 {
		t.Errorf("the keyboard leads over %d stops", stops)
	}
	b.visit("/console/operations/" + w["failed"])
	b.do(chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter))
	if at := says[string](b, "document.activeElement.id"); at != "main" {
		t.Errorf("the skip link leads to %q", at)
	}
	b.do(chromedp.KeyEvent("/"))
	if at := says[string](b, "document.activeElement.name"); at != "q" {
		t.Errorf("the key / leads to %q", at)
	}
}

// shortcuts uses each key of a list and of an operation.
func shortcuts(t *testing.T, browser context.Context, in *installation, w writes) {
	b := open(t, browser, in.url)
	at := func(what, is, want string) {
		t.Helper()
		if got := says[string](b, is); got != want {
			t.Errorf("%s: it is %q, want %q", what, got, want)
		}
	}
	press := func(key string) { b.do(chromedp.KeyEvent(key)) }
	b.visit("/console/operations?tsp=samsara")
	rows := `[...document.querySelectorAll("tbody tr")].indexOf(document.activeElement.closest("tr"))+""`
	for _, c := range []struct{ key, want string }{{"j", "0"}, {"j", "1"}, {"k", "0"}, {"k", "0"}} {
		press(c.key)
		at("the key "+c.key, rows, c.want)
	}
	press("x")
	at("the key x", `document.querySelectorAll("input.tick:checked").length + " " + (document.querySelector("input.tick:checked").closest("tr") === document.querySelector("tbody tr"))`, "1 true")
	press("f")
	at("the key f", `document.activeElement.closest("form").className`, "filters")
	press("j")
	at("a key while something is chosen", `document.activeElement.closest("form").className`, "filters")
	says[bool](b, `document.activeElement.blur(), true`)
	press("?")
	at("the list of keys", `[...document.querySelectorAll("dialog[open] kbd")].map((e) => e.textContent).join("")`, "/fjkx?")
	press("j")
	at("a key while they are listed", `document.querySelectorAll("dialog[open]").length+""`, "1")
	press(kb.Escape)
	b.until("the list of keys is closed", `!document.querySelector("dialog")`)
	press("j")
	b.leads(chromedp.KeyEvent(kb.Enter))

	b.visit("/console/operations/" + w["failed"])
	press("?")
	at("the keys of one that failed", `[...document.querySelectorAll("dialog[open] kbd")].map((e) => e.textContent).join("")`, "/eyu?")
	press(kb.Escape)
	b.until("the keys of one that failed are closed", `!document.querySelector("dialog")`)
	// What is said is said for two seconds, in which a busy machine may not look.
	says[bool](b, `((said) => { window.heard = ""; new MutationObserver(() => { window.heard += said.textContent; }).observe(said, { childList: true }); return true; })(document.getElementById("said"))`)
	press("y")
	b.until("the id is copied, or selected", `window.heard !== ""`)
	b.leads(chromedp.KeyEvent("u"))
	if at := b.path(); at != "/console/operations?tsp=samsara" {
		t.Errorf("the key u leads to %s", at)
	}
	b.visit("/console/operations/" + w["failed"])
	b.leads(chromedp.KeyEvent("e"))
	if at := b.path(); at != "/console/operations/"+w["failed"]+"/edit" {
		t.Errorf("the key e leads to %s", at)
	}
	b.visit("/console/operations/" + w["behind"])
	b.leads(chromedp.KeyEvent("c"))
	if at := b.path(); at != "/console/operations/"+w["behind"]+"/cancel" {
		t.Errorf("the key c leads to %s", at)
	}
	b.visit("/console/operations/" + w["looking"])
	if n := says[int](b, `document.querySelectorAll("#tries > details").length`); n > 1 {
		opened := `[...document.querySelectorAll("#tries > details")].map((e) => e.open ? 1 : 0).indexOf(1)+""`
		press("[")
		at("the key [", opened, "1")
		press("]")
		at("the key ]", opened, "0")
	} else {
		t.Errorf("one that is looked up has %d tries", n)
	}
	b.visit("/console/settings")
	b.leads(click(`button[name="keys"]`))
	press("?")
	at("a key that is switched off", `document.querySelectorAll("dialog").length+""`, "0")
	b.leads(click(`button[name="keys"]`))
	for _, wrong := range b.complaints() {
		t.Error(wrong)
	}
}
