package app_test

import (
	"context"
	"iter"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
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
