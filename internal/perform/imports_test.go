package perform

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// yard is a world with schedules and records in memory.
type yard struct {
	*world
	imports    *Imports
	schedules  []record.Schedule
	executions []record.Execution
	saved      int
	// foreign is what the store says of each page.
	foreign []uuid.UUID
	parks   int
	// reads counts how often schedules were read.
	reads int
	// panics lets the next saving panic.
	panics bool
}

func newYard(t *testing.T) *yard {
	t.Helper()
	y := &yard{world: newWorld(t)}
	limits := y.writes.c.Limits
	y.imports = NewImports(ImportsConfig{Schedules: y, Connections: y.world, Links: y.world, Limits: limits, Every: 10 * time.Minute,
		Importer: record.Importer{Caller: y.writes.c.TSPs, Store: y, Now: time.Now}, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err := y.imports.Resume(t.Context(), []connection.Connection{y.conn}); err != nil {
		t.Fatal(err)
	}
	return y
}

// run works the lane of imports for some virtual time and returns how long its stop took.
func (y *yard) run(t *testing.T, d time.Duration) time.Duration {
	t.Helper()
	return runLanes(t, dispatch.Config{Source: dispatch.NewInProcess(time.Now), Budget: y.budget,
		Kinds: map[string]dispatch.Kind{fence.Imports: y.imports.Kind()}}, d)
}

func (y *yard) of(kind resource.Kind) record.Schedule {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.schedules[slices.IndexFunc(y.schedules, func(s record.Schedule) bool { return s.Kind == kind })]
}

func (y *yard) ScheduleImports(_ context.Context, c uuid.UUID, kinds []resource.Kind, at time.Time) error {
	y.mu.Lock()
	defer y.mu.Unlock()
	for _, k := range kinds {
		i := slices.IndexFunc(y.schedules, func(s record.Schedule) bool { return s.Kind == k })
		if i < 0 {
			i = len(y.schedules)
			y.schedules = append(y.schedules, record.Schedule{Seq: int64(i + 1), Connection: c, Kind: k})
		}
		y.schedules[i].NextAt = at
	}
	return nil
}

func (y *yard) ParkImports(context.Context, uuid.UUID) error {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.parks++
	for i := range y.schedules {
		y.schedules[i].NextAt = time.Time{}
	}
	return nil
}

func (y *yard) SchedulesOf(context.Context, []uuid.UUID) ([]record.Schedule, error) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.reads++
	return slices.Clone(y.schedules), nil
}

func (y *yard) SettleImport(_ context.Context, _ fence.Claim, end record.ImportEnd) error {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.schedules[end.From.Seq-1] = end.To
	y.executions = append(y.executions, end.Execution)
	return nil
}

func (y *yard) DueImports(_ context.Context, at time.Time) ([]uuid.UUID, error) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if slices.ContainsFunc(y.schedules, func(s record.Schedule) bool { return !s.NextAt.IsZero() && !s.NextAt.After(at) }) {
		return []uuid.UUID{y.conn.ID}, nil
	}
	return nil, nil
}

func (y *yard) SaveRecords(_ context.Context, r []record.Record) ([]uuid.UUID, error) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.panics {
		y.panics = false
		panic("an import that is our own fault")
	}
	y.saved += len(r)
	return y.foreign, nil
}

func (y *yard) ReachedSince(context.Context, uuid.UUID, resource.Kind, time.Time) ([]uuid.UUID, error) {
	return nil, nil
}

func (y *yard) LoseRecords(context.Context, record.Loss) error { return nil }

func TestRecordsThatAreKnownAsOfAnotherKindAreLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		var log bytes.Buffer
		y.imports.c.Log, y.foreign = slog.New(slog.NewTextHandler(&log, nil)), []uuid.UUID{uuid.New()}
		y.tsp.list = func(context.Context, tsp.List) (tsp.Page, error) {
			return tsp.Page{Records: []tsp.Record{{Collection: "c", SourceID: "1", Fields: []byte(`{}`), Source: []byte(`{}`)}}}, nil
		}
		y.run(t, time.Second)
		if want := "record_id=" + y.foreign[0].String(); !strings.Contains(log.String(), want) {
			t.Errorf("%s is not in the log:\n%s", want, log.String())
		}
	})
}

func TestEachKindIsImportedAgainAfterItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		lists := map[resource.Kind][]time.Time{}
		y.tsp.list = func(_ context.Context, l tsp.List) (tsp.Page, error) {
			y.do(func() { lists[l.Kind] = append(lists[l.Kind], time.Now()) })
			return tsp.Page{}, nil
		}
		y.run(t, 65*time.Minute)
		for _, kind := range []resource.Kind{resource.KindVehicle, resource.KindUser} {
			at := lists[kind]
			if len(at) < 7 || len(at) > 8 {
				t.Fatalf("%s was imported %d times in 65 minutes", kind, len(at))
			}
			for i := range at[1:] {
				if d := at[i+1].Sub(at[i]); d < 9*time.Minute || d > 10*time.Minute+2*time.Second {
					t.Errorf("%s: %v between two imports", kind, d)
				}
			}
			if s := y.of(kind); s.LastSuccessAt.IsZero() || s.Failures != 0 || s.Problem != "" {
				t.Errorf("%+v", s)
			}
		}
	})
}

