package sqlite_test

import (
	"bytes"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store"
	"github.com/waybill-dev/waybill/internal/store/sqlite"
)

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// over writes into a file that stays the same one, as cp does.
func over(t *testing.T, path string, text []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

func isLost(t *testing.T, asked string, err error, says string) {
	t.Helper()
	var trouble *fence.Trouble
	if !errors.As(err, &trouble) || !trouble.Lost || !strings.Contains(err.Error(), says) {
		t.Errorf("%s: %v", asked, err)
	}
}

func TestADatabaseThatWasCopiedOverIsKnownAndLeftAlone(t *testing.T) {
	t.Parallel()
	for name, copies := range map[string]func(t *testing.T, path string) []byte{
		"a backup of it": func(t *testing.T, path string) []byte {
			db := works(t, path)
			defer db.Close()
			if err := sqlite.Backup(t.Context(), path, path+".b", time.Now); err != nil {
				t.Fatal(err)
			}
			return read(t, path+".b")
		},
		"a copy of before its start": func(t *testing.T, path string) []byte { lives(t, path, hour(1)); return read(t, path) },
		"another database":           func(t *testing.T, path string) []byte { lives(t, path+"2", hour(1)); return read(t, path+"2") },
		"a text":                     func(*testing.T, string) []byte { return []byte(strings.Repeat("text", 1000)) },
		"nothing":                    func(*testing.T, string) []byte { return nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "w.db")
			text := copies(t, path)
			db := works(t, path)
			if err := errors.Join(db.Beat(t.Context()), db.SetMeta(t.Context(), "a", []byte("1")), db.Ping(t.Context())); err != nil {
				t.Fatal(err)
			}
			over(t, path, text)
			isLost(t, "health", db.Ping(t.Context()), "was overwritten")
			isLost(t, "a write", db.SetMeta(t.Context(), "a", []byte("2")), "was overwritten")
			isLost(t, "a beat", db.Beat(t.Context()), "was overwritten")
			if err := db.Close(); err != nil {
				t.Error(err)
			}
			if !bytes.Equal(read(t, path), text) {
				t.Error("the stop wrote into what was copied")
			}
		})
	}
}

// A backup that is taken of the process itself is none of it.
func TestABackupOfARunningProcessThatIsCopiedOverItIsKnown(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.db")
	db := works(t, path)
	if err := errors.Join(db.Beat(t.Context()), sqlite.Backup(t.Context(), path, path+".b", time.Now), db.Ping(t.Context())); err != nil {
		t.Fatal(err)
	}
	over(t, path, read(t, path+".b"))
	isLost(t, "health", db.Ping(t.Context()), "was overwritten")
}

// reads holds a reading open until it is released.
func reads(t *testing.T, path string) (release func()) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	tx, err := db.BeginTx(t.Context(), &sql.TxOptions{ReadOnly: true})
	if err == nil {
		_, err = tx.ExecContext(t.Context(), `SELECT count(*) FROM meta`)
	}
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := errors.Join(tx.Rollback(), db.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

// A reader of before keeps the number of the start out of the main file.
func TestAStartBesideAReaderIsNoOverwriting(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.db")
	lives(t, path, hour(1))
	beside, err := store.OpenBeside(t.Context(), path, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	release := reads(t, path)
	db := works(t, path)
	if err := errors.Join(db.Beat(t.Context()), db.Ping(t.Context())); err != nil {
		t.Errorf("beside the reader: %v", err)
	}
	release()
	if err := errors.Join(beside.SetMeta(t.Context(), "b", []byte("1")), beside.Close(), db.Ping(t.Context())); err != nil {
		t.Errorf("after it: %v", err)
	}
	if err := errors.Join(db.SetMeta(t.Context(), "a", make([]byte, 8<<20)), db.Ping(t.Context())); err != nil {
		t.Errorf("after it: %v", err)
	}
	over(t, path, make([]byte, 8192))
	isLost(t, "health", db.Ping(t.Context()), "was overwritten")
}

func TestDamageThatAReadMeetsIsTold(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.db")
	lives(t, path, hour(1))
	db := works(t, path)
	text := read(t, path)
	// All but the first page, which holds the number of the start.
	for i := 4096; i < len(text); i++ {
		text[i] = 0xA5
	}
	over(t, path, text)
	if _, err := db.WaitingConnections(t.Context()); err == nil {
		t.Fatal("nothing is damaged")
	}
	isLost(t, "health", db.Ping(t.Context()), path+" is damaged")
	isLost(t, "a beat", db.Beat(t.Context()), "restore a backup (docs/backup.md)")
	isLost(t, "a write", db.SetMeta(t.Context(), "a", nil), "is damaged")
}

func TestAStartOverADamagedDatabaseNamesItAndTheRemedy(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(text []byte) []byte{
		"pages of something else": func(text []byte) []byte {
			for i := 4096; i < len(text); i++ {
				text[i] = 0xA5
			}
			return text
		},
		"half of it":     func(text []byte) []byte { return text[:len(text)/2] },
		"something else": func([]byte) []byte { return []byte(strings.Repeat("text", 1000)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "w.db")
			lives(t, path, hour(1))
			over(t, path, harm(read(t, path)))
			says := map[string]error{"a backup": sqlite.Backup(t.Context(), path, path+".b", time.Now)}
			_, says["a start"] = serve(t, path, time.Now)
			_, says["a command"] = store.OpenBeside(t.Context(), path, time.Now)
			for asked, err := range says {
				if err == nil || !strings.Contains(err.Error(), path+" is damaged") || !strings.Contains(err.Error(), "docs/backup.md") {
					t.Errorf("%s: %v", asked, err)
				}
			}
		})
	}
}

func TestABackupThatIsPutBackBesideAnotherLogIsRefusedUnchanged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, left := filepath.Join(dir, "w.db"), filepath.Join(dir, "left.db")
	db := works(t, path)
	if err := errors.Join(db.Beat(t.Context()), sqlite.Backup(t.Context(), path, path+".b", at(1)),
		db.SetMeta(t.Context(), "a", []byte("1"))); err != nil {
		t.Fatal(err)
	}
	// What a killed service leaves, and the backup over it.
	copyFile(t, path+".b", left)
	copyFile(t, path+"-wal", left+"-wal")
	before, log := read(t, left), read(t, left+"-wal")
	says := map[string]error{"a backup": sqlite.Backup(t.Context(), left, left+".b", time.Now)}
	_, says["a start"] = serve(t, left, time.Now)
	_, says["a command"] = sqlite.OpenBeside(t.Context(), left, time.Now)
	for asked, err := range says {
		if err == nil || !strings.Contains(err.Error(), "remove "+left+"-wal and "+left+"-shm") {
			t.Errorf("%s: %v", asked, err)
		}
	}
	if !bytes.Equal(read(t, left), before) || !bytes.Equal(read(t, left+"-wal"), log) {
		t.Error("something was changed")
	}
	remove(t, left+"-wal")
	if s := lives(t, left, hour(2)); !s.Restored || !s.At.Equal(hour(1)) {
		t.Errorf("without the log: %+v", s)
	}
}
