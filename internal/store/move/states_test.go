package move_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store"
	"github.com/waybill-dev/waybill/internal/store/engine"
	"github.com/waybill-dev/waybill/internal/store/move"
	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

// starts tells what a service says that is started over a database; "" if it starts.
func starts(t testing.TB, url string) string {
	t.Helper()
	db, err := store.Open(t.Context(), url, store.Options{Now: time.Now})
	if err != nil {
		return err.Error()
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	return ""
}

// commanded tells what a command says that works beside a service.
func commanded(t testing.TB, url string) string {
	t.Helper()
	db, err := store.OpenBeside(t.Context(), url, time.Now)
	if err != nil {
		return err.Error()
	}
	_ = db.Close()
	return ""
}

// says fails unless a text tells what is expected.
func says(t testing.TB, what, told, want string) {
	t.Helper()
	if want == "" && told != "" || !strings.Contains(told, want) {
		t.Errorf("%s: %q, and %q was expected", what, told, want)
	}
}

// endedHalfway begins a move and ends it at its first page.
func endedHalfway(t testing.TB, path, url string) {
	t.Helper()
	from, to := lite(t, path, false), pg(t, url)
	left := 2
	_, err := move.Run(t.Context(), from, move.Side{Whole: broken{to.Whole, &left, false}, Place: to.Place}, options)
	if err == nil {
		t.Fatal("the move did not end")
	}
	close(t, from, to)
}

func TestAtEachStepOneDatabaseAtMostCanBeServed(t *testing.T) {
	t.Parallel()
	there := made(t, filepath.Join(t.TempDir(), "there.db"))
	there.world(5, 5)
	url := postgrestest.Database(t)
	endedHalfway(t, there.path, url)
	says(t, "the source of a move that ended", starts(t, there.path), "is being moved to "+url)
	says(t, "a command over it", commanded(t, there.path), "or stay here with `waybill move --give-up`")
	says(t, "its target", starts(t, url), "is being filled from "+there.path)

	from, to := lite(t, there.path, false), pg(t, url)
	run(t, from, to)
	if counts := run(t, from, to); counts != nil {
		t.Errorf("a move that is done was done again: %v", counts)
	}
	close(t, from, to)
	says(t, "the source of a move", starts(t, there.path), "was moved to "+url)
	says(t, "its target", starts(t, url), "")
	_, err := store.Move(t.Context(), there.path, postgrestest.Database(t), options)
	if err == nil {
		t.Error("a database that was left was moved once more")
	} else {
		says(t, "a move from it to another one", err.Error(), "was moved to "+url)
	}
}

func TestAMoveThatIsGivenUpLeavesTheSourceAsItWas(t *testing.T) {
	t.Parallel()
	there := made(t, filepath.Join(t.TempDir(), "there.db"))
	there.world(6, 5)
	before := there.all()
	url := postgrestest.Database(t)
	endedHalfway(t, there.path, url)
	if _, _, err := store.GiveUpMove(t.Context(), url, time.Now); err == nil {
		t.Error("a move was given up with its target")
	}
	if _, stands, err := store.GiveUpMove(t.Context(), there.path, time.Now); err != nil || !stands.IsZero() {
		t.Fatalf("it stands for %v: %v", stands, err)
	}
	says(t, "the source", starts(t, there.path), "")
	if len(before["operation"]) != len(there.all()["operation"]) {
		t.Error("the source has other operations")
	}
	says(t, "the target", starts(t, url), "is being filled from "+there.path)
	// The source may have changed since, so that what was copied is worth nothing.
	_, err := store.Move(t.Context(), there.path, url, options)
	if err == nil {
		t.Fatal("a target was filled by two moves")
	}
	says(t, "a move to it", err.Error(), "is being filled from "+there.path+" by another move")
	if _, _, err := store.GiveUpMove(t.Context(), there.path, time.Now); err == nil {
		t.Error("a move was given up that did not begin")
	}
	if _, err := store.Move(t.Context(), there.path, postgrestest.Database(t), options); err != nil {
		t.Errorf("a move to an empty database: %v", err)
	}
}

func TestWhoStaysAfterAMoveThatWasDoneStandsForItsTime(t *testing.T) {
	t.Parallel()
	there := made(t, filepath.Join(t.TempDir(), "there.db"))
	there.world(7, 3)
	url := postgrestest.Database(t)
	if _, err := store.Move(t.Context(), there.path, url, options); err != nil {
		t.Fatal(err)
	}
	restored := func(url string, since time.Time) {
		t.Helper()
		db, err := store.Open(t.Context(), url, store.Options{Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		s, err := db.Standing(t.Context())
		if err != nil || !s.Restored || !s.At.Truncate(time.Microsecond).Equal(since) {
			t.Errorf("it stands for %v, restored %v, and the move ended at %v: %v", s.At, s.Restored, since, err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
	_, stands, err := store.GiveUpMove(t.Context(), there.path, time.Now)
	if err != nil || stands.IsZero() {
		t.Fatalf("it stands for %v: %v", stands, err)
	}
	stands = stands.Truncate(time.Microsecond)
	restored(there.path, stands)
	// What stands for a time does so wherever it is moved.
	second, third := postgrestest.Database(t), filepath.Join(t.TempDir(), "third.db")
	for _, step := range [][2]string{{there.path, second}, {second, third}} {
		if _, err := store.Move(t.Context(), step[0], step[1], options); err != nil {
			t.Fatal(err)
		}
		restored(step[1], stands)
	}
	if _, stands, err = store.GiveUpMove(t.Context(), second, time.Now); err != nil {
		t.Fatal(err)
	}
	restored(second, stands.Truncate(time.Microsecond))
}

func TestWhoWorksOverADatabaseStopsWhenItIsMoved(t *testing.T) {
	t.Parallel()
	url := postgrestest.Database(t)
	db, err := store.Open(t.Context(), url, store.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	write := func() error { return db.SetMeta(t.Context(), "some", []byte("thing")) }
	if err := write(); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Move(t.Context(), url, filepath.Join(t.TempDir(), "there.db"), options); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := write(); !fence.IsLost(err) || !strings.Contains(err.Error(), "was moved to") {
			t.Fatalf("a write over the database that was left: %v", err)
		}
	}
}

func TestADatabaseThatIsInUseOrFullIsNoSideOfAMove(t *testing.T) {
	t.Parallel()
	path, url := filepath.Join(t.TempDir(), "there.db"), postgrestest.Database(t)
	db, err := store.Open(t.Context(), path, store.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	_, err = store.Move(t.Context(), path, url, options)
	if err == nil {
		t.Fatal("a database was moved beneath its service")
	}
	says(t, "a source that is served", err.Error(), "is used by another waybill")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	to := pg(t, url)
	change := func(text string) {
		t.Helper()
		err := to.Write(t.Context(), func(l engine.Loading) error { _, err := l.Change(text, nil); return err })
		if err != nil {
			t.Fatal(err)
		}
	}
	change(`INSERT INTO replica (id, name, started_at, beat_at, version) VALUES ('\x01', 'one:1', 0, clock_micros(), '')`)
	_, err = store.Move(t.Context(), path, url, options)
	if err == nil {
		t.Fatal("a database was filled beneath a replica")
	}
	says(t, "a target that is served", err.Error(), "is used by 1 replicas of Waybill (one:1)")
	change(`DELETE FROM replica`)
	change(`INSERT INTO revocation (token, expires) VALUES ('some', 1)`)
	_, err = store.Move(t.Context(), path, url, options)
	if err == nil {
		t.Fatal("a database was filled that holds something")
	}
	says(t, "a target that is full", err.Error(), "holds 1 rows in the table revocation, and nothing was changed")
	says(t, "the source of what was refused", starts(t, path), "")
}

// halted is a side over which something is done before the source is told that it was left.
type halted struct {
	engine.Whole
	before func()
	writes int
}

func (h *halted) Write(ctx context.Context, run func(engine.Loading) error) error {
	if h.writes++; h.writes == 2 {
		h.before()
	}
	return h.Whole.Write(ctx, run)
}

func TestAMoveThatWasGivenUpOrBegunAnewMeanwhileDoesNotEnd(t *testing.T) {
	t.Parallel()
	for name, meanwhile := range map[string]func(from move.Side) error{
		"given up": func(from move.Side) error {
			_, _, err := move.GiveUp(t.Context(), from)
			return err
		},
		"given up, and moved to another": func(from move.Side) error {
			_, _, err := move.GiveUp(t.Context(), from)
			other := lite(t, filepath.Join(t.TempDir(), "other.db"), true)
			other.Place = "other"
			run(t, from, other)
			return err
		},
	} {
		there := made(t, filepath.Join(t.TempDir(), "there.db"))
		there.world(8, 3)
		to := lite(t, filepath.Join(t.TempDir(), "to.db"), true)
		to.Place = "to"
		from := lite(t, there.path, false)
		var stood []string
		source := &halted{Whole: from.Whole, before: func() {
			if err := meanwhile(from); err != nil {
				t.Error(err)
			}
			stood = there.rows(`SELECT value FROM meta WHERE name = 'move'`)
		}}
		_, err := move.Run(t.Context(), move.Side{Whole: source, Place: from.Place}, to, options)
		if err == nil {
			t.Fatalf("%s: the move ended", name)
		}
		says(t, name, err.Error(), "is not as this move has left it")
		if diff := cmp.Diff(stood, there.rows(`SELECT value FROM meta WHERE name = 'move'`)); diff != "" {
			t.Errorf("%s: the source is marked otherwise:\n%s", name, diff)
		}
		close(t, from, to)
	}
}
