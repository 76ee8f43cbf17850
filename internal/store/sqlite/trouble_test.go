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
	"github.com/waybill-dev/waybill/internal/store/engine"
)

// bounded is a file whose session bounds it as a full disk does, before its next transaction.
type bounded struct {
	*Engine
	bound chan string
}

type boundedSession struct {
	engine.Session
	bound chan string
}

func (b bounded) Session(ctx context.Context) (engine.Session, error) {
	s, err := b.Engine.Session(ctx)
	return boundedSession{s, b.bound}, err
}

func (s boundedSession) Begin() (bool, error) {
	select {
	case pages := <-s.bound:
		if err := s.Query(`PRAGMA max_page_count = `+pages, nil, func(engine.Row) error { return nil }); err != nil {
			return false, err
		}
	default:
	}
	return s.Session.Begin()
}

func TestAFullDiskIsToldUntilThereIsRoom(t *testing.T) {
	t.Parallel()
	file, err := Open(t.Context(), filepath.Join(t.TempDir(), "w.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	bound := make(chan string, 1)
	db := topped(t.Context(), t, file, bounded{file, bound})
	ctx := t.Context()
	if err := errors.Join(db.Beat(ctx), db.Ping(ctx)); err != nil {
		t.Fatal(err)
	}
	bound <- "1"
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
	bound <- "100000"
	if err := errors.Join(db.Beat(ctx), db.Ping(ctx)); err != nil {
		t.Errorf("with room again, and nothing written but a beat: %v", err)
	}
}

func TestAWriteDuringWhichTheDatabaseIsDeletedIsNotToldAsKept(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.db")
	file, err := Open(t.Context(), path, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	_, err = file.session.Begin()
	if err = errors.Join(err, file.session.Exec(`INSERT INTO meta (name, value) VALUES ('a', 'b')`, nil), os.Remove(path)); err != nil {
		t.Fatal(err)
	}
	var trouble *fence.Trouble
	if _, err := file.session.Commit(); !errors.As(err, &trouble) || !trouble.Lost {
		t.Errorf("it is told as %v", err)
	}
	if err := file.session.Rollback(); !errors.As(err, &trouble) {
		t.Errorf("its end is told as %v", err)
	}
	if _, err := file.session.Begin(); !errors.As(err, &trouble) || !trouble.Lost {
		t.Errorf("the next one is told as %v", err)
	}
}

func TestABeatIsWrittenOnlyIfSomethingElseWas(t *testing.T) {
	t.Parallel()
	db := opened(t)
	beats := func() beat {
		t.Helper()
		if err := db.Beat(t.Context()); err != nil {
			t.Fatal(err)
		}
		last, err := db.file.lastBeat(context.WithoutCancel(t.Context()))
		if err != nil || last != db.file.hold.noted() {
			t.Fatalf("%+v in the database, %+v beside it, %v", last, db.file.hold.noted(), err)
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
