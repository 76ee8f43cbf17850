package move_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/store/engine"
	"github.com/waybill-dev/waybill/internal/store/move"
	"github.com/waybill-dev/waybill/internal/store/postgres"
	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
	"github.com/waybill-dev/waybill/internal/store/sqlite"
)

// lite opens a file as a side of a move: one that is there, or one that is filled.
func lite(t testing.TB, path string, fill bool) move.Side {
	t.Helper()
	open := sqlite.OpenWhole
	if fill {
		open = sqlite.MakeWhole
	}
	w, err := open(t.Context(), path, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return closed(t, move.Side{Whole: w, Place: path})
}

// pg opens a database of a server as a side of a move.
func pg(t testing.TB, url string) move.Side {
	t.Helper()
	w, err := postgres.MakeWhole(t.Context(), url, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return closed(t, move.Side{Whole: w, Place: url})
}

func closed(t testing.TB, s move.Side) move.Side {
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func close(t testing.TB, sides ...move.Side) {
	t.Helper()
	for _, s := range sides {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

var options = move.Options{Now: time.Now}

func run(t testing.TB, from, to move.Side) []move.Count {
	t.Helper()
	counts, err := move.Run(t.Context(), from, to, options)
	if err != nil {
		t.Fatal(err)
	}
	return counts
}

func same(t testing.TB, a, b file) {
	t.Helper()
	if diff := cmp.Diff(a.all(), b.all()); diff != "" {
		t.Fatalf("what came back is not what was moved (-moved +back):\n%.3000s", diff)
	}
}

func TestEverythingComesOverAndBack(t *testing.T) {
	t.Parallel()
	there := made(t, filepath.Join(t.TempDir(), "there.db"))
	there.world(1, 60)
	holds := there.all()
	for name, rows := range holds {
		if len(rows) == 0 {
			t.Fatalf("the table %s has no row, so that nothing is known of it", name)
		}
	}
	url := postgrestest.Database(t)
	from, to := lite(t, there.path, false), pg(t, url)
	for _, c := range run(t, from, to) {
		if want := len(holds[c.Table]); int(c.Rows) != want {
			t.Errorf("%d rows of %s were counted, and there are %d", c.Rows, c.Table, want)
		}
	}
	close(t, from, to)
	back := filepath.Join(t.TempDir(), "back.db")
	from, to = pg(t, url), lite(t, back, true)
	run(t, from, to)
	close(t, from, to)
	same(t, there, opened(t, back))
}

// broken is a database that fails at some transaction, before or after its commit.
type broken struct {
	engine.Whole
	left  *int
	after bool
}

var errBroken = errors.New("the connection is lost")

// Write fails when none is left.
func (b broken) Write(ctx context.Context, run func(engine.Loading) error) error {
	*b.left--
	if *b.left < 0 && !b.after {
		return errBroken
	}
	err := b.Whole.Write(ctx, run)
	if err == nil && *b.left < 0 {
		return errBroken
	}
	return err
}

func TestAMoveThatEndedAnywhereGoesOn(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		t.Run(fmt.Sprintf("after the commit %v", after), func(t *testing.T) {
			t.Parallel()
			there := made(t, filepath.Join(t.TempDir(), "there.db"))
			there.world(2, 7)
			url := postgrestest.Database(t)
			for n := 0; ; n++ {
				from, to := lite(t, there.path, false), pg(t, url)
				// Each time it gets one transaction further than the last time, on one of the sides.
				left := n % 3
				sides := []move.Side{from, to}
				sides[n/3%2].Whole = broken{sides[n/3%2].Whole, &left, after}
				_, err := move.Run(t.Context(), sides[0], sides[1], options)
				close(t, from, to)
				if err == nil {
					break
				}
				if !errors.Is(err, errBroken) {
					t.Fatalf("after %d ends: %v", n, err)
				}
				if n > 500 {
					t.Fatal("the move does not get further")
				}
			}
			back := filepath.Join(t.TempDir(), "back.db")
			from, to := pg(t, url), lite(t, back, true)
			run(t, from, to)
			close(t, from, to)
			same(t, there, opened(t, back))
		})
	}
}

func TestARowThatTheTargetCannotHoldIsToldAndTheOthersCome(t *testing.T) {
	t.Parallel()
	there := made(t, filepath.Join(t.TempDir(), "there.db"))
	there.world(3, 20)
	there.exec(`UPDATE operation SET tries = 'many' WHERE seq = 13`)
	there.exec(`UPDATE operation SET deadline = x'01' WHERE seq = 58`)
	url := postgrestest.Database(t)
	from, to := lite(t, there.path, false), pg(t, url)
	_, err := move.Run(t.Context(), from, to, options)
	if err == nil || !strings.Contains(err.Error(), "2 rows are not moved") ||
		!strings.Contains(err.Error(), "table operation, the row seq = 13") {
		t.Fatalf("the damaged rows are told by: %v", err)
	}
	there.exec(`UPDATE operation SET tries = 3 WHERE seq = 13`)
	there.exec(`DELETE FROM operation WHERE seq = 58`)
	run(t, from, to)
	close(t, from, to)
	back := filepath.Join(t.TempDir(), "back.db")
	from, to = pg(t, url), lite(t, back, true)
	run(t, from, to)
	close(t, from, to)
	same(t, there, opened(t, back))
}

func TestWhatDiffersInTheTargetIsTold(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]string{
		"an altered row":  `UPDATE operation SET state = 'other' WHERE seq = 10`,
		"a row too many":  `INSERT INTO revocation (token, expires) VALUES ('another', 1)`,
		"another counter": `UPDATE delivery_number SET aside = 5`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			there := made(t, filepath.Join(t.TempDir(), "there.db"))
			there.world(4, 8)
			from, to := lite(t, there.path, false), pg(t, postgrestest.Database(t))
			changed := false
			_, err := move.Run(t.Context(), from, to, move.Options{Now: time.Now, Tell: func(p move.Progress) {
				if p.Doing != "comparing" || changed {
					return
				}
				changed = true
				err := to.Write(t.Context(), func(l engine.Loading) error {
					_, err := l.Change(change, nil)
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}})
			if err == nil || !strings.Contains(err.Error(), "1 rows are not moved") {
				t.Errorf("the move ended with: %v", err)
			}
		})
	}
}
