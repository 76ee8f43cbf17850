package record_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

func (a *archive) ExecutionPage(_ context.Context, q record.ExecutionQuery) ([]record.Execution, error) {
	a.executed = append(a.executed, q)
	return slices.Clone(a.executions[:min(len(a.executions), q.Window.Limit)]), a.fails["ExecutionPage"]
}

func TestEveryScheduleThatFreshnessNamesCanBeOpened(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.conns[0].Settings = map[string]any{"desk": "d"}
	a.schedules = []record.Schedule{{Connection: lane, Kind: resource.KindVehicle, Failures: 3}}
	fresh, err := a.Freshness(t.Context(), partner, record.Fleets{})
	if err != nil || len(fresh) != 3 {
		t.Fatalf("%+v, %v", fresh, err)
	}
	for _, f := range fresh {
		got, err := a.GetSchedule(t.Context(), partner, lane, f.ScheduleID)
		want := record.ScheduleRead{ID: f.ScheduleID, Connection: lane, Resource: f.Resource, Status: "active", Interval: 600,
			Threshold: math.MaxInt32, Concurrent: 1}
		switch f.Resource {
		case resource.KindVehicle:
			want.Errors = 3
		case resource.KindMessage: // Is written alone.
			want.Status, want.Interval = "inactive", 300
		}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	}
	a.conns[0].Status = connection.Paused
	if got, err := a.GetSchedule(t.Context(), partner, lane, fresh[0].ScheduleID); err != nil || got.Status != "paused" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestSchedulesAreListedByPagesAndKind(t *testing.T) {
	t.Parallel()
	a := open(t)
	kinds := func(q record.ScheduleQuery) (all []resource.Kind, p page.Page[record.ScheduleRead]) {
		t.Helper()
		q.Connection = lane
		p, err := a.ListSchedules(t.Context(), partner, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range p.Items {
			all = append(all, one.Resource)
		}
		return all, p
	}
	first, p := kinds(record.ScheduleQuery{Window: page.Window{Limit: 1}})
	if diff := cmp.Diff([]resource.Kind{resource.KindVehicle}, first); diff != "" || p.Next.IsZero() || !p.Previous.IsZero() {
		t.Errorf("%+v %s", p, diff)
	}
	second, p := kinds(record.ScheduleQuery{Window: page.Window{Limit: 1, Place: p.Next}})
	if diff := cmp.Diff([]resource.Kind{resource.KindUser}, second); diff != "" || !p.Next.IsZero() {
		t.Errorf("%+v %s", p, diff)
	}
	back, p := kinds(record.ScheduleQuery{Window: page.Window{Limit: 1, Place: p.Previous, Backwards: true}})
	if diff := cmp.Diff(first, back); diff != "" || !p.Previous.IsZero() {
		t.Errorf("%+v %s", p, diff)
	}
	users, _ := kinds(record.ScheduleQuery{Kind: resource.KindUser, Window: page.Window{Limit: 9}})
	if diff := cmp.Diff(second, users); diff != "" {
		t.Error(diff)
	}
	if none, _ := kinds(record.ScheduleQuery{Kind: resource.KindTrailer, Window: page.Window{Limit: 9}}); len(none) > 0 {
		t.Error(none)
	}
}

func TestExecutionsTellHowImportsOfTheLastDaysEnded(t *testing.T) {
	t.Parallel()
	a := open(t)
	at := onDisk()
	a.executions = []record.Execution{{Began: at, Ended: at.Add(time.Second), Problem: "p"}, {Began: at.Add(-time.Hour), Ended: at}}
	schedule := record.ScheduleID(lane, resource.KindVehicle)
	q := record.ExecutionQuery{Connection: lane, Schedule: schedule, Window: page.Window{Limit: 1}}
	p, err := a.ListExecutions(t.Context(), partner, q)
	if err != nil || len(p.Items) != 1 || !p.Next.At.Equal(at) {
		t.Fatalf("%+v, %v", p, err)
	}
	if asked := a.executed[0]; asked.Kind != resource.KindVehicle || asked.Connection != lane ||
		!asked.Since.Equal(clock().Add(-7*24*time.Hour)) || asked.Window.Limit != 2 {
		t.Errorf("%+v", asked)
	}
	q.Window.Limit = 2
	all, err := a.ListExecutions(t.Context(), partner, q)
	if err != nil || len(all.Items) != 2 || all.Items[0] != p.Items[0] && all.Items[0].ID != p.Items[0].ID {
		t.Fatalf("%+v, %v", all, err)
	}
	failed, done := all.Items[0], all.Items[1]
	if failed.Status != "failed" || failed.Problem == nil || *failed.Problem != "p" || done.Status != "success" || done.Problem != nil ||
		failed.ID == done.ID || failed.Schedule != schedule || failed.Fleet != north || failed.SourceName != "acme" {
		t.Errorf("%+v, %+v", failed, done)
	}
}

func TestSchedulesOfOthersAreNotThere(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.conns = append(a.conns, connection.Connection{ID: uuid.UUID{21}, Fleet: south, TSP: "acme", Status: connection.Active})
	vehicles := func(of uuid.UUID) uuid.UUID { return record.ScheduleID(of, resource.KindVehicle) }
	for says, c := range map[string]struct{ of, id uuid.UUID }{
		"a connection that is not reached": {uuid.UUID{21}, vehicles(uuid.UUID{21})},
		"another connection's schedule":    {lane, vehicles(uuid.UUID{21})},
		"none":                             {lane, uuid.New()},
		"no connection":                    {uuid.New(), vehicles(lane)},
	} {
		_, get := a.GetSchedule(t.Context(), partner, c.of, c.id)
		_, list := a.ListExecutions(t.Context(), partner, record.ExecutionQuery{Connection: c.of, Schedule: c.id, Window: page.Window{Limit: 1}})
		for _, err := range []error{get, list} {
			if problem.Of(err).Code != problem.NotFound {
				t.Errorf("%s: %v", says, err)
			}
		}
	}
	a.fails["ExecutionPage"] = errors.New("the disk is gone")
	q := record.ExecutionQuery{Connection: lane, Schedule: vehicles(lane), Window: page.Window{Limit: 1}}
	if _, err := a.ListExecutions(t.Context(), partner, q); !errors.Is(err, a.fails["ExecutionPage"]) {
		t.Error(err)
	}
}
