package browsertest

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"

	"github.com/waybill-dev/waybill/internal/npmtest"
)

// axeSource is the script of axe-core, which judges how well a page can be read by all.
func axeSource(t *testing.T) string {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	text, err := os.ReadFile(filepath.Join(npmtest.Installed(ctx, t, filepath.Join("testdata", "browser"), unseen),
		"node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// judgement runs axe and lists what it finds that is serious or worse.
const judgement = `axe.run(document, {resultTypes: ["violations"]}).then((r) => r.violations.
filter((v) => v.impact === "serious" || v.impact === "critical").
map((v) => v.id + ": " + v.help + " " + v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(" ")))`

// picture keeps a picture of the page in the folder of WAYBILL_TEST_PICTURES, if that is set.
func (b *tab) picture(name string) {
	b.t.Helper()
	folder := os.Getenv("WAYBILL_TEST_PICTURES")
	if folder == "" {
		return
	}
	taken := call(b, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatWebp, Quality: ref(int64(80)),
		CaptureBeyondViewport: ref(true), Clip: says[*page.Viewport](b, `({x: 0, y: 0, scale: 1, width: innerWidth,
		height: Math.max(innerHeight, document.documentElement.scrollHeight)})`)})
	if err := os.MkdirAll(folder, 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".webp"), taken.Data, 0o644); err != nil {
		b.t.Fatal(err)
	}
}
