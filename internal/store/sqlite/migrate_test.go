package sqlite_test

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/store"
	"github.com/waybill-dev/waybill/internal/store/sqlite"
)

// versionAfter tells of which version the tables are after a statement.
func versionAfter(t *testing.T, path, statement string) (version int) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err = db.ExecContext(t.Context(), statement); err == nil {
		err = db.QueryRowContext(t.Context(), `SELECT max(version_id) FROM goose_db_version`).Scan(&version)
	}
	if err != nil {
		t.Fatal(err)
	}
	return version
}

func TestTablesOfANewerReleaseAreRefusedWithTheRemedyAndLeftAsTheyAre(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.db")
	if err := works(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	newer := versionAfter(t, path, `INSERT INTO goose_db_version (version_id, is_applied) SELECT max(version_id) + 1, 1 FROM goose_db_version`)
	for name, by := range map[string]func() error{
		"the service": func() error {
			_, err := serve(t, path, at(1))
			return err
		},
		"a command beside it": func() error {
			_, err := store.OpenBeside(t.Context(), path, at(1))
			return err
		},
		"a backup": func() error { return sqlite.Backup(t.Context(), path, path+".backup", at(1)) },
	} {
		err := by()
		for _, part := range []string{path, fmt.Sprint("of version ", newer), fmt.Sprint("up to ", newer-1), "run the newer release", "nothing was changed"} {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %v\ndoes not say %s", name, err, part)
			}
		}
	}
	if got := versionAfter(t, path, `SELECT 1`); got != newer {
		t.Errorf("the version was %d and is %d", newer, got)
	}
	if got := files(t, filepath.Dir(path)); strings.Contains(got, "backup") {
		t.Errorf("there are %s", got)
	}
}

func TestACommandBesideAServiceOfAnOlderReleaseLeavesItsTablesAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.db")
	db := works(t, path)
	older := versionAfter(t, path, `DELETE FROM goose_db_version WHERE version_id = (SELECT max(version_id) FROM goose_db_version)`)
	_, err := store.OpenBeside(t.Context(), path, at(1))
	for _, part := range []string{path, fmt.Sprint("of version ", older), "waybill migrate", "nothing was changed"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v\ndoes not say %s", err, part)
		}
	}
	if err := sqlite.Migrate(t.Context(), path, at(1)); err == nil || !strings.Contains(err.Error(), "stop that one first") {
		t.Errorf("migrating beneath a service: %v", err)
	}
	if got := versionAfter(t, path, `SELECT 1`); got != older {
		t.Errorf("the version was %d and is %d", older, got)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestMigrateAloneMakesADatabase(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.db")
	if _, err := store.OpenBeside(t.Context(), path, at(1)); err == nil || !strings.Contains(err.Error(), "WAYBILL_DATABASE_URL") {
		t.Errorf("a command over no database: %v", err)
	}
	if got := files(t, filepath.Dir(path)); strings.Contains(got, "w.db") {
		t.Errorf("it has made %s", got)
	}
	// Again is no error, beneath a service neither.
	for range 2 {
		if err := sqlite.Migrate(t.Context(), path, at(1)); err != nil {
			t.Fatal(err)
		}
	}
	db := works(t, path)
	if err := sqlite.Migrate(t.Context(), path, at(1)); err != nil {
		t.Error(err)
	}
	beside, err := store.OpenBeside(t.Context(), path, at(1))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(beside.Close(), db.Close()); err != nil {
		t.Error(err)
	}
}

func TestStatusTellsOfAFileBesideItsServiceAndMakesNone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.db")
	if _, err := sqlite.Status(t.Context(), path); err == nil || !strings.Contains(err.Error(), "there is no database "+path) {
		t.Errorf("of no file: %v", err)
	}
	db := works(t, path)
	of, err := sqlite.Status(t.Context(), path)
	if err != nil || of.Unfit != nil || of.Pending() != 0 || len(of.Migrations) < 20 || of.Migrations[0].Name != "00001_first.sql" ||
		time.Since(of.Migrations[0].AppliedAt).Abs() > time.Hour {
		t.Errorf("of tables that are up to date: %v, %v", of, err)
	}
	newest := versionAfter(t, path, `DELETE FROM goose_db_version WHERE version_id = (SELECT max(version_id) FROM goose_db_version)`)
	if of, err = sqlite.Status(t.Context(), path); err != nil || of.Unfit != nil || of.Pending() != 1 {
		t.Errorf("of tables of version %d: %v, %v", newest, of, err)
	}
	versionAfter(t, path, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`)
	of, err = sqlite.Status(t.Context(), path)
	if err != nil || of.Unfit == nil || !strings.Contains(of.Unfit.Error(), "run the newer release") ||
		of.Migrations[len(of.Migrations)-1].Version != 9999 {
		t.Errorf("of tables of a newer release: %v, %v", of, err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}
