package faults_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store/engine"
	"github.com/waybill-dev/waybill/internal/store/faults"
	"github.com/waybill-dev/waybill/internal/store/sqlite"
)

// failing is a database with its session, whose faults are off.
func failing(t *testing.T, seed uint64) (*faults.Database, engine.Session) {
	t.Helper()
	file, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "w.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	db := faults.Before(file, seed)
	s, err := db.Session(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return db, s
}

// store stores a value under a name of its own.
func store(s engine.Session, n int) error {
	if _, err := s.Begin(); err != nil {
		return err
	}
	err := s.Exec(`INSERT INTO meta (name, value) VALUES (?1, ?2)`, []any{fmt.Sprint("n", n), []byte("x")})
	if err == nil {
		_, err = s.Commit()
	}
	return errors.Join(err, s.Rollback())
}

// stored tells whether there is such a value.
func stored(t *testing.T, db engine.Engine, n int) (is bool) {
	t.Helper()
	err := db.Query(context.WithoutCancel(t.Context()), engine.Kept, `SELECT 1 FROM meta WHERE name = ?1`,
		[]any{fmt.Sprint("n", n)}, func(engine.Row) error { is = true; return nil })
	if err != nil {
		t.Fatal(err)
	}
	return is
}

func TestWhatIsToldOfACommitIsTrueAndWhatIsNotKnownMayBeEither(t *testing.T) {
	t.Parallel()
	// Delays and silences take no time so.
	synctest.Test(t, toldOfCommits)
}

func toldOfCommits(t *testing.T) {
	db, s := failing(t, 1)
	known := map[bool]int{}
	unsure := map[bool]int{}
	for n := range 150 {
		db.Turn(true)
		err := store(s, n)
		db.Turn(false)
		is := stored(t, db, n)
		var uncertain *fence.Uncertain
		switch trouble := db.Trouble(err); {
		case errors.As(err, &uncertain):
			if trouble != nil {
				t.Errorf("what is not known is called a trouble: %v", trouble)
			}
			unsure[is]++
		case err == nil != is:
			t.Errorf("%d: told %v, stored %v", n, err, is)
		case err != nil && (trouble == nil || trouble.Lost):
			t.Errorf("%v is the trouble %v", err, trouble)
		default:
			known[is]++
		}
	}
	if known[true] == 0 || known[false] == 0 || unsure[true] == 0 || unsure[false] == 0 {
		t.Errorf("known %v, unsure %v: %s", known, unsure, db.Told())
	}
}

func TestWhatBefallsTheCallsFollowsFromTheSeed(t *testing.T) {
	t.Parallel()
	told := func(seed uint64) (all string) {
		synctest.Test(t, func(t *testing.T) {
			db, s := failing(t, seed)
			db.Turn(true)
			for n := range 60 {
				_ = store(s, n)
			}
			all = db.Told()
		})
		return all
	}
	if diff := cmp.Diff(told(7), told(7)); diff != "" {
		t.Errorf("with one seed: %s", diff)
	}
	if one, other := told(7), told(8); one == other {
		t.Errorf("two seeds do the same: %s", one)
	}
}

func TestNothingFailsWhileFaultsAreOff(t *testing.T) {
	t.Parallel()
	db, s := failing(t, 1)
	for n := range 200 {
		if err := store(s, n); err != nil {
			t.Fatal(err)
		}
	}
	if db.Told() != "" {
		t.Error(db.Told())
	}
}
