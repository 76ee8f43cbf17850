package sqlite_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
)

// copyFile is what an operator does with cp.
func copyFile(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	write(t, to, string(text))
}

// lives runs a process over the database that writes something and stops in order, and returns what
// it was told at its start and when it began.
func lives(t *testing.T, path string, at time.Time) fence.Standing {
	t.Helper()
	db, err := serve(t, path, func() time.Time { return at })
	if err != nil {
		t.Fatal(err)
	}
	s, err := db.Standing(t.Context())
	err = errors.Join(err, db.Beat(t.Context()), db.SetMeta(t.Context(), "a", []byte(at.String())), db.Close())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func hour(n int) time.Time { return time.Date(2026, 3, 4, n, 0, 0, 0, time.UTC) }

func TestAnOlderDatabaseThatIsPutBackIsKnown(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.db")
	if s := lives(t, path, hour(1)); s.Restored || !s.At.IsZero() {
		t.Errorf("at the first start: %+v", s)
	}
	copyFile(t, path, path+".copy")
	if s := lives(t, path, hour(2)); s.Restored || !s.At.Equal(hour(1)) {
		t.Errorf("at the second start: %+v", s)
	}
	copyFile(t, path+".copy", path)
	if s := lives(t, path, hour(3)); !s.Restored || !s.At.Equal(hour(1)) {
		t.Errorf("with the copy put back: %+v", s)
	}
	if s := lives(t, path, hour(4)); s.Restored || !s.At.Equal(hour(3)) {
		t.Errorf("after that: %+v", s)
	}
	copyFile(t, path+".copy", path)
	if s := lives(t, path, hour(5)); !s.Restored || !s.At.Equal(hour(1)) {
		t.Errorf("with the copy put back once more: %+v", s)
	}
}

func TestAProcessThatDiesBeforeItsFirstBeatLeavesTheQuestionToTheNext(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.db")
	lives(t, path, hour(1))
	copyFile(t, path, path+".copy")
	lives(t, path, hour(2))
	copyFile(t, path+".copy", path)
	db := works(t, path)
	if s, err := db.Standing(t.Context()); err != nil || !s.Restored {
		t.Fatalf("%+v, %v", s, err)
	}
	if err := errors.Join(db.SetMeta(t.Context(), "b", []byte("1")), db.Close()); err != nil {
		t.Fatal(err)
	}
	if s := lives(t, path, hour(3)); !s.Restored || !s.At.Equal(hour(1)) {
		t.Errorf("%+v", s)
	}
}

func TestAClockThatGoesBackRaisesNoAlarm(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.db")
	for _, h := range []int{5, 1, 2} {
		if s := lives(t, path, hour(h)); s.Restored {
			t.Errorf("at %d o'clock: %+v", h, s)
		}
	}
}

func TestAProcessThatIsKilledInItsFirstBeatRaisesNoSecondAlarm(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.db")
	lives(t, path, hour(1))
	copyFile(t, path, path+".copy")
	lives(t, path, hour(9))
	copyFile(t, path+".lock", path+".lock.copy")
	copyFile(t, path+".copy", path)
	// Also where the clock is behind what is noted beside the database.
	if s := lives(t, path, hour(2)); !s.Restored {
		t.Errorf("with the copy put back: %+v", s)
	}
	copyFile(t, path+".lock.copy", path+".lock")
	if s := lives(t, path, hour(3)); s.Restored {
		t.Errorf("with the beat in the database and not beside it: %+v", s)
	}
}

func TestWithoutAFileOfItsOwnBesideItNothingIsKnownOfADatabase(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(t *testing.T, path string){
		"the file is deleted":            func(t *testing.T, path string) { remove(t, path+".lock") },
		"the file is empty":              func(t *testing.T, path string) { write(t, path+".lock", "") },
		"the file is of no release":      func(t *testing.T, path string) { write(t, path+".lock", "1234\n") },
		"the file is another database's": func(t *testing.T, path string) { lives(t, path+"2", hour(9)); copyFile(t, path+"2.lock", path+".lock") },
		"both were copied":               func(t *testing.T, path string) { copyFile(t, path+".lock.copy", path+".lock") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "w.db")
			lives(t, path, hour(1))
			copyFile(t, path, path+".copy")
			copyFile(t, path+".lock", path+".lock.copy")
			lives(t, path, hour(2))
			copyFile(t, path+".copy", path)
			harm(t, path)
			if s := lives(t, path, hour(3)); s.Restored {
				t.Errorf("%+v", s)
			}
		})
	}
}

func TestAProcessThatIsKilledRaisesNoAlarm(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, left := filepath.Join(dir, "w.db"), filepath.Join(dir, "left.db")
	db := works(t, path)
	for i := range 3 {
		if err := errors.Join(db.Beat(t.Context()), db.SetMeta(t.Context(), "a", []byte{byte(i)})); err != nil {
			t.Fatal(err)
		}
		// The file beside it is copied last: what a kill leaves is never newer than the database.
		for _, part := range []string{"", "-wal", ".lock"} {
			copyFile(t, path+part, left+part)
		}
		if s := lives(t, left, time.Now()); s.Restored || s.At.IsZero() {
			t.Errorf("killed after %d: %+v", i, s)
		}
		for _, part := range []string{"", ".lock"} {
			remove(t, left+part)
		}
	}
}