func TestAnImportThatFailsIsTriedAgainAndTellsWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		y.tsp.spec.Imports = y.tsp.spec.Imports[:1]
		var cursors []string
		y.tsp.list = func(_ context.Context, l tsp.List) (tsp.Page, error) {
			cursors = append(cursors, l.Cursor)
			switch len(cursors) {
			case 1, 3:
				return tsp.Page{Next: "2", Records: []tsp.Record{{SourceID: "a"}}}, nil
			case 2:
				return tsp.Page{}, failure(tsp.Unavailable)
			}
			return tsp.Page{}, nil
		}
		y.schedules = y.schedules[:1]
		y.run(t, 3*time.Second)
		if s := y.of(resource.KindVehicle); s.Problem != "it is unavailable" || s.Failures != 0 || !s.LastSuccessAt.IsZero() {
			t.Errorf("after the first try: %+v", s)
		}
		y.run(t, 5*time.Second)
		// The second try goes on behind the page that the first one saved.
		if diff := cmp.Diff([]string{"", "2", "2", "2"}, cursors); diff != "" {
			t.Errorf("cursors (-want +got):\n%s", diff)
		}
		if s := y.of(resource.KindVehicle); s.Problem != "" || s.LastSuccessAt.IsZero() {
			t.Errorf("after the second: %+v", s)
		}
		if e := y.executions; len(e) != 2 || e[0].Problem != "it is unavailable" || e[1].Problem != "" ||
			e[0].Ended.Before(e[0].Began) || !e[1].Began.After(e[0].Began) {
			t.Errorf("executed: %+v", e)
		}
	})
}

func TestAnImportThatTheGrantRulesOutIsNoWarningInTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		var log bytes.Buffer
		y.imports.c.Log, y.imports.c.Grants = slog.New(slog.NewTextHandler(&log, nil)), NewGrants(y.world, time.Now)
		y.grant.Levels, y.conn.Maker = map[resource.Kind]string{}, uuid.New()
		y.tsp.list = func(context.Context, tsp.List) (tsp.Page, error) {
			t.Error("it is asked for")
			return tsp.Page{}, nil
		}
		y.run(t, time.Second)
		if s := y.of(resource.KindVehicle); s.Problem != record.Unshared(resource.KindVehicle) || strings.Contains(log.String(), "import failed") {
			t.Errorf("%+v, logged: %s", s, &log)
		}
	})
}

func TestHowImportsFail(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		class    tsp.Class
		status   connection.Status
		within   time.Duration // the next try
		failures int
	}{
		{tsp.Rejected, connection.Active, 10 * time.Minute, 1},
		{tsp.Broken, connection.Active, 10 * time.Minute, 1},
		{tsp.Throttled, connection.Active, 30 * time.Second, 0},
		{tsp.Unavailable, connection.Active, 5 * time.Second, 0},
		{tsp.Unknown, connection.Active, 5 * time.Second, 1},
		{tsp.Unauthorized, connection.Stale, 5 * time.Second, 0},
	} {
		t.Run(string(c.class), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				y := newYard(t)
				y.tsp.list = func(context.Context, tsp.List) (tsp.Page, error) { return tsp.Page{}, failure(c.class) }
				begun := time.Now()
				y.run(t, 500*time.Millisecond)
				s := y.of(resource.KindVehicle) // which comes first
				if s.Problem != "it is "+string(c.class) || s.Failures != c.failures || y.conn.Status != c.status {
					t.Errorf("%+v; the connection is %s", s, y.conn.Status)
				}
				if next := s.NextAt.Sub(begun); next > c.within || next < c.within*7/10 {
					t.Errorf("tried again after %v", next)
				}
			})
		})
	}
}

func TestRecordsThatCannotBeStoredAreOurOwnFault(t *testing.T) {
	t.Parallel()
	e := &errand{err: fmt.Errorf("saving: %w", errors.New("constraint 17"))}
	if got := e.problem(); got != "the records could not be stored" {
		t.Errorf("people are told %q", got)
	}
}

func TestAnImportThatTheStopCutsOffIsDueAsBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		y.tsp.list = func(ctx context.Context, _ tsp.List) (tsp.Page, error) {
			<-ctx.Done()
			return tsp.Page{}, &tsp.Error{Class: tsp.Unavailable, Err: ctx.Err()}
		}
		before := y.of(resource.KindUser)
		time.AfterFunc(time.Second, y.imports.Stop)
		stop := y.run(t, time.Second)
		if diff := cmp.Diff(before, y.of(resource.KindUser)); diff != "" || stop > 0 {
			t.Errorf("the stop took %v; the schedule (-before +after):\n%s", stop, diff)
		}
	})
}

func TestAnImportOfAConnectionThatWasShutMeanwhileIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		y.paused = true
		lists := 0
		y.tsp.list = func(context.Context, tsp.List) (tsp.Page, error) { lists++; return tsp.Page{}, nil }
		y.run(t, 500*time.Millisecond)
		if lists > 0 {
			t.Errorf("%d lists", lists)
		}
	})
}
