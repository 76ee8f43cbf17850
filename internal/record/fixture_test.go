package record_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// archive is a service whose ports are in memory. It keeps what they were asked.
type archive struct {
	*record.Service
	grants    []access.Grant
	conns     []connection.Connection
	records   []record.Record
	schedules []record.Schedule
	// executions are newest first.
	executions []record.Execution
	// fails holds what a port answers instead, by the name of its method.
	fails map[string]error

	executed []record.ExecutionQuery
	lists    []record.Query
	pages    []connection.Query
	due      []resource.Kind
	dueAt    time.Time
	dueConn  uuid.UUID
}

// The rooms that the service asks. What they do not answer is not asked for.
type (
	reaches struct {
		access.Store
		*archive
	}
	links struct {
		connection.Store
		*archive
	}
	timetable struct {
		record.Schedules
		*archive
	}
)

var (
	partner = access.Principal{Partner: access.Partner{ID: uuid.UUID{1}, Name: "partner"}}
	north   = uuid.UUID{10}
	south   = uuid.UUID{11}
	lane    = uuid.UUID{20}
)

// clock is a time that is not as it is stored.
func clock() time.Time { return time.Date(2026, 3, 4, 12, 0, 0, 5999, time.FixedZone("west", -3600)) }

// onDisk is clock as it is stored.
func onDisk() time.Time { return clock().UTC().Truncate(time.Microsecond) }

// grant lets the partner do something with kinds of a fleet.
func grant(fleet uuid.UUID, ref, level string, kinds ...resource.Kind) access.Grant {
	g := access.Grant{Partner: partner.Partner.ID, Fleet: fleet, FleetRef: ref, Status: access.GrantActive,
		ReadAt: clock(),
		Levels: map[resource.Kind]string{}}
	for _, k := range kinds {
		g.Levels[k] = level
	}
	return g
}

func open(t *testing.T) *archive {
	t.Helper()
	a := &archive{fails: map[string]error{},
		grants: []access.Grant{grant(north, "n", access.ReadWrite, resource.Kinds()...)},
		conns:  []connection.Connection{{ID: lane, Fleet: north, TSP: "acme", Status: connection.Active}}}
	registry, err := tsp.NewRegistry([]tsp.Adapter{acme{}, mute{}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	a.Service = record.New(record.Config{Lists: a, Schedules: timetable{archive: a}, Executions: a, Every: 10 * time.Minute, Access: reaches{archive: a},
		Connections: links{archive: a}, Registry: registry, Now: clock})
	return a
}

// acme is a TSP whose vehicles are read and written, whose users are read, and whose messages are
// written where a setting is set.
type acme struct{ tsp.Adapter }

func (acme) Spec() tsp.Spec {
	return tsp.Spec{Name: "acme", DisplayName: "Acme", Settings: []tsp.Setting{{Key: "desk", Type: tsp.TextSetting}},
		Imports: []tsp.ImportKind{{Kind: resource.KindVehicle}, {Kind: resource.KindUser}},
		Actions: tsp.Actions{{Kind: resource.KindVehicle, Verb: resource.Update}: {},
			{Kind: resource.KindMessage, Verb: resource.Create}: {Needs: []tsp.Need{{Setting: "desk",
				Reason: "set desk"}}}}}
}

// mute is a TSP of which nothing can be read.
type mute struct{ tsp.Adapter }

func (mute) Spec() tsp.Spec { return tsp.Spec{Name: "mute", DisplayName: "Mute"} }

func (r reaches) Grants(_ context.Context, of uuid.UUID) ([]access.Grant, error) {
	if of != partner.Partner.ID {
		return nil, r.fails["Grants"]
	}
	return slices.Clone(r.grants), r.fails["Grants"]
}

func (r reaches) Grant(ctx context.Context, of, fleet uuid.UUID) (access.Grant, error) {
	all, err := r.Grants(ctx, of)
	i := slices.IndexFunc(all, func(g access.Grant) bool { return g.Fleet == fleet })
	if err != nil || i < 0 {
		return access.Grant{}, orElse(err, access.ErrNotFound)
	}
	return all[i], nil
}

func (l links) Connection(_ context.Context, id uuid.UUID) (connection.Connection, error) {
	i := slices.IndexFunc(l.conns, func(c connection.Connection) bool { return c.ID == id })
	if err := l.fails["Connection"]; err != nil || i < 0 {
		return connection.Connection{}, orElse(err, connection.ErrNotFound)
	}
	return l.conns[i], nil
}

func (l links) ConnectionPage(_ context.Context, q connection.Query) ([]connection.Connection, error) {
	if l.pages = append(l.pages, q); len(l.pages) > 9 {
		return nil, errors.New("the same page is asked for again and again")
	}
	var found []connection.Connection
	behind := q.Window.Place.IsZero()
	for _, c := range l.conns {
		if behind && slices.Contains(q.Fleets, c.Fleet) && len(found) < q.Window.Limit {
			found = append(found, c)
		}
		behind = behind || c.Position() == q.Window.Place
	}
	return found, l.fails["ConnectionPage"]
}

func (a *archive) RecordByID(_ context.Context, id uuid.UUID) (record.Record, error) {
	i := slices.IndexFunc(a.records, func(r record.Record) bool { return r.ID == id })
	if err := a.fails["RecordByID"]; err != nil || i < 0 {
		return record.Record{}, orElse(err, record.ErrNotFound)
	}
	return a.records[i], nil
}

func (a *archive) RecordPage(_ context.Context, q record.Query) (page.Found[record.Record], error) {
	a.lists = append(a.lists, q)
	return page.Found[record.Record]{Entries: slices.Clone(a.records[:min(len(a.records), q.Window.Limit)])}, a.fails["RecordPage"]
}

func (a *archive) CountRecords(_ context.Context, q record.Query) (int, error) {
	return 40 + len(q.Fleets), a.fails["CountRecords"]
}

func (s timetable) SchedulesOf(_ context.Context, of []uuid.UUID) ([]record.Schedule, error) {
	found := slices.DeleteFunc(slices.Clone(s.schedules), func(one record.Schedule) bool {
		return !slices.Contains(of, one.Connection)
	})
	return found, s.fails["SchedulesOf"]
}

func (s timetable) ScheduleImports(_ context.Context, c uuid.UUID, kinds []resource.Kind, at time.Time) error {
	s.dueConn, s.due, s.dueAt = c, kinds, at
	for _, k := range kinds {
		s.schedules = append(s.schedules, record.Schedule{Connection: c, Kind: k, NextAt: at})
	}
	return s.fails["ScheduleImports"]
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// vehicles is a request for a list of them.
func vehicles(limit int) record.Request {
	return record.Request{Query: record.Query{Kind: resource.KindVehicle, Sort: record.ByUpdated,
		Window: page.Window{Limit: limit}}}
}
