package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/store/sqlite"
)

func at(h int) func() time.Time { return func() time.Time { return hour(h) } }

// files lists a folder's.
func files(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

func TestABackupIsOneFileThatKnowsItselfAsOne(t *testing.T) {
	t.Parallel()
	path, dir := filepath.Join(t.TempDir(), "w.db"), t.TempDir()
	backup := filepath.Join(dir, "a b?%.db")
	db := works(t, path)
	if err := errors.Join(db.Beat(t.Context()), db.SetMeta(t.Context(), "a", []byte("1"))); err != nil {
		t.Fatal(err)
	}
	if err := sqlite.Backup(t.Context(), path, backup, at(3)); err != nil {
		t.Fatal(err)
	}
	if got := files(t, dir); got != "a b?%.db" {
		t.Errorf("it left %s", got)
	}
	if info, err := os.Stat(backup); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	restored := works(t, backup)
	if value, err := restored.Meta(t.Context(), "a"); err != nil || string(value) != "1" {
		t.Errorf("it holds %q, %v", value, err)
	}
	if s, err := restored.Standing(t.Context()); err != nil || !s.Restored || !s.At.Equal(hour(3)) {
		t.Errorf("it stands for %+v, %v", s, err)
	}
	if err := restored.Beat(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s, err := restored.Standing(t.Context()); err != nil || s.Restored {
		t.Errorf("after its first beat: %+v, %v", s, err)
	}
	if s, err := db.Standing(t.Context()); err != nil || s.Restored {
		t.Errorf("what it was taken of stands for %+v, %v", s, err)
	}
}

func TestABackupOfABackupStandsForTheFirst(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, first, second := filepath.Join(dir, "w.db"), filepath.Join(dir, "first.db"), filepath.Join(dir, "second.db")
	works(t, path)
	err := errors.Join(sqlite.Backup(t.Context(), path, first, at(1)), sqlite.Backup(t.Context(), first, second, at(2)))
	if err != nil {
		t.Fatal(err)
	}
	if s, err := works(t, second).Standing(t.Context()); err != nil || !s.Restored || !s.At.Equal(hour(1)) {
		t.Errorf("it stands for %+v, %v", s, err)
	}
}

func TestABackupOverwritesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, there := filepath.Join(dir, "w.db"), filepath.Join(dir, "there")
	works(t, path)
	write(t, there, "precious")
	before := files(t, dir)
	if err := sqlite.Backup(t.Context(), path, there, time.Now); err == nil || !strings.Contains(err.Error(), "exists") {
		t.Errorf("%v", err)
	}
	if text, err := os.ReadFile(there); string(text) != "precious" || err != nil || files(t, dir) != before {
		t.Errorf("it left %q, %v, %s", text, err, files(t, dir))
	}
}

func TestABackupThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, to := filepath.Join(dir, "w.db"), filepath.Join(dir, "b.db")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := sqlite.Backup(t.Context(), path, to, time.Now); err == nil || files(t, dir) != "" {
		t.Errorf("of no database: %v, %s", err, files(t, dir))
	}
	db := works(t, path)
	before := files(t, dir)
	if err := sqlite.Backup(ended, path, to, time.Now); err == nil || files(t, dir) != before {
		t.Errorf("that was cut off: %v, %s", err, files(t, dir))
	}
	if err := sqlite.Backup(t.Context(), path, filepath.Join(dir, "none", "b.db"), time.Now); err == nil {
		t.Error("into no folder: no error")
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	write(t, path, "this is no database, and longer than a header of one would be, which has a hundred bytes in each of them")
	if err := sqlite.Backup(t.Context(), path, to, time.Now); err == nil || strings.Contains(files(t, dir), "b.db") {
		t.Errorf("of something else: %v, %s", err, files(t, dir))
	}
}

func TestABackupOntoAFullDiskSaysSoAndLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, first := filepath.Join(dir, "w.db"), filepath.Join(dir, "first.db")
	db := works(t, path)
	// More than SQLite keeps in memory, in many rows.
	for n := range 40 {
		if err := db.SetMeta(t.Context(), fmt.Sprint("big", n), make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := sqlite.Backup(t.Context(), path, first, time.Now); err != nil {
		t.Fatal(err)
	}
	full := t.TempDir()
	mount := func(options string) error {
		return exec.Command("mount", "-t", "tmpfs", "-o", options, "waybill-test", full).Run()
	}
	if err := mount("size=512k"); err != nil {
		t.Skipf("A FULL DISK IS NOT TRIED: no small disk can be mounted here: %v", err)
	}
	t.Cleanup(func() { _ = exec.Command("umount", full).Run() })
	needs := len(read(t, first))
	// With a few pages more than the copy needs there is no room for its mark.
	for _, size := range []int{needs / 2, needs + 4096} {
		if err := mount(fmt.Sprint("remount,size=", size)); err != nil {
			t.Fatal(err)
		}
		err := sqlite.Backup(t.Context(), path, filepath.Join(full, "b.db"), time.Now)
		if err == nil || !strings.Contains(err.Error(), "is full; make room") || files(t, full) != "" {
			t.Errorf("with %d bytes, where %d are needed: %v; it left %s", size, needs, err, files(t, full))
		}
	}
}

// The values a and b change in one write, so that a copy of half of it would show.
func TestABackupIsOfOneMomentHoweverMuchIsWritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "w.db")
	db := works(t, path)
	stop := make(chan struct{})
	var writer sync.WaitGroup
	writer.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			default:
			}
			value := fmt.Appendf(nil, "%09d", n)
			// One after the other: the second is never ahead.
			if err := errors.Join(db.SetMeta(t.Context(), "a", value), db.SetMeta(t.Context(), "b", value)); err != nil {
				t.Error(err)
				return
			}
		}
	})
	for n := range 5 {
		backup := filepath.Join(dir, fmt.Sprint("backup", n))
		if err := sqlite.Backup(t.Context(), path, backup, time.Now); err != nil {
			t.Fatal(err)
		}
		restored := works(t, backup)
		a, err := restored.Meta(t.Context(), "a")
		b, err2 := restored.Meta(t.Context(), "b")
		if err := errors.Join(err, err2); err != nil || string(b) > string(a) {
			t.Errorf("a %s, b %s, %v", a, b, err)
		}
	}
	close(stop)
	writer.Wait()
}
