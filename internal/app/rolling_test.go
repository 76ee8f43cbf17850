//go:build unix

package app_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

// nextRelease builds the program as the next release would be: with a migration that adds a column to a table that
// is written all the time, and one that makes an index on it.
func nextRelease(t *testing.T) string {
	t.Helper()
	const place = "../store/postgres/migrations"
	all, err := filepath.Glob(place + "/*.sql")
	if err != nil || len(all) == 0 {
		t.Fatalf("%d migrations: %v", len(all), err)
	}
	number, _, _ := strings.Cut(filepath.Base(all[len(all)-1]), "_")
	newest, err := strconv.Atoi(number)
	if err != nil {
		t.Fatal(err)
	}
	in, files := t.TempDir(), map[string]string{}
	for i, text := range []string{
		fmt.Sprintf(`-- +goose Up
-- Releases from: %d
SET LOCAL lock_timeout = '2s';
SELECT pg_advisory_xact_lock(7523094288207667820);
ALTER TABLE operation ADD COLUMN note text COLLATE "C" NOT NULL DEFAULT '';
`, newest),
		fmt.Sprintf(`-- +goose NO TRANSACTION
-- +goose Up
-- Releases from: %d
DROP INDEX CONCURRENTLY IF EXISTS operation_by_note;
CREATE INDEX CONCURRENTLY operation_by_note ON operation (note);
`, newest),
	} {
		name := fmt.Sprintf("%05d_next.sql", newest+1+i)
		file := filepath.Join(in, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		path, err := filepath.Abs(filepath.Join(place, name))
		if err != nil {
			t.Fatal(err)
		}
		files[path] = file
	}
	text, err := json.Marshal(map[string]any{"Replace": files})
	overlay := filepath.Join(in, "overlay.json")
	if err == nil {
		err = os.WriteFile(overlay, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return program(t, overlay)
}

func TestAReleaseIsRolledOutAndBackUnderLoadWithNothingLost(t *testing.T) {
	if testing.Short() {
		t.Skip("builds two programs and runs five replicas")
	}
	older, newer := program(t, ""), nextRelease(t)
	c := newConvoy(t, postgrestest.Database(t))
	replicas := []*member{c.starts(older), c.starts(older)}
	end := c.load(4)
	t.Cleanup(end)
	c.written(50)
	// Out, and back.
	for _, next := range []string{newer, older} {
		for i, one := range replicas {
			replicas[i] = c.starts(next)
			c.written(20)
			c.stops(one)
			c.written(20)
		}
	}
	end()
	c.check()
}
