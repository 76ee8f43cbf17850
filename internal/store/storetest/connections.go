package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// connection returns a connection as it is stored.
func (s *stand) connection(id uuid.UUID) connection.Connection {
	s.t.Helper()
	return got[connection.Connection](s)(s.Connection(s.t.Context(), id))
}

// due tells when each kind of a connection is due; a parked one is zero.
func (s *stand) due(conn uuid.UUID) map[resource.Kind]time.Time {
	s.t.Helper()
	due := map[resource.Kind]time.Time{}
	for _, one := range s.schedules(conn) {
		due[one.Kind] = one.NextAt
	}
	return due
}

func connections() []rule {
	return []rule{
		{"a connection that is made survives a crash as it was", connectionIsKept},
		{"connections are listed oldest first, deleted ones only by their id", connectionsAreListed},
		{"a page of connections is newest first and of the fleets and TSP that are asked for", connectionPage},
		{"a change is written over what was read, and secrets only if it says so", connectionIsChanged},
		{"what was done to a connection by hand is kept, and who did it", handsAreKept},
		{"of two processes that change a connection one is overtaken and changes nothing", connectionIsOvertaken},
		{"renewed credentials replace those of their version, and nothing else", credentialsAreRenewed},
		{"a connection that is made or changed is woken, and its imports if there are any to make", connectionWakes},
		{"a connection is alone while no other leads to its account", connectionIsAlone},
		{"imports follow a change that says so: its kinds are due then, all others are parked", importsFollow},
	}
}

func connectionIsKept(t *testing.T, s *stand) {
	c := connected(s.fleet())
	c.Settings = tsp.Settings{"text": "a", "number": int64(7), "list": []string{"x", "y"}, "switch": true}
	c.Problem, c.Maker, c.SyncEvents, c.VerifyWrites = "p", uuid.New(), true, true
	s.connect(c)
	same(t, "read", s.crashed().connection(c.ID), c)
	if _, err := s.Connection(t.Context(), uuid.New()); !errors.Is(err, connection.ErrNotFound) {
		t.Errorf("another: %v", err)
	}
}

func handsAreKept(t *testing.T, s *stand) {
	c := s.connect(connected(s.fleet()))
	by := audit.Mark{By: "operator:ada", Why: "they move their \"base\"", At: at(3)}
	next := change(c, connection.Paused)
	next.To.Pause, next.To.Rate = by, connection.Rate{Events: 2, Period: time.Second, Mark: by}
	s.must(s.ChangeConnection(t.Context(), next))
	same(t, "read by another", s.beside().connection(c.ID), next.To)
	again := change(next.To, connection.Active)
	again.To.Pause, again.To.Rate = audit.Mark{}, connection.Rate{}
	s.must(s.ChangeConnection(t.Context(), again))
	same(t, "without them", s.crashed().connection(c.ID), again.To)
}

func connectionsAreListed(t *testing.T, s *stand) {
	fleet := s.fleet()
	var made []connection.Connection
	for _, minute := range []int{2, 1, 3} {
		c := connected(fleet)
		c.CreatedAt = at(minute)
		made = append(made, s.connect(c))
	}
	s.must(s.ChangeConnection(t.Context(), change(made[2], connection.Deleted)))
	var ids []uuid.UUID
	for _, c := range got[[]connection.Connection](s)(s.Connections(t.Context())) {
		ids = append(ids, c.ID)
	}
	same(t, "listed", ids, []uuid.UUID{made[1].ID, made[0].ID})
	is(t, "the deleted one", s.connection(made[2].ID).Status, connection.Deleted)
}

func connectionPage(t *testing.T, s *stand) {
	fleet, other := s.fleet(), s.fleet()
	var made []uuid.UUID
	for minute, of := range []uuid.UUID{fleet, other, fleet, s.fleet(), fleet} {
		c := connected(of)
		c.CreatedAt = at(minute)
		if minute == 2 {
			c.TSP = "motive"
		}
		made = append(made, s.connect(c).ID)
	}
	s.must(s.ChangeConnection(t.Context(), change(s.connection(made[4]), connection.Deleted)))
	both := []uuid.UUID{fleet, other}
	for says, c := range map[string]struct {
		q    connection.Query
		want []uuid.UUID
	}{
		"two fleets":   {connection.Query{Fleets: both, Window: page.Window{Limit: 9}}, []uuid.UUID{made[2], made[1], made[0]}},
		"a TSP":        {connection.Query{Fleets: both, TSP: "motive", Window: page.Window{Limit: 9}}, []uuid.UUID{made[2]}},
		"no fleet":     {connection.Query{Window: page.Window{Limit: 9}}, nil},
		"a short page": {connection.Query{Fleets: both, Window: page.Window{Limit: 1}}, []uuid.UUID{made[2]}},
	} {
		var ids []uuid.UUID
		for _, one := range got[[]connection.Connection](s)(s.ConnectionPage(t.Context(), c.q)) {
			ids = append(ids, one.ID)
		}
		same(t, says, ids, c.want)
	}
}

