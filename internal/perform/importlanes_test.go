package perform

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestAnImportThatPanicsFailsAndTheNextOneRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		y.schedules, y.panics = y.schedules[:1], true
		kind := y.schedules[0].Kind
		y.tsp.list = func(context.Context, tsp.List) (tsp.Page, error) {
			return tsp.Page{Records: []tsp.Record{{SourceID: "a"}}}, nil
		}
		y.run(t, time.Minute)
		if s := y.of(kind); s.Failures != 1 || s.Problem == "" || !s.LastSuccessAt.IsZero() {
			t.Errorf("after the panic: %+v", s)
		}
		y.run(t, 11*time.Minute)
		if s := y.of(kind); s.Failures != 0 || y.saved == 0 {
			t.Errorf("after the next: %+v, %d saved", s, y.saved)
		}
	})
}

func TestNothingIsImportedWhileTheConnectionIsSuspectAndNothingIsParked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		lists := 0
		y.tsp.list = func(context.Context, tsp.List) (tsp.Page, error) { lists++; return tsp.Page{}, nil }
		y.suspect = true
		before, reads := y.of(resource.KindVehicle), y.reads
		y.run(t, 30*time.Second)
		if diff := cmp.Diff(before, y.of(resource.KindVehicle)); diff != "" || lists > 0 || y.parks > 0 || y.reads != reads {
			t.Errorf("%d lists, %d parks, %d reads; the schedule (-before +after):\n%s", lists, y.parks, y.reads-reads, diff)
		}
		y.suspect = false
		y.run(t, time.Second)
		if lists != 2 {
			t.Errorf("after it: %d lists", lists)
		}
	})
}

func TestAThrottledImportKeepsWritesOffTheSameLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		y.tsp.list = func(ctx context.Context, l tsp.List) (tsp.Page, error) {
			if err := l.Pace.Wait(ctx, oneLimit); err != nil {
				return tsp.Page{}, err
			}
			return tsp.Page{}, failure(tsp.Throttled)
		}
		y.run(t, 500*time.Millisecond)
		y.add()
		y.world.run(t, 20*time.Second)
		if calls := y.tsp.log(); calls != "" {
			t.Errorf("the TSP asked to be left alone for half a minute, and was called: %q", calls)
		}
		y.world.run(t, 15*time.Second)
		if calls := y.tsp.log(); calls != "W" {
			t.Errorf("after that: %q", calls)
		}
	})
}
