package tables

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store/engine"
)

// The race detector sees more of it than the value does.
func TestWhoStopsWaitingForAWriteIsToldNothingOfIt(t *testing.T) {
	t.Parallel()
	db, err := OpenFile(t.Context(), filepath.Join(t.TempDir(), "w.db"), time.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	stopped := 0
	for range 100 {
		ctx, stop := context.WithCancel(t.Context())
		made, err := give(ctx, db, func(*tx) (int, error) {
			stop()
			return 7, nil
		})
		if err != nil {
			stopped++
		}
		if (err == nil) != (made == 7) || err != nil && made != 0 {
			t.Fatalf("%d, %v", made, err)
		}
	}
	if stopped == 0 {
		t.Error("nobody has stopped waiting")
	}
}

func TestAWriteThatIsWrongIsNoTroubleOfTheDatabase(t *testing.T) {
	t.Parallel()
	db, err := OpenFile(t.Context(), filepath.Join(t.TempDir(), "w.db"), time.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.do(t.Context(), func(tx *tx) error { return tx.exec(`INSERT INTO meta (name, value) VALUES ('a', NULL)`) })
	if err == nil || db.Ping(t.Context()) != nil {
		t.Errorf("%v, health: %v", err, db.Ping(t.Context()))
	}
}

// hasty is a session that tells what is expected before it is known, as one over a network does.
type hasty struct{ engine.Session }

func (h hasty) Expect(query string, args []any, unmet func()) (int64, error) {
	n, err := h.Change(query, args)
	if err == nil && n != 1 {
		unmet()
	}
	return 1, err
}

// What fails behind something that was not as expected may fail for that alone.
func TestAWriteThatFailsBehindWhatItExpectedWronglyIsRunAgain(t *testing.T) {
	t.Parallel()
	db, err := OpenFile(t.Context(), filepath.Join(t.TempDir(), "w.db"), time.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.writer.session = hasty{db.writer.session}
	write := func(fails func(n int64) bool) error {
		return db.do(t.Context(), func(tx *tx) error {
			n, err := tx.expect(`UPDATE meta SET value = ?1 WHERE name = 'none'`, []byte{1})
			switch {
			case err != nil:
				return err
			case fails(n):
				return tx.exec(`INSERT INTO meta (name, value) VALUES ('a', NULL)`)
			}
			return refusal{fence.ErrOvertaken}
		})
	}
	if err := write(func(n int64) bool { return n > 0 }); !errors.Is(err, fence.ErrOvertaken) {
		t.Errorf("one that fails for that: %v", err)
	}
	if err := write(func(int64) bool { return true }); err == nil || errors.Is(err, fence.ErrOvertaken) {
		t.Errorf("one that fails in any case: %v", err)
	}
}