func connectionIsChanged(t *testing.T, s *stand) {
	c := s.connect(connected(s.fleet()))
	next := change(c, connection.Stale)
	next.To.Description, next.To.Problem, next.To.Settings, next.To.Version = "e", "p", tsp.Settings{"a": "b"}, 2
	next.To.Account = "host#a"
	next.To.Sealed = []byte("other")
	s.must(s.ChangeConnection(t.Context(), next))
	want := next.To
	want.Sealed = c.Sealed
	same(t, "read", s.connection(c.ID), want)
	reseal := change(want, connection.Active)
	reseal.Reseal, reseal.To.Sealed = true, []byte("other")
	s.must(s.ChangeConnection(t.Context(), reseal))
	is(t, "sealed", string(s.connection(c.ID).Sealed), "other")
}

func connectionIsOvertaken(t *testing.T, s *stand) {
	c := s.connect(connected(s.fleet()))
	s.must(s.beside().ChangeConnection(t.Context(), change(c, connection.Paused)))
	late := change(c, connection.Active)
	late.To.UpdatedAt = at(5)
	late.Reschedule, late.Kinds = true, []resource.Kind{resource.KindUser}
	fails(t, "the second", s.ChangeConnection(t.Context(), late), fence.ErrOvertaken)
	is(t, "status", s.connection(c.ID).Status, connection.Paused)
	is(t, "schedules", len(s.due(c.ID)), 0)
}

func credentialsAreRenewed(t *testing.T, s *stand) {
	c := s.connect(connected(s.fleet()))
	s.must(s.SaveCredentials(t.Context(), c.ID, 1, []byte("renewed")))
	want := c
	want.Sealed = []byte("renewed")
	same(t, "read", s.connection(c.ID), want)
	fails(t, "of another version", s.SaveCredentials(t.Context(), c.ID, 2, []byte("x")), fence.ErrOvertaken)
	s.must(s.ChangeConnection(t.Context(), change(c, connection.Deleted)))
	fails(t, "of a deleted one", s.SaveCredentials(t.Context(), c.ID, 1, []byte("x")), fence.ErrOvertaken)
}

func connectionWakes(t *testing.T, s *stand) {
	c := connected(s.fleet())
	made := connection.Change{To: c, Reschedule: true, Kinds: []resource.Kind{resource.KindUser}}
	lanes := []fence.Lane{{Kind: fence.Connections, ID: c.ID}, {Kind: fence.Imports, ID: c.ID}}
	woken := s.wakes(func() { s.must(s.InsertConnection(t.Context(), made)) })
	same(t, "made", woken, lanes)
	paused := change(c, connection.Paused)
	paused.Reschedule = true
	woken = s.wakes(func() { s.must(s.ChangeConnection(t.Context(), paused)) })
	same(t, "paused", woken, lanes[:1])
}

func importsFollow(t *testing.T, s *stand) {
	c := connected(s.fleet())
	made := connection.Change{To: c, Reschedule: true, Kinds: []resource.Kind{resource.KindUser, resource.KindVehicle}}
	s.must(s.InsertConnection(t.Context(), made))
	want := map[resource.Kind]time.Time{resource.KindUser: noon(), resource.KindVehicle: noon()}
	compare := func(says string) {
		t.Helper()
		same(t, says, s.due(c.ID), want)
	}
	compare("made")
	described := change(c, connection.Active)
	s.must(s.ChangeConnection(t.Context(), described))
	compare("changed otherwise")
	renewed := change(described.To, connection.Active)
	renewed.Reschedule, renewed.Kinds, renewed.To.UpdatedAt = true, []resource.Kind{resource.KindUser}, at(3)
	s.must(s.ChangeConnection(t.Context(), renewed))
	want = map[resource.Kind]time.Time{resource.KindUser: at(3), resource.KindVehicle: {}}
	compare("with other kinds")
	ended := change(renewed.To, connection.Deleted)
	ended.Reschedule = true
	s.must(s.ChangeConnection(t.Context(), ended))
	s = s.crashed()
	want[resource.KindUser] = time.Time{}
	compare("deleted")
}

func connectionIsAlone(t *testing.T, s *stand) {
	fleet := s.fleet()
	c, elsewhere, account := s.connect(connected(fleet)), connected(fleet), connected(fleet)
	elsewhere.TSP, account.Account = "geotab", "b"
	s.connect(elsewhere)
	s.connect(account)
	alone := func(what string, want bool) {
		t.Helper()
		is(t, what, got[bool](s)(s.Alone(t.Context(), c)), want)
	}
	alone("beside other accounts", true)
	other := s.connect(connected(s.fleet()))
	alone("beside another connection", false)
	s.must(s.ChangeConnection(t.Context(), change(other, connection.Paused)))
	alone("beside one that is paused", false)
	s.must(s.ChangeConnection(t.Context(), change(s.connection(other.ID), connection.Deleted)))
	alone("once that is deleted", true)
}
