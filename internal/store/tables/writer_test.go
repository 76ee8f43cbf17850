package tables

import (
	"context"
	"path/filepath"
	"testing"
	"time"
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
