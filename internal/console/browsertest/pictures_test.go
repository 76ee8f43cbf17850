package browsertest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
)

// kept are the pictures that docs/console.md shows, by the names of their samples; docs/pictures/ holds those of the folder
// docs of a run.
func kept() []string {
	return []string{"home-1440-light", "operations-1440-light", "refused-1440-light", "looking-1440-dark"}
}

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
	if slices.Contains(kept(), name) {
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

// mostBytes bounds a picture of the documents.
const mostBytes = 80 << 10

func TestThePicturesOfTheDocumentsAreFewAndSmall(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../../docs/pictures/*")
	if err != nil || len(files) == 0 || len(files) > len(kept()) {
		t.Fatalf("%d pictures, %v", len(files), err)
	}
	page, err := os.ReadFile("../../../docs/console.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		if at, err := os.Stat(file); err != nil || at.Size() > mostBytes {
			t.Errorf("%s: %v, %v", name, at.Size(), err)
		}
		if !strings.Contains(string(page), "pictures/"+name) {
			t.Errorf("docs/console.md does not show %s", name)
		}
	}
}
