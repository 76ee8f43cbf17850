package perform

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestAnImportThatLastsLetsOthersHaveTheirTurnAndGoesOnWhereItStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		var cursors []string
		var others time.Duration
		begun := time.Now()
		long := y.schedules[0].Kind
		y.tsp.list = func(_ context.Context, l tsp.List) (tsp.Page, error) {
			if l.Kind != long {
				others = cmp.Or(others, time.Since(begun))
				return tsp.Page{}, nil
			}
			cursors = append(cursors, l.Cursor)
			time.Sleep(10 * time.Second)
			next := len(cursors)
			if next == 100 {
				return tsp.Page{}, nil
			}
			return tsp.Page{Next: strconv.Itoa(next)}, nil
		}
		y.run(t, time.Hour)
		if others == 0 || others > importTurn+10*time.Second {
			t.Errorf("another kind was imported after %v", others)
		}
		if s := y.of(long); s.LastSuccessAt.IsZero() || s.Failures > 0 {
			t.Errorf("it ended with %+v", s)
		}
		for n, c := range cursors[:min(100, len(cursors))] {
			if n > 0 && c != strconv.Itoa(n) {
				t.Fatalf("page %d was asked for by %q: %q", n, c, cursors)
			}
		}
	})
}

func TestWhatBecameDueWhileNothingRanIsSpread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i := NewImports(ImportsConfig{Every: 10 * time.Minute, Now: time.Now})
		due := make([]uuid.UUID, 3_000)
		for n := range due {
			due[n] = uuid.Must(uuid.NewV7())
		}
		if few := i.inTurn(slices.Clone(due[:spreadBeyond])); len(few) != spreadBeyond {
			t.Errorf("of %d due ones %d begin", spreadBeyond, len(few))
		}
		most, last := 0, time.Duration(0)
		for begun := time.Now(); len(due) > 0; time.Sleep(time.Second) {
			now := i.inTurn(slices.Clone(due))
			most, last = max(most, len(now)), time.Since(begun)
			due = slices.DeleteFunc(due, func(id uuid.UUID) bool { return slices.Contains(now, id) })
		}
		if most > 100 || last > 75*time.Second {
			t.Errorf("%d began at once, the last after %v", most, last)
		}
	})
}

func TestAnImportThatAnotherReplicaHasOvertakenBeginsAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		e := &errand{conn: y.conn, schedule: y.schedules[0]}
		half := y.imports.sweep(e)
		y.imports.keep(e, half, dispatch.Later)
		if y.imports.sweep(e) != half {
			t.Error("it does not go on where it stopped")
		}
		e.schedule.LastSuccessAt = time.Now()
		if y.imports.sweep(e) == half {
			t.Error("it goes on although the kind was imported since")
		}
	})
}
