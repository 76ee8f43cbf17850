// Package browsertest holds the console against a real browser: every page that the console has, with data and
// without, as people see, type and click it. The pages are those of the whole program.
package browsertest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// unseen begins what is told where there is no browser.
const unseen = "NOT SEEN IN A BROWSER: "

// chromium is the path of a browser: that of WAYBILL_TEST_CHROMIUM, or one that is installed. Where tests must be
// whole a missing one fails.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{os.Getenv("WAYBILL_TEST_CHROMIUM"), "chromium", "chromium-headless-shell", "chromium-browser",
		"google-chrome", "google-chrome-stable", "headless-shell"} {
		if found, err := exec.LookPath(name); err == nil {
			return found
		}
	}
	why := unseen + "Chromium is not installed (apt-get install chromium), nor named by WAYBILL_TEST_CHROMIUM"
	if os.Getenv("CI") == "true" {
		t.Fatal(why)
	}
	t.Skip(why)
	return ""
}

// browse starts a browser for the tests of one run. Its tabs are opened by its context.
func browse(t *testing.T) context.Context {
	t.Helper()
	// On a machine that has much else to do a browser may end as it starts.
	for range mostStarts - 1 {
		if ctx, err := started(t); err == nil {
			return ctx
		}
	}
	ctx, err := started(t)
	if err != nil {
		t.Fatal(err)
	}
	return ctx
}

// mostStarts is how often a browser is started that ends at once.
const mostStarts = 3

func started(t *testing.T) (context.Context, error) {
	t.Helper()
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(chromium(t)),
		chromedp.UserDataDir(t.TempDir()), chromedp.DisableGPU)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	return ctx, chromedp.Do(ctx)
}

// tab is a tab of the browser with cookies of its own, which notes what its pages complain of.
type tab struct {
	t    *testing.T
	ctx  context.Context
	root string

	mu    sync.Mutex
	wrong []string
}

// watched notes what breaks the policy of a page, from its first moment on.
const watched = `window.broken = [];
document.addEventListener("securitypolicyviolation", (e) => broken.push(e.violatedDirective + " " + e.blockedURI + " " + e.sample));`

// open opens a tab for the pages of a console.
func open(t *testing.T, browser context.Context, root string) *tab {
	t.Helper()
	ctx, stop := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(stop)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithTimeout(ctx, 6*time.Minute)
	t.Cleanup(end)
	b := &tab{t: t, ctx: ctx, root: root}
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.IsException() || m.Type == "error" || m.Type == "warning" {
				b.mu.Lock()
				b.wrong = append(b.wrong, fmt.Sprintf("%s (%s %s)", m.Text, m.Source, m.URL))
				b.mu.Unlock()
			}
		}
	}()
	call(b, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: watched})
	b.size(1440, "light")
	return b
}

// command is one of the protocol's.
type command[P, R any] = cdp.Command[P, R]

func call[P, R any](b *tab, c command[P, R], p P) R {
	b.t.Helper()
	r, err := chromedp.Call(b.ctx, c, p)
	if err != nil {
		b.t.Fatalf("%s: %v", c.Method, err)
	}
	return r
}

// size makes the tab as wide as a screen, in a theme of the system.
func (b *tab) size(width int64, theme string) {
	b.t.Helper()
	height := int64(1000)
	if width < 1000 {
		height = 800
	}
	call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height,
		DeviceScaleFactor: 1, Mobile: width < 1000})
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
}

// scripts switches the scripts of pages on or off.
func (b *tab) scripts(on bool) {
	b.t.Helper()
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
}

// visit opens a page and returns the status of its answer.
func (b *tab) visit(path string) int {
	b.t.Helper()
	return b.leads(chromedp.Navigate(b.root + path))
}

// leads does what leads to another page and returns the status of its answer.
func (b *tab) leads(steps ...chromedp.Action[chromedp.Void]) int {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, time.Minute)
	defer stop()
	var r *network.Response
	r, err := chromedp.RunResponse(ctx, steps...)
	if err != nil {
		b.t.Fatalf("on the way to a page from %s: %v", b.path(), err)
	}
	return int(r.Status)
}

// click clicks what a selector finds first.
func click(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.Click(chromedp.CSS(selector))
}

// do takes steps that lead nowhere else.
func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, time.Minute)
	defer stop()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("at %s: %v", b.path(), err)
	}
}

// path is where the tab is.
func (b *tab) path() string {
	at, err := chromedp.Run(b.ctx, chromedp.Location())
	if err != nil {
		return err.Error()
	}
	return strings.TrimPrefix(at, b.root)
}

// says is the value of an expression on the page.
func says[T any](b *tab, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, func(p *runtime.EvaluateParams) { p.AwaitPromise = ref(true) }))
	if err != nil {
		b.t.Fatalf("at %s: %.200s: %v", b.path(), expression, err)
	}
	return v
}

func ref[T any](v T) *T { return &v }

// until waits until an expression is true on the page.
func (b *tab) until(what, expression string) {
	b.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(time.Minute); ; <-tick.C {
		if is, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](expression)); err == nil && is {
			return
		}
		if time.Now().After(deadline) {
			b.t.Fatalf("not within a minute at %s: %s", b.path(), what)
		}
	}
}

// complaints are what pages have complained of since the last time that this was asked.
func (b *tab) complaints() []string {
	b.t.Helper()
	broken := says[[]string](b, "window.broken ?? []")
	b.mu.Lock()
	defer b.mu.Unlock()
	all := append(broken, b.wrong...)
	b.wrong = nil
	return all
}
