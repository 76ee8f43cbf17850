package sqlite_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store"
	"github.com/waybill-dev/waybill/internal/store/sqlite"
	"github.com/waybill-dev/waybill/internal/store/tables"
)

// serve opens the tables of a file as the process does that works on its lanes.
func serve(t *testing.T, path string, now func() time.Time) (store.Store, error) {
	t.Helper()
	file, err := sqlite.Open(t.Context(), path, now)
	if err != nil {
		return nil, err
	}
	return tables.Open(t.Context(), file, now, nil)
}

// works opens a database as the process does that works on its lanes.
func works(t *testing.T, path string) store.Store {
	t.Helper()
	db, err := serve(t, path, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestNothingIsWrittenOnceAFileOfTheDatabaseIsGone(t *testing.T) {
	t.Parallel()
	for name, part := range map[string]string{"the database": "", "its log": "-wal", "the index of its log": "-shm"} {
		for how, harm := range map[string]func(t *testing.T, path string){
			"deleted":  remove,
			"replaced": func(t *testing.T, path string) { remove(t, path); write(t, path, "x") },
		} {
			t.Run(name+" is "+how, func(t *testing.T) {
				t.Parallel()
				path := filepath.Join(t.TempDir(), "w.db")
				db := works(t, path)
				if err := errors.Join(db.SetMeta(t.Context(), "a", []byte("1")), db.Ping(t.Context()), db.Beat(t.Context())); err != nil {
					t.Fatal(err)
				}
				harm(t, path+part)
				for asked, err := range map[string]error{
					"a write": db.SetMeta(t.Context(), "a", []byte("2")), "health": db.Ping(t.Context()), "a beat": db.Beat(t.Context()),
				} {
					var trouble *fence.Trouble
					if !errors.As(err, &trouble) || !trouble.Lost || !strings.Contains(trouble.Reason, how) ||
						!strings.Contains(err.Error(), path+part+" was "+how) || strings.Contains(trouble.Reason, path) {
						t.Errorf("%s: %v", asked, err)
					}
				}
			})
		}
	}
}

func TestCommandsRefuseToWorkBesideAProcessThatHasLostItsDatabase(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.db")
	db := works(t, path)
	commands := func() map[string]error {
		os.Remove(path + ".b")
		says := map[string]error{"a backup": sqlite.Backup(t.Context(), path, path+".b", time.Now)}
		beside, err := store.OpenBeside(t.Context(), path, time.Now)
		if err == nil {
			err = beside.Close()
		}
		says["another command"] = err
		return says
	}
	if err := db.Beat(t.Context()); err != nil {
		t.Fatal(err)
	}
	for asked, err := range commands() {
		if err != nil {
			t.Errorf("%s before: %v", asked, err)
		}
	}
	remove(t, path+"-wal")
	_ = db.Beat(t.Context())
	for asked, err := range commands() {
		if err == nil || !strings.Contains(err.Error(), path+"-wal was deleted") || !strings.Contains(err.Error(), "SIGTERM") {
			t.Errorf("%s: %v", asked, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for asked, err := range commands() {
		if err != nil {
			t.Errorf("%s after its end: %v", asked, err)
		}
	}
	next := works(t, path)
	for asked, err := range commands() {
		if err != nil {
			t.Errorf("%s beside the next one: %v", asked, err)
		}
	}
	if s, err := next.Standing(t.Context()); err != nil || s.Restored || s.At.IsZero() {
		t.Errorf("the next one stands for %+v, %v", s, err)
	}
}

func TestOnlyALossOfTheDatabaseItselfAsksForABackup(t *testing.T) {
	t.Parallel()
	for part, restores := range map[string]bool{"": true, "-wal": false, "-shm": false} {
		path := filepath.Join(t.TempDir(), "w.db")
		db := works(t, path)
		remove(t, path+part)
		err := db.Ping(t.Context())
		if restores == strings.Contains(err.Error(), "do not restore a backup") || restores == strings.Contains(err.Error(), "SIGTERM") {
			t.Errorf("w.db%s: %v", part, err)
		}
	}
}

func TestADatabaseThatIsGoneStaysSoForItsProcess(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.db")
	db := works(t, path)
	if err := os.Rename(path, path+".away"); err != nil {
		t.Fatal(err)
	}
	before := db.Ping(t.Context())
	if err := os.Rename(path+".away", path); err != nil {
		t.Fatal(err)
	}
	if after := db.SetMeta(t.Context(), "a", nil); before == nil || !errors.Is(after, before) {
		t.Errorf("before %v, after %v", before, after)
	}
}

func TestTheDatabaseIsLockedAsWellAsTheFileBesideIt(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.db")
	db := works(t, path)
	remove(t, path+".lock")
	if _, err := serve(t, path, time.Now); err == nil || !strings.Contains(err.Error(), "another waybill") {
		t.Errorf("a second one, while the lock file is missing: %v", err)
	}
	if err := errors.Join(db.Beat(t.Context()), db.SetMeta(t.Context(), "a", []byte("1"))); err != nil {
		t.Errorf("the first one: %v", err)
	}
	if _, err := os.Stat(path + ".lock"); err != nil {
		t.Errorf("the lock file was not put back: %v", err)
	}
}

func TestALinkLeadsToTheSameLock(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, link := filepath.Join(dir, "w.db"), filepath.Join(dir, "link.db")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	works(t, path)
	if _, err := serve(t, link, time.Now); err == nil || !strings.Contains(err.Error(), "another waybill") {
		t.Errorf("over the link: %v", err)
	}
}

func TestTheLockFileIsPutBackWithItsBeat(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.db")
	db := works(t, path)
	if err := db.Beat(t.Context()); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path + ".lock")
	if err != nil {
		t.Fatal(err)
	}
	remove(t, path+".lock")
	if err := db.Beat(t.Context()); err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(path + ".lock")
	if err != nil || string(after) != string(before) || len(after) == 0 {
		t.Errorf("before %q, after %q, %v", before, after, err)
	}
}

func TestWhoeverIsOvertakenStops(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "w.db")
	db := works(t, path)
	// Another process has locked a new file of the name, as it could where the database itself
	// cannot be locked.
	other := filepath.Join(dir, "other.db")
	works(t, other)
	if err := os.Rename(other+".lock", path+".lock"); err != nil {
		t.Fatal(err)
	}
	var trouble *fence.Trouble
	if err := db.Beat(t.Context()); !errors.As(err, &trouble) || !trouble.Lost {
		t.Errorf("the beat: %v", err)
	}
	if err := db.SetMeta(t.Context(), "a", nil); !errors.As(err, &trouble) || !strings.Contains(trouble.Reason, "another Waybill") {
		t.Errorf("a write: %v", err)
	}
}

func TestAMissingDatabaseIsNotTakenForANewOne(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.db")
	db := works(t, path)
	if err := errors.Join(db.Beat(t.Context()), db.Close()); err != nil {
		t.Fatal(err)
	}
	start := func() error {
		db, err := serve(t, path, time.Now)
		if err == nil {
			err = db.Close()
		}
		return err
	}
	remove(t, path)
	if err := start(); err == nil || !strings.Contains(err.Error(), "is gone") {
		t.Errorf("with the file gone: %v", err)
	}
	write(t, path, "")
	if err := start(); err == nil || !strings.Contains(err.Error(), "is gone") {
		t.Errorf("with the file empty: %v", err)
	}
	remove(t, path+".lock")
	if err := start(); err != nil {
		t.Errorf("without the lock file: %v", err)
	}
}

func TestFilesAreMadeForTheirOwnerAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.db")
	db := works(t, path)
	for _, part := range []string{"", "-wal", "-shm", ".lock"} {
		info, err := os.Stat(path + part)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("w.db%s: %v, %v", part, info.Mode(), err)
		}
	}
	if s, err := db.Standing(t.Context()); err != nil || s.Exposed || s.Public {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestAFileThatOthersMayReadIsLeftAndTold(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	db := works(t, path)
	if s, err := db.Standing(t.Context()); err != nil || !s.Exposed || s.Public {
		t.Errorf("%+v, %v", s, err)
	}
	for _, part := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(path + part)
		if err != nil || info.Mode().Perm() != 0o640 {
			t.Errorf("w.db%s: %v, %v", part, info.Mode(), err)
		}
	}
}
