package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/fence"
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
		{"a connection that is made survives a crash as it was", func(t *testing.T, s *stand) {
			c := connected(s.fleet())
			c.Settings = tsp.Settings{"text": "a", "number": int64(7), "list": []string{"x", "y"}, "switch": true}
			c.Problem = "p"
			s.connect(c)
			if diff := cmp.Diff(c, s.crashed().connection(c.ID)); diff != "" {
				t.Errorf("(-made +read):\n%s", diff)
			}
			if _, err := s.Connection(t.Context(), uuid.New()); !errors.Is(err, connection.ErrNotFound) {
				t.Errorf("another: %v", err)
			}
		}},
		{"connections are listed oldest first, deleted ones only by their id", func(t *testing.T, s *stand) {
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
			if diff := cmp.Diff([]uuid.UUID{made[1].ID, made[0].ID}, ids); diff != "" {
				t.Errorf("(-want +listed):\n%s", diff)
			}
			is(t, "the deleted one", s.connection(made[2].ID).Status, connection.Deleted)
		}},
		{"a page of connections is newest first and of the fleets and TSP that are asked for", func(t *testing.T, s *stand) {
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
			for says, c := range map[string]struct {
				q    connection.Query
				want []uuid.UUID
			}{
				"two fleets":   {connection.Query{Fleets: []uuid.UUID{fleet, other}, Limit: 9}, []uuid.UUID{made[2], made[1], made[0]}},
				"a TSP":        {connection.Query{Fleets: []uuid.UUID{fleet, other}, TSP: "motive", Limit: 9}, []uuid.UUID{made[2]}},
				"no fleet":     {connection.Query{Limit: 9}, nil},
				"a short page": {connection.Query{Fleets: []uuid.UUID{fleet, other}, Limit: 1}, []uuid.UUID{made[2]}},
			} {
				var ids []uuid.UUID
				for _, one := range got[[]connection.Connection](s)(s.ConnectionPage(t.Context(), c.q)) {
					ids = append(ids, one.ID)
				}
				if diff := cmp.Diff(c.want, ids); diff != "" {
					t.Errorf("%s (-want +listed):\n%s", says, diff)
				}
			}
		}},
		{"a change is written over what was read, and secrets only if it says so", func(t *testing.T, s *stand) {
			c := s.connect(connected(s.fleet()))
			next := change(c, connection.Stale)
			next.To.Description, next.To.Problem, next.To.Settings, next.To.Version = "e", "p", tsp.Settings{"a": "b"}, 2
			next.To.Sealed = []byte("other")
			s.must(s.ChangeConnection(t.Context(), next))
			want := next.To
			want.Sealed = c.Sealed
			if diff := cmp.Diff(want, s.connection(c.ID)); diff != "" {
				t.Errorf("(-want +read):\n%s", diff)
			}
			reseal := change(want, connection.Active)
			reseal.Reseal, reseal.To.Sealed = true, []byte("other")
			s.must(s.ChangeConnection(t.Context(), reseal))
			is(t, "sealed", string(s.connection(c.ID).Sealed), "other")
		}},
		{"of two processes that change a connection one is overtaken and changes nothing", func(t *testing.T, s *stand) {
			c := s.connect(connected(s.fleet()))
			s.must(s.beside().ChangeConnection(t.Context(), change(c, connection.Paused)))
			late := change(c, connection.Active)
			late.To.UpdatedAt = at(5)
			late.Reschedule, late.Kinds = true, []resource.Kind{resource.KindUser}
			if err := s.ChangeConnection(t.Context(), late); !errors.Is(err, fence.ErrOvertaken) {
				t.Fatalf("the second: %v", err)
			}
			is(t, "status", s.connection(c.ID).Status, connection.Paused)
			is(t, "schedules", len(s.due(c.ID)), 0)
		}},
		{"renewed credentials replace those of their version, and nothing else", func(t *testing.T, s *stand) {
			c := s.connect(connected(s.fleet()))
			s.must(s.SaveCredentials(t.Context(), c.ID, 1, []byte("renewed")))
			want := c
			want.Sealed = []byte("renewed")
			if diff := cmp.Diff(want, s.connection(c.ID)); diff != "" {
				t.Errorf("(-want +read):\n%s", diff)
			}
			if err := s.SaveCredentials(t.Context(), c.ID, 2, []byte("x")); !errors.Is(err, fence.ErrOvertaken) {
				t.Errorf("of another version: %v", err)
			}
			s.must(s.ChangeConnection(t.Context(), change(c, connection.Deleted)))
			if err := s.SaveCredentials(t.Context(), c.ID, 1, []byte("x")); !errors.Is(err, fence.ErrOvertaken) {
				t.Errorf("of a deleted one: %v", err)
			}
		}},
		{"a connection that is made or changed is woken, and its imports if there are any to make", func(t *testing.T, s *stand) {
			c := connected(s.fleet())
			made := connection.Change{To: c, Reschedule: true, Kinds: []resource.Kind{resource.KindUser}}
			lanes := []fence.Lane{{Kind: fence.Connections, ID: c.ID}, {Kind: fence.Imports, ID: c.ID}}
			woken := s.wakes(func() { s.must(s.InsertConnection(t.Context(), made)) })
			if diff := cmp.Diff(lanes, woken); diff != "" {
				t.Errorf("made (-want +woken):\n%s", diff)
			}
			paused := change(c, connection.Paused)
			paused.Reschedule = true
			woken = s.wakes(func() { s.must(s.ChangeConnection(t.Context(), paused)) })
			if diff := cmp.Diff(lanes[:1], woken); diff != "" {
				t.Errorf("paused (-want +woken):\n%s", diff)
			}
		}},
		{"imports follow a change that says so: its kinds are due then, all others are parked", func(t *testing.T, s *stand) {
			c := connected(s.fleet())
			s.must(s.InsertConnection(t.Context(), connection.Change{To: c, Reschedule: true, Kinds: []resource.Kind{resource.KindUser, resource.KindVehicle}}))
			want := map[resource.Kind]time.Time{resource.KindUser: noon(), resource.KindVehicle: noon()}
			compare := func(says string) {
				t.Helper()
				if diff := cmp.Diff(want, s.due(c.ID)); diff != "" {
					t.Errorf("%s (-want +due):\n%s", says, diff)
				}
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
		}},
	}
}

