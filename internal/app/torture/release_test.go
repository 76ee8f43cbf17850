//go:build unix

package torture_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/app/apptest"
)

// formerRelease is the commit of the release before this one. Whoever makes a release names it here, so that the next
// one is tried beside it.
const formerRelease = "9c0bb0ea708752ba3f0f7a0c9e12edbfb9355f64"

// former builds the program of the former release from the history, which a whole clone has.
func former(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	source, binary := filepath.Join(dir, "source.tar"), filepath.Join(dir, "waybill")
	archive := exec.CommandContext(t.Context(), "git", "-C", "../../..", "archive", "-o", source, formerRelease)
	said, err := archive.CombinedOutput()
	if err != nil {
		t.Skipf("NOT RUN: the former release, commit %s, is not in a history here, so nothing was tried beside it; "+
			"it is in a whole clone (git fetch --unshallow): %v %s", formerRelease, err, strings.TrimSpace(string(said)))
	}
	// Without paths in it, what was built once is found again in the next folder.
	for _, args := range [][]string{{"tar", "-xf", source}, {"go", "build", "-trimpath", "-o", binary, "./cmd/waybill"}} {
		cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
		cmd.Dir = dir
		if said, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("building the former release, %s: %v\n%s", args[0], err, said)
		}
	}
	return binary
}

// next builds the program as a release that changes tables: one migration adds a column to a table that is written all
// the time, another one makes an index on it.
func next(t *testing.T) string {
	t.Helper()
	const place = "../../store/postgres/migrations"
	all, err := filepath.Glob(place + "/*.sql")
	if err != nil || len(all) == 0 {
		t.Fatalf("%d migrations: %v", len(all), err)
	}
	number, _, _ := strings.Cut(filepath.Base(all[len(all)-1]), "_")
	newest, err := strconv.Atoi(number)
	if err != nil {
		t.Fatal(err)
	}
	dir, files := t.TempDir(), map[string]string{}
	for i, text := range []string{`-- +goose Up
-- Releases from: %d
SET LOCAL lock_timeout = '2s';
SELECT pg_advisory_xact_lock(7523094288207667820);
ALTER TABLE operation ADD COLUMN note text COLLATE "C" NOT NULL DEFAULT '';
`, `-- +goose NO TRANSACTION
-- +goose Up
-- Releases from: %d
DROP INDEX CONCURRENTLY IF EXISTS operation_by_note;
CREATE INDEX CONCURRENTLY operation_by_note ON operation (note);
`} {
		name := fmt.Sprintf("%05d_next.sql", newest+1+i)
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, fmt.Appendf(nil, text, newest), 0o600); err != nil {
			t.Fatal(err)
		}
		path, err := filepath.Abs(filepath.Join(place, name))
		if err != nil {
			t.Fatal(err)
		}
		files[path] = file
	}
	text, err := json.Marshal(map[string]any{"Replace": files})
	overlay := filepath.Join(dir, "overlay.json")
	if err == nil {
		err = os.WriteFile(overlay, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return apptest.Built(t, "-overlay", overlay)
}
