package app_test

import (
	"context"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/waybill-dev/waybill/internal/npmtest"
)

// tab is a tab of a browser that looks at the console of a house. Whatever goes wrong in a page is noted: errors of
// scripts, what its policy has kept it from, answers that could not be had.
type tab struct {
	t   *testing.T
	ctx context.Context
	url string

	mu    sync.Mutex
	wrong []string
}

// chromium is where a browser is. Without one the test fails where CI is set, and is skipped and named elsewhere.
func chromium(t *testing.T) string {
	t.Helper()
	names := []string{"chromium-headless-shell", "chromium", "google-chrome"}
	if set := os.Getenv("WAYBILL_TEST_CHROMIUM"); set != "" {
		names = []string{set}
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	without := "NOT RUN: there is no Chromium; install Debian's package chromium-headless-shell, or set WAYBILL_TEST_CHROMIUM to one"
	if os.Getenv("CI") != "" {
		t.Fatal(without)
	}
	t.Skip(without)
	return ""
}

// browse opens a tab on the console.
func (h *house) browse(t *testing.T) *tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium(t)), chromedp.NoSandbox, chromedp.DisableGPU)
	allocated, stop := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocated)
	t.Cleanup(cancel)
	b := &tab{t: t, ctx: ctx, url: h.url}
	b.do(chromedp.Navigate("about:blank"))
	b.hears(chromedp.Console(ctx))
	called(b, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: `document.addEventListener("securitypolicyviolation",
			e => console.error("the policy kept out " + e.violatedDirective + " " + e.blockedURI))`})
	return b
}

// hears notes what goes wrong in a page.
func (b *tab) hears(said iter.Seq2[chromedp.ConsoleMessage, error]) {
	go func() {
		for m, err := range said {
			if err != nil {
				return
			}
			// A page that says no is what some tests ask for.
			if m.Type == chromedp.ConsoleLog || m.Type == chromedp.ConsoleInfo || m.Type == chromedp.ConsoleDebug ||
				strings.Contains(m.Text, "Failed to load resource") {
				continue
			}
			b.mu.Lock()
			b.wrong = append(b.wrong, string(m.Type)+": "+m.Text)
			b.mu.Unlock()
		}
	}()
}

// called has the browser carry out a command.
func called[P, R any](b *tab, command cdp.Command[P, R], params P) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, command, params); err != nil {
		b.t.Fatal(err)
	}
}

// do carries actions out.
func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// goes opens a path.
func (b *tab) goes(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.url + path))
}

// text is what an expression says in the page.
func (b *tab) text(expression string) string {
	b.t.Helper()
	text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string]("String("+expression+")"))
	if err != nil {
		b.t.Fatal(err)
	}
	return text
}

// clicks follows a link, or sends a form, and waits for the page that comes.
func (b *tab) clicks(selector string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	if _, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(selector))); err != nil {
		b.t.Fatalf("%s at %s: %v", selector, b.text("location.href"), err)
	}
}

// sees sets how wide the window is, and light or dark.
func (b *tab) sees(width int64, scheme string) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, 900))
	called(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
}

// sound tells whether anything went wrong since it was asked last.
func (b *tab) sound(where string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, said := range b.wrong {
		b.t.Errorf("%s: %s", where, said)
	}
	b.wrong = nil
	if b.t.Failed() {
		b.t.FailNow()
	}
}

// fits tells whether a page is wider than its window.
func (b *tab) fits(where string) {
	b.t.Helper()
	if over := b.text(`document.documentElement.scrollWidth - innerWidth`); over > "0" && !strings.HasPrefix(over, "-") {
		b.t.Errorf("%s: the page is %s px wider than its window; the widest is %s", where, over, b.text(`(() => {
			let widest = document.body;
			for (const e of document.querySelectorAll("main *")) {
				if (e.getBoundingClientRect().right > widest.getBoundingClientRect().right) { widest = e; }
			}
			return widest.outerHTML.slice(0, 200);
		})()`))
	}
}

// shows keeps a picture where the environment says where.
func (b *tab) shows(name string) {
	b.t.Helper()
	folder := os.Getenv("WAYBILL_TEST_PICTURES")
	if folder == "" {
		return
	}
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// axe is the text of axe-core.
func axe(t *testing.T) string {
	t.Helper()
	folder := npmtest.Installed(t.Context(), t, "testdata/axe", "NOT CHECKED WITH AXE: ")
	text, err := os.ReadFile(filepath.Join(folder, "node_modules/axe-core/axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// accessible holds a page against axe-core.
func (b *tab) accessible(where, axe string) {
	b.t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[int](axe+";0")); err != nil {
		b.t.Fatal(err)
	}
	found, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](`axe.run().then(all => all.violations
		.filter(v => v.impact === "serious" || v.impact === "critical")
		.map(v => v.id + ": " + v.help + ": " + v.nodes.map(n => n.html + " " + n.failureSummary).join("; ")))`,
		chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatal(err)
	}
	for _, one := range found {
		b.t.Errorf("%s: %s", where, fmt.Sprintf("%.700s", one))
	}
}
