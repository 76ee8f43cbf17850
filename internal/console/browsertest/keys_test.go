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
