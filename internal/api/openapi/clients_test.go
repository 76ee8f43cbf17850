package openapi_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/api/openapi"
	"github.com/waybill-dev/waybill/internal/npmtest"
)

// clientsTime is the most that the test may take. Installing takes a quarter of a minute once, and the tools as
// long; the rest is for machines that have much else to do. Where there is no network the installation fails at once.
const clientsTime = 3 * time.Minute

// unchecked begins what is told where something is missing that is no part of what the project's tests need.
const unchecked = "NOT CHECKED WITH TOOLS THAT MAKE CLIENTS: "

// An independent reader of YAML, an independent linter and the generators that most clients are made
// with must take the document as it is served.
func TestTheToolsThatMakeClientsTakeTheDocument(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip(unchecked + "the run is to be short")
	}
	ctx, cancel := context.WithTimeout(t.Context(), clientsTime)
	// Not deferred: the tools run behind the end of this function.
	t.Cleanup(cancel)
	bin := filepath.Join(npmtest.Installed(ctx, t, filepath.Join("testdata", "clients"), unchecked), "node_modules",
		".bin")
	work := t.TempDir()
	document := filepath.Join(work, "openapi.yaml")
	if err := os.WriteFile(document, openapi.Document(), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"js-yaml":            {"js-yaml", document},
		"redocly":            {"redocly", "lint", document},
		"openapi-typescript": {"openapi-typescript", document, "-o", filepath.Join(work, "types.ts")},
		"hey-api":            {"openapi-ts", "-i", document, "-o", filepath.Join(work, "hey-api"), "--no-log-file"},
		"swagger-typescript-api": {"swagger-typescript-api", "generate", "-p", document, "-o",
			filepath.Join(work, "swagger")},
		"orval": {"orval", "--input", document, "--output", filepath.Join(work, "orval.ts")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := exec.CommandContext(ctx, filepath.Join(bin, args[0]), args[1:]...)
			run.Dir = work
			// None of them is to ask the network for a newer one of itself, nor to ask questions.
			run.Env = append(os.Environ(), "CI=1", "REDOCLY_TELEMETRY=off", "REDOCLY_SUPPRESS_UPDATE_NOTICE=true", "NO_COLOR=1")
			run.WaitDelay = time.Second
			switch said, err := run.CombinedOutput(); {
			case ctx.Err() != nil:
				t.Skipf(unchecked+"%s did not end within %s", name, clientsTime)
			case err != nil:
				t.Errorf("%v: %.4000s", err, said)
			}
		})
	}
}
