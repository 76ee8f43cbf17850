package record_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/wire"
)

// text is what an entry has in a member that may be null.
func text[T ~string](s *T) string {
	if s == nil {
		return "null"
	}
	return string(*s)
}

func at(t *wire.Time) string {
	if t == nil {
		return "null"
	}
	return t.String()
}

func TestFreshnessHasAnEntryForEachKindThatCanBeImportedOrWritten(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.conns[0].Description = "depot"
	a.schedules = []record.Schedule{
		{Connection: lane, Kind: resource.KindVehicle, NextAt: onDisk(), LastSuccessAt: onDisk().Add(-time.Hour)},
		{Connection: lane, Kind: resource.KindUser, NextAt: onDisk(), Problem: "Acme is down", Failures: 2},
		{Connection: uuid.UUID{21}, Kind: resource.KindUser, NextAt: onDisk(), Problem: "another's"},
	}
	got, err := a.Freshness(t.Context(), partner, record.Fleets{})
	if err != nil || len(got) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	name, active, level, why := "n", "active", access.ReadWrite, "Acme is down"
	next, last, description := wire.Time(onDisk()), wire.Time(onDisk().Add(-time.Hour)), "depot"
	vehicle := record.Freshness{Resource: resource.KindVehicle, ShareLevel: &level, FleetID: north, FleetRef: &name,
		ConnectionID: lane, ConnectionDescription: &description, ScheduleID: record.ScheduleID(lane,
			resource.KindVehicle),
		SourceName: "acme", TSPID: tsp.Name("acme").ID(), TSPSlug: "acme", LastSuccess: &last, Next: &next,
		Status: &active}
	user := vehicle
	user.Resource, user.ScheduleID, user.LastSuccess = resource.KindUser, record.ScheduleID(lane, resource.KindUser),
		nil
	// The grant says read_write, but Acme's users can only be read.
	read := access.Read
	user.ShareLevel, user.Problem = &read, &why
	same := cmp.Comparer(func(a, b wire.Time) bool { return a.String() == b.String() })
	if diff := cmp.Diff([]record.Freshness{vehicle, user}, got, same); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAKindThatIsOnlyWrittenHasNoSchedule(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.conns[0].Settings = tsp.Settings{"desk": "1"}
	got, err := a.Freshness(t.Context(), partner, record.Fleets{})
	if err != nil || len(got) != 3 {
		t.Fatalf("%+v, %v", got, err)
	}
	if m := got[2]; m.Resource != resource.KindMessage || m.Status != nil || m.Next != nil ||
		text(m.ShareLevel) != access.ReadWrite {
		t.Errorf("%+v", m)
	}
}

func TestOnlyAnActiveConnectionHasANextImport(t *testing.T) {
	t.Parallel()
	for status, want := range map[connection.Status]string{connection.Active: "active", connection.Paused: "paused",
		connection.Stale: "stale", connection.Failed: "stale", connection.Cancelled: "cancelled"} {
		a := open(t)
		a.conns[0].Status = status
		a.schedules = []record.Schedule{{Connection: lane, Kind: resource.KindVehicle, NextAt: onDisk(),
			LastSuccessAt: onDisk()}}
		got, err := a.Freshness(t.Context(), partner, record.Fleets{})
		if err != nil || len(got) == 0 {
			t.Fatalf("%+v, %v", got, err)
		}
		next := "null"
		if status == connection.Active {
			next = wire.Time(onDisk()).String()
		}
		if f := got[0]; text(f.Status) != want || at(f.Next) != next || at(f.LastSuccess) == "null" {
			t.Errorf("%s: %s, next at %s, last at %s", status, text(f.Status), at(f.Next), at(f.LastSuccess))
		}
	}
}

func TestFreshnessIsToldOfTheFleetsThatTheCallerReachesAndChose(t *testing.T) {
	t.Parallel()
	a := open(t)
	paused := grant(uuid.UUID{12}, "p", access.Read, resource.KindVehicle)
	paused.Status = access.GrantPaused
	a.grants = append(a.grants, grant(south, "s", access.Read, resource.KindUser), paused)
	for i, fleet := range []uuid.UUID{south, {12}, {13}} {
		a.conns = append(a.conns, connection.Connection{ID: uuid.UUID{30, byte(i)}, Fleet: fleet, TSP: "acme",
			Status: connection.Active})
	}
	// Nothing is known of a TSP that this installation has no adapter for.
	a.conns = append(a.conns, connection.Connection{ID: uuid.UUID{31}, Fleet: north, TSP: "gone",
		Status: connection.Active})
	for says, c := range map[string]struct {
		f    record.Fleets
		want []uuid.UUID
	}{
		"all":             {record.Fleets{}, []uuid.UUID{lane, lane, {30, 0}, {30, 0}}},
		"by id":           {record.Fleets{IDs: []uuid.UUID{south, {12}}}, []uuid.UUID{{30, 0}, {30, 0}}},
		"by reference":    {record.Fleets{Refs: []string{"n", "p"}}, []uuid.UUID{lane, lane}},
		"none":            {record.Fleets{IDs: []uuid.UUID{south}, Refs: []string{"n"}}, nil},
		"out of reach":    {record.Fleets{IDs: []uuid.UUID{{12}, {13}}}, nil},
		"unknown by name": {record.Fleets{Refs: []string{"x"}}, nil},
	} {
		got, err := a.Freshness(t.Context(), partner, c.f)
		var of []uuid.UUID
		for _, f := range got {
			of = append(of, f.ConnectionID)
		}
		if diff := cmp.Diff(c.want, of); diff != "" || err != nil || got == nil {
			t.Errorf("%s: %v (-want +got):\n%s", says, err, diff)
		}
	}
}

func TestFreshnessKnowsConnectionsBeyondTheFirstPage(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.conns = nil
	for i := range 2001 {
		a.conns = append(a.conns, connection.Connection{ID: uuid.UUID{40, byte(i >> 8), byte(i)}, Fleet: north,
			TSP:    "acme",
			Status: connection.Active, CreatedAt: onDisk().Add(-time.Duration(i))})
	}
	got, err := a.Freshness(t.Context(), partner, record.Fleets{})
	if err != nil || len(got) != 2*2001 || len(a.pages) != 3 || got[4001].ConnectionID != a.conns[2000].ID {
		t.Errorf("%d entries from %d pages, %v", len(got), len(a.pages), err)
	}
}

func TestAnImportIsRequestedOfWhatCanBeImported(t *testing.T) {
	t.Parallel()
	a := open(t)
	// Messages are written then, and have an entry, but cannot be imported.
	a.conns[0].Settings = tsp.Settings{"desk": "1"}
	got, err := a.RequestImport(t.Context(), partner, lane)
	if err != nil || len(got) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	kinds := []resource.Kind{resource.KindVehicle, resource.KindUser}
	if !slices.Equal(a.due, kinds) || a.dueConn != lane || !a.dueAt.Equal(onDisk()) {
		t.Errorf("%v of %s are due at %v", a.due, a.dueConn, a.dueAt)
	}
	for i, f := range got {
		if f.Resource != kinds[i] || f.ConnectionID != lane || at(f.Next) != wire.Time(onDisk()).String() ||
			text(f.FleetRef) != "n" {
			t.Errorf("%+v", f)
		}
	}
}

func TestAnImportIsRefusedWhereNothingWouldComeOfIt(t *testing.T) {
	t.Parallel()
	lost := errors.New("the disk is gone")
	for says, c := range map[string]struct {
		with func(*archive)
		code problem.Code
	}{
		"no connection":         {func(a *archive) { a.conns = nil }, problem.NotFound},
		"a deleted one":         {func(a *archive) { a.conns[0].Status = connection.Deleted }, problem.NotFound},
		"another fleet's":       {func(a *archive) { a.conns[0].Fleet = south }, problem.NotFound},
		"under a paused grant":  {func(a *archive) { a.grants[0].Status = access.GrantPaused }, problem.NotFound},
		"a stale one":           {func(a *archive) { a.conns[0].Status = connection.Stale }, problem.Conflict},
		"a paused one":          {func(a *archive) { a.conns[0].Status = connection.Paused }, problem.Conflict},
		"a TSP without lists":   {func(a *archive) { a.conns[0].TSP = "mute" }, problem.Conflict},
		"a TSP without adapter": {func(a *archive) { a.conns[0].TSP = "gone" }, problem.Conflict},
		"no reach":              {func(a *archive) { a.fails["Grants"] = lost }, problem.Internal},
		"no store":              {func(a *archive) { a.fails["Connection"] = lost }, problem.Internal},
	} {
		a := open(t)
		c.with(a)
		if got, err := a.RequestImport(t.Context(), partner, lane); problem.Of(err).Code != c.code || err == nil ||
			got != nil {
			t.Errorf("%s: %+v, %v", says, got, err)
		}
		if a.due != nil {
			t.Errorf("%s: %v are due", says, a.due)
		}
	}
	for _, port := range []string{"ScheduleImports", "SchedulesOf"} {
		a := open(t)
		a.fails[port] = lost
		if _, err := a.RequestImport(t.Context(), partner, lane); !errors.Is(err, lost) {
			t.Errorf("%s: %v", port, err)
		}
	}
}
