package browsertest

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/npmtest"
)

// axeSource is the script of axe-core, which judges how well a page can be read by all.
func axeSource(t *testing.T) string {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	text, err := os.ReadFile(filepath.Join(npmtest.Installed(ctx, t, filepath.Join("testdata", "browser"), "NOT JUDGED BY AXE: "),
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
