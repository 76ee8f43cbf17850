package openapi_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/api/openapi"
)

// The most that each may take. Both are for machines that have much else to do: installing takes a quarter of a minute
// once, and the tools as long. Where there is no network the installation fails at once.
const (
	installTime  = 3 * time.Minute
	generateTime = 3 * time.Minute
)

// An independent reader of YAML, an independent linter and the generators that most clients are made
// with must take the document as it is served.
func TestTheToolsThatMakeClientsTakeTheDocument(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("NOT CHECKED WITH TOOLS THAT MAKE CLIENTS: the run is to be short")
	}
	bin := filepath.Join(installed(t), "node_modules", ".bin")
	work := t.TempDir()
	document := filepath.Join(work, "openapi.yaml")
	if err := os.WriteFile(document, openapi.Document(), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"js-yaml":                {"js-yaml", document},
		"redocly":                {"redocly", "lint", document},
		"openapi-typescript":     {"openapi-typescript", document, "-o", filepath.Join(work, "types.ts")},
		"hey-api":                {"openapi-ts", "-i", document, "-o", filepath.Join(work, "hey-api"), "--no-log-file"},
		"swagger-typescript-api": {"swagger-typescript-api", "generate", "-p", document, "-o", filepath.Join(work, "swagger")},
		"orval":                  {"orval", "--input", document, "--output", filepath.Join(work, "orval.ts")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), generateTime)
			defer cancel()
			run := exec.CommandContext(ctx, filepath.Join(bin, args[0]), args[1:]...)
			run.Dir = work
			// None of them is to ask the network for a newer one of itself, nor to ask questions.
			run.Env = append(os.Environ(), "CI=1", "REDOCLY_TELEMETRY=off", "REDOCLY_SUPPRESS_UPDATE_NOTICE=true", "NO_COLOR=1")
			if said, err := run.CombinedOutput(); err != nil {
				t.Errorf("%v: %.4000s", err, said)
			}
		})
	}
}

// installed returns the folder where the tools of testdata/clients are, each in the version that its
// lock file names. They are kept in the user's cache. Without npm or the network the test is skipped,
// loudly, since neither is part of what the tests of the project need.
func installed(t *testing.T) string {
	t.Helper()
	from := filepath.Join("testdata", "clients")
	lock, err := os.ReadFile(filepath.Join(from, "package-lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skipf("NOT CHECKED WITH TOOLS THAT MAKE CLIENTS: %v", err)
	}
	folder := filepath.Join(cache, "waybill", fmt.Sprintf("clients-%x", sha256.Sum256(lock))[:24])
	if _, err := os.Stat(folder); err == nil {
		return folder
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		t.Skip("NOT CHECKED WITH TOOLS THAT MAKE CLIENTS: npm is not installed")
	}
	if err := os.MkdirAll(filepath.Dir(folder), 0o700); err != nil {
		t.Skipf("NOT CHECKED WITH TOOLS THAT MAKE CLIENTS: %v", err)
	}
	// Made aside and renamed, so that a folder that is there is whole, whoever else makes it.
	made, err := os.MkdirTemp(filepath.Dir(folder), "making-")
	if err != nil {
		t.Skipf("NOT CHECKED WITH TOOLS THAT MAKE CLIENTS: %v", err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(made) })
	if err := os.CopyFS(made, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), installTime)
	defer cancel()
	run := exec.CommandContext(ctx, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error",
		"--prefer-offline", "--fetch-retries=0", "--fetch-timeout=20000")
	run.Dir = made
	run.WaitDelay = time.Second
	if said, err := run.CombinedOutput(); err != nil {
		t.Skipf("NOT CHECKED WITH TOOLS THAT MAKE CLIENTS: they could not be installed within %s: %v: %.1000s", installTime, err, said)
	}
	if err := os.Rename(made, folder); err != nil && !errors.Is(err, fs.ErrExist) {
		if _, there := os.Stat(folder); there != nil {
			t.Fatal(err)
		}
	}
	return folder
}
