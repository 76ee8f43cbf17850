package sqlite

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
)

// pages bounds the database as a full disk does; 0 takes the bound away.
func pages(t *testing.T, db *DB, bound string) {
	t.Helper()
	err := db.do(t.Context(), func(tx *tx) error {
		return tx.each(`PRAGMA max_page_count = `+bound, func(row) error { return nil })
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAFullDiskIsToldUntilThereIsRoom(t *testing.T) {
	t.Parallel()
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "w.db"), time.Now, func(fence.Lane) {})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ctx := t.Context()
	if err := errors.Join(db.Beat(ctx), db.Ping(ctx)); err != nil {
		t.Fatal(err)
	}
	pages(t, db, "1")
	if err := db.SetMeta(ctx, "big", make([]byte, 1<<20)); err == nil {
		t.Fatal("a write into a full disk succeeded")
	}
	var trouble *fence.Trouble
	if err := db.Ping(ctx); !errors.As(err, &trouble) || trouble.Lost || !strings.Contains(trouble.Reason, "full") {
		t.Errorf("health: %v", err)
	}
	// A small write that finds room proves nothing for the next one.
	if err := db.SetMeta(ctx, "small", []byte("1")); err != nil || db.Ping(ctx) == nil {
		t.Errorf("after a small write: %v", err)
	}
	if err := db.Beat(ctx); !errors.As(err, &trouble) || db.Ping(ctx) == nil {
		t.Errorf("after a beat: %v", err)
	}
	pages(t, db, "100000")
	if err := errors.Join(db.Beat(ctx), db.Ping(ctx)); err != nil {
		t.Errorf("with room again, and nothing written but a beat: %v", err)
	}
}

func TestAWriteDuringWhichTheDatabaseIsDeletedIsNotToldAsKept(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.db")
	db, err := Open(t.Context(), path, time.Now, func(fence.Lane) {})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	runs := 0
	write := func(tx *tx) error {
		runs++
		if err := os.Remove(path); err != nil {
			return err
		}
		return tx.exec(setMeta, "a", []byte("1"))
	}
	var trouble *fence.Trouble
	if err := db.do(t.Context(), write); !errors.As(err, &trouble) || !trouble.Lost {
		t.Errorf("it is told as %v", err)
	}
	if err := db.do(t.Context(), write); !errors.As(err, &trouble) || runs != 1 {
		t.Errorf("the next one is told as %v, after %d runs", err, runs)
	}
}

func TestAWriteThatIsWrongIsNoTroubleOfTheDatabase(t *testing.T) {
	t.Parallel()
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "w.db"), time.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.do(t.Context(), func(tx *tx) error { return tx.exec(`INSERT INTO meta (name, value) VALUES ('a', NULL)`) })
	if err == nil || db.Ping(t.Context()) != nil {
		t.Errorf("%v, health: %v", err, db.Ping(t.Context()))
	}
}

func TestABeatIsWrittenOnlyIfSomethingElseWas(t *testing.T) {
	t.Parallel()
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "w.db"), time.Now, func(fence.Lane) {})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	beats := func() beat {
		t.Helper()
		if err := db.Beat(t.Context()); err != nil {
			t.Fatal(err)
		}
		last, err := db.lastBeat(context.WithoutCancel(t.Context()))
		if err != nil || last != db.hold.noted() {
			t.Fatalf("%+v in the database, %+v beside it, %v", last, db.hold.noted(), err)
		}
		return last
	}
	first := beats()
	if idle := beats(); first == (beat{}) || idle != first {
		t.Errorf("%+v and, idle, %+v", first, idle)
	}
	if err := db.SetMeta(t.Context(), "a", []byte("1")); err != nil {
		t.Fatal(err)
	}
	next := beats()
	if next.n <= first.n || next.database != first.database {
		t.Errorf("%+v after %+v", next, first)
	}
	if idle := beats(); idle != next {
		t.Errorf("%+v and, idle, %+v", next, idle)
	}
}
