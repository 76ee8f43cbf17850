package browsertest

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/npmtest"
)

func TestTheCopiesOfHtmxAreThoseOfItsPackage(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	from := filepath.Join(npmtest.Installed(ctx, t, filepath.Join("testdata", "browser"), "NOT COMPARED WITH THE PACKAGE OF HTMX: "),
		"node_modules", "htmx.org")
	for name, original := range map[string]string{"htmx.min.js": "dist/htmx.min.js", "hx-sse.min.js": "dist/ext/hx-sse.min.js", "LICENSE": "LICENSE"} {
		ours, err := os.ReadFile(filepath.Join("..", "static", "htmx", name))
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := os.ReadFile(filepath.Join(from, original))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(ours, theirs) {
			t.Errorf("%s is not the one of the package that package-lock.json names", name)
		}
	}
}
