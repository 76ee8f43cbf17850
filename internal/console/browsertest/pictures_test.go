package browsertest

import (
	"os"
	"path/filepath"

	"github.com/chromedp/cdproto/page"
)

// kept are the pictures that docs/console.md shows, by the names of their samples; docs/pictures/ holds those of the folder
// docs of a run.
var kept = map[string]bool{"home-1440-light": true, "operations-1440-light": true, "refused-1440-light": true,
	"looking-1440-dark": true, "refused-390-light": true}

// picture keeps a picture of the whole page in the folder of WAYBILL_TEST_PICTURES, if that is set, and a small one of its
// beginning for the documents.
func (b *tab) picture(name string) {
	b.t.Helper()
	folder := os.Getenv("WAYBILL_TEST_PICTURES")
	if folder == "" {
		return
	}
	taken := call(b, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatPng,
		CaptureBeyondViewport: ref(true), Clip: says[*page.Viewport](b, `({x: 0, y: 0, scale: 1, width: innerWidth,
		height: Math.max(innerHeight, document.documentElement.scrollHeight)})`)})
	b.write(filepath.Join(folder, name+".png"), taken.Data)
	if kept[name] {
		small := call(b, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatWebp, Quality: ref(int64(70))})
		b.write(filepath.Join(folder, "docs", "console-"+name+".webp"), small.Data)
	}
}

func (b *tab) write(path string, data []byte) {
	b.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		b.t.Fatal(err)
	}
}