func drafts() []rule {
	drafted := func(fleet uuid.UUID) connection.Draft {
		return connection.Draft{ID: uuid.New(), Purpose: connection.Exchanged, Fleet: fleet, TSP: "samsara", Sealed: []byte("s"), EndsAt: at(10)}
	}
	return []rule{
		{"a draft is kept over a crash for its purpose, fleet and TSP until its end", func(t *testing.T, s *stand) {
			d := drafted(uuid.New())
			s.must(s.SaveDraft(t.Context(), d))
			d.Sealed, d.EndsAt = []byte("later"), at(20)
			s.must(s.SaveDraft(t.Context(), d))
			s = s.crashed()
			kept := func(of connection.Draft, minute int) []connection.Draft {
				return got[[]connection.Draft](s)(s.DraftsOf(t.Context(), connection.Draft{Purpose: of.Purpose, Fleet: of.Fleet, TSP: of.TSP}, at(minute)))
			}
			if diff := cmp.Diff([]connection.Draft{d}, kept(d, 19)); diff != "" {
				t.Errorf("(-want +kept):\n%s", diff)
			}
			is(t, "at its end", len(kept(d, 20)), 0)
			for _, alter := range []func(*connection.Draft){
				func(d *connection.Draft) { d.Purpose = connection.PreAuth },
				func(d *connection.Draft) { d.Fleet = uuid.New() },
				func(d *connection.Draft) { d.TSP = "motive" },
			} {
				other := d
				alter(&other)
				is(t, "another's", len(kept(other, 1)), 0)
			}
		}},
		{"a draft past its end is erased when another is saved", func(t *testing.T, s *stand) {
			d := drafted(uuid.New())
			s.must(s.SaveDraft(t.Context(), d))
			s.later(10 * time.Minute)
			other := drafted(uuid.New())
			other.EndsAt = at(30)
			s.must(s.SaveDraft(t.Context(), other))
			is(t, "kept", len(got[[]connection.Draft](s)(s.DraftsOf(t.Context(), d, noon()))), 0)
		}},
		{"a draft that is dropped is gone, and dropping it again is no error", func(t *testing.T, s *stand) {
			d := drafted(uuid.New())
			s.must(s.SaveDraft(t.Context(), d))
			for range 2 {
				s.must(s.DropDraft(t.Context(), d.ID))
			}
			is(t, "kept", len(got[[]connection.Draft](s)(s.DraftsOf(t.Context(), d, noon()))), 0)
		}},
		{"a draft becomes a connection's once, and one that is refused makes nothing and costs no other", func(t *testing.T, s *stand) {
			c := connected(s.fleet())
			one, two := drafted(c.Fleet), drafted(c.Fleet)
			s.must(s.SaveDraft(t.Context(), one))
			s.must(s.SaveDraft(t.Context(), two))
			s.must(s.InsertConnection(t.Context(), connection.Change{To: c, Drafts: []uuid.UUID{one.ID}}))
			second := connected(c.Fleet)
			if err := s.InsertConnection(t.Context(), connection.Change{To: second, Drafts: []uuid.UUID{two.ID, one.ID}}); !errors.Is(err, connection.ErrUsed) {
				t.Errorf("made of a used one: %v", err)
			}
			if _, err := s.Connection(t.Context(), second.ID); !errors.Is(err, connection.ErrNotFound) {
				t.Errorf("it is made: %v", err)
			}
			next := change(c, connection.Paused)
			next.Drafts = []uuid.UUID{one.ID}
			if err := s.ChangeConnection(t.Context(), next); !errors.Is(err, connection.ErrUsed) {
				t.Errorf("changed by a used one: %v", err)
			}
			is(t, "kept", len(got[[]connection.Draft](s)(s.DraftsOf(t.Context(), two, noon()))), 1)
			is(t, "status", s.connection(c.ID).Status, connection.Active)
		}},
	}
}
