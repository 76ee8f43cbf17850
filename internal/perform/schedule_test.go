package perform

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestImportsOfAConnectionThatIsNotActiveAreParked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		y.conn.Status = connection.Paused
		y.run(t, time.Minute)
		if s := y.of(resource.KindVehicle); !s.NextAt.IsZero() || y.parks != 1 {
			t.Errorf("%+v, parked %d times", s, y.parks)
		}
	})
}

func TestAStartMakesSchedulesFitTheConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		later := time.Now().Add(time.Hour)
		y.schedules = []record.Schedule{{Seq: 1, Connection: y.conn.ID, Kind: resource.KindVehicle, NextAt: later}}
		if err := y.imports.Resume(t.Context(), []connection.Connection{y.conn}); err != nil {
			t.Fatal(err)
		}
		// A kind that the adapter can list since is due; what was scheduled stays.
		if s := y.of(resource.KindUser); s.NextAt.After(time.Now()) || !y.of(resource.KindVehicle).NextAt.Equal(later) {
			t.Errorf("%+v", y.schedules)
		}
		// Another replica may have made it active since it was read.
		y.conn.Status = connection.Paused
		if err := y.imports.Resume(t.Context(), []connection.Connection{y.conn}); err != nil || y.parks != 0 {
			t.Errorf("parked %d times, %v", y.parks, err)
		}
	})
}

func TestAMissMakesKindsDueThatWereNotImportedOfLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		soon, now := time.Now().Add(time.Minute), time.Now()
		y.schedules = []record.Schedule{
			{Seq: 1, Kind: resource.KindVehicle, NextAt: soon, LastSuccessAt: now.Add(-time.Hour)},
			{Seq: 2, Kind: resource.KindUser, NextAt: soon, LastSuccessAt: now.Add(-time.Second)},
			{Seq: 3, Kind: resource.KindTrailer, LastSuccessAt: now.Add(-time.Hour)},
			{Seq: 4, Kind: resource.KindMessage, NextAt: soon, LastSuccessAt: now.Add(-time.Hour)},
		}
		y.imports.Recheck(t.Context(), y.conn)
		var due []resource.Kind
		for _, s := range y.schedules {
			if !s.NextAt.IsZero() && !s.NextAt.After(now) {
				due = append(due, s.Kind)
			}
		}
		if diff := cmp.Diff([]resource.Kind{resource.KindVehicle}, due); diff != "" {
			t.Errorf("due (-want +got):\n%s", diff)
		}
	})
}

func TestImportsOutsideOfTheLaneBringWhatWasNeverImported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		y.schedules[0].LastSuccessAt = time.Now()
		var lists []resource.Kind
		y.tsp.list = func(_ context.Context, l tsp.List) (tsp.Page, error) {
			lists = append(lists, l.Kind)
			return tsp.Page{}, nil
		}
		if err := y.imports.AtOnce(t.Context(), y.conn); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]resource.Kind{y.schedules[1].Kind}, lists); diff != "" || y.schedules[1].LastSuccessAt.IsZero() {
			t.Errorf("lists (-want +got):\n%s", diff)
		}
	})
}

func TestEventsAreImportedSinceATime(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 4, 12, 0, 0, 5999, time.UTC)
	i := NewImports(ImportsConfig{History: 72 * time.Hour, Now: func() time.Time { return now }})
	for says, c := range map[string]struct{ last, want time.Time }{
		"the first import":     {time.Time{}, now.Add(-72 * time.Hour)},
		"a later one":          {now.Add(-time.Hour), now.Add(-25 * time.Hour)},
		"one after a long gap": {now.Add(-90 * time.Hour), now.Add(-72 * time.Hour)},
		"one of short history": {now.Add(-60 * time.Hour), now.Add(-72 * time.Hour)},
	} {
		if got := i.since(record.Schedule{Kind: resource.KindMessage, LastSuccessAt: c.last}); !got.Equal(stored(c.want)) {
			t.Errorf("%s: since %v, want %v", says, got, c.want)
		}
	}
}

func TestWhatSomebodyWaitsForIsImportedMoreOften(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	for _, every := range []time.Duration{time.Minute, 10 * time.Minute} {
		i := NewImports(ImportsConfig{Every: every, Now: func() time.Time { return now }})
		for kind, want := range map[resource.Kind]time.Duration{resource.KindMessage: min(every, 5*time.Minute),
			resource.KindDvirLog: min(every, 5*time.Minute), resource.KindVehicle: every, resource.KindFuelTransaction: every} {
			if next := i.next(kind).Sub(now); next > want || next < want*9/10-time.Second {
				t.Errorf("every %v: %s again after %v", every, kind, next)
			}
		}
	}
}

func TestEventsAreImportedBehindTheRecordsThatTheyName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		y.tsp.spec.Imports = []tsp.ImportKind{{Kind: resource.KindMessage}, {Kind: resource.KindVehicle}, {Kind: resource.KindDvirLog}, {Kind: resource.KindUser}}
		y.schedules = nil
		if err := y.imports.Resume(t.Context(), []connection.Connection{y.conn}); err != nil {
			t.Fatal(err)
		}
		var order []resource.Kind
		y.tsp.list = func(_ context.Context, l tsp.List) (tsp.Page, error) {
			y.do(func() { order = append(order, l.Kind) })
			return tsp.Page{}, nil
		}
		y.run(t, time.Second)
		want := []resource.Kind{resource.KindVehicle, resource.KindUser, resource.KindMessage, resource.KindDvirLog}
		if diff := cmp.Diff(want, order); diff != "" {
			t.Errorf("imported (-want +got):\n%s", diff)
		}
	})
}
