package storetest

import (
	"fmt"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func changes() []rule {
	return []rule{
		{"a record that is new, changes, is gone and is there again is told of each time", changesAreTold},
		{"what changes nothing that a caller reads is told to nobody", sameIsNotTold},
		{"a change is told to those alone whose grants let them read the kind, to each in its own words", changesAreTheirs},
		{"a record that another connection still reaches is not told as removed", reachedIsNotRemoved},
		{"what a deleted connection leaves is told as removed, and events that come back as added", orphansAreTold},
		{"a write whose end changes the record tells of it", writesAreTold},
		{"a change that is refused is told to nobody", refusedIsNotTold},
	}
}

// ear hears all changes of a kind.
type ear struct {
	s    *stand
	subs []webhook.Subscription
}

// ear subscribes a partner, who has a grant, to all changes of a kind.
func (s *stand) ear(g access.Grant, kind resource.Kind) ear {
	s.t.Helper()
	s.grant(g)
	e := ear{s: s}
	for _, name := range record.EventNames(kind) {
		e.subs = append(e.subs, s.subscribe(subscribed(g.Partner, name)))
	}
	return e
}

// heard are the changes that were told, each as its name and the minute of its time, in order of
// the subscriptions.
func (e ear) heard() (all []string, last webhook.Waiting) {
	e.s.t.Helper()
	for _, sub := range e.subs {
		for _, w := range e.s.waiting(sub) {
			all, last = append(all, fmt.Sprint(w.Event.Name, " ", w.Event.OccurredAt.Sub(noon()).Minutes())), w
		}
	}
	return all, last
}

// hears compares what was told.
func (e ear) hears(t *testing.T, want ...string) {
	t.Helper()
	all, _ := e.heard()
	same(t, "told", all, want)
}

// late is a vehicle as an import brings it that ended when it began.
func late(c connection.Connection, minute int, fields string) record.Record {
	r := imported(minute, "1", fields)
	r.UpdatedAt = r.SeenAt
	return of(c, r)
}

func changesAreTold(t *testing.T, s *stand) {
	c := s.connect(connected(s.fleet()))
	e := s.ear(granted(s.partner(), c.Fleet), resource.KindVehicle)
	r := late(c, 1, `{"vehicle_name":"x"}`)
	s.save(r)
	s.save(late(c, 2, `{"vehicle_name":"y"}`))
	s.lose(c.ID, 6, r.ID)
	s.save(late(c, 7, `{"vehicle_name":"y"}`))
	e.hears(t, "vehicle.added 1", "vehicle.added 7", "vehicle.modified 2", "vehicle.removed 6")
	_, gone := e.heard()
	stored := s.record(r.ID)
	stored.DeletedAt, stored.UpdatedAt = at(6), at(6)
	want := got[[]byte](s)(plain(stored.Read(c.Fleet.String(), false)))
	same(t, "the record that is gone", string(gone.Event.Data), string(want))
	is(t, "the subject", gone.Event.Subject, r.ID)
}

func plain[T ~[]byte](text T, err error) ([]byte, error) { return text, err }

func sameIsNotTold(t *testing.T, s *stand) {
	c := s.connect(connected(s.fleet()))
	other := s.connect(connected(c.Fleet))
	s.save(late(c, 1, `{}`))
	e := s.ear(granted(s.partner(), c.Fleet), resource.KindVehicle)
	s.save(late(c, 2, `{}`), late(c, 3, `{}`))
	s.save(late(other, 3, `{}`))
	again := late(c, 4, `{}`)
	again.Imported = false
	s.save(again)
	e.hears(t)
}

func changesAreTheirs(t *testing.T, s *stand) {
	c := s.connect(connected(s.fleet()))
	ears := map[string]ear{}
	for ref, change := range map[string]func(*access.Grant){
		"one": func(*access.Grant) {}, "two": func(*access.Grant) {},
		"paused": func(g *access.Grant) { g.Status = access.GrantPaused },
		"ended":  func(g *access.Grant) { g.Expiration = at(1) },
		"users":  func(g *access.Grant) { delete(g.Levels, resource.KindVehicle) },
		"another fleet's": func(g *access.Grant) {
			g.Fleet = s.fleet()
		},
	} {
		g := granted(s.partner(), c.Fleet)
		g.FleetRef = ref
		change(&g)
		ears[ref] = s.ear(g, resource.KindVehicle)
	}
	r := late(c, 1, `{"vehicle_name":"x"}`)
	s.save(r)
	ids := map[uuid.UUID]bool{}
	for ref, e := range ears {
		if ref != "one" && ref != "two" {
			e.hears(t)
			continue
		}
		e.hears(t, "vehicle.added 1")
		_, w := e.heard()
		same(t, ref, string(w.Event.Data), string(got[[]byte](s)(plain(s.record(r.ID).Read(ref, false)))))
		ids[w.Event.ID] = true
	}
	is(t, "events of their own", len(ids), 2)
}

func reachedIsNotRemoved(t *testing.T, s *stand) {
	c := s.connect(connected(s.fleet()))
	other := s.connect(connected(c.Fleet))
	r := late(c, 1, `{}`)
	s.save(r)
	s.save(late(other, 1, `{}`))
	e := s.ear(granted(s.partner(), c.Fleet), resource.KindVehicle)
	s.lose(c.ID, 6, r.ID)
	e.hears(t)
	s.lose(other.ID, 7, r.ID)
	e.hears(t, "vehicle.removed 7")
}

func orphansAreTold(t *testing.T, s *stand) {
	c := s.connect(connected(s.fleet()))
	inspected := late(c, 1, `{}`)
	inspected.Kind, inspected.SourceID = resource.KindDvirLog, "i"
	s.save(late(c, 1, `{}`), of(c, inspected), said(c, 1, "m"))
	g := granted(s.partner(), c.Fleet)
	vehicles, inspections := s.ear(g, resource.KindVehicle), s.ear(g, resource.KindDvirLog)
	messages := s.ear(g, resource.KindMessage)
	s.deleted(c)
	s.left(2)
	vehicles.hears(t, "vehicle.removed 2")
	inspections.hears(t, "dvir_log.removed 2")
	messages.hears(t)
	s.connect(connected(c.Fleet))
	s.left(3)
	vehicles.hears(t, "vehicle.removed 2")
	inspections.hears(t, "dvir_log.added 3", "dvir_log.removed 2")
	messages.hears(t, "message.added 3")
}

func writesAreTold(t *testing.T, s *stand) {
	c := s.connect(connected(s.fleet()))
	e := s.ear(granted(s.partner(), c.Fleet), resource.KindVehicle)
	for minute, name := range []string{"x", "y", "y"} {
		r := of(c, written(minute, "1", `{"vehicle_name":"`+name+`"}`))
		set := settlement(s.begin(s.accept(queued(c.ID)), at(minute)), operation.Succeeded)
		set.Record = &r
		s.must(s.Settle(t.Context(), set))
	}
	e.hears(t, "vehicle.added 0", "vehicle.modified 1")
}

func refusedIsNotTold(t *testing.T, s *stand) {
	c := s.connect(connected(s.fleet()))
	e := s.ear(granted(s.partner(), c.Fleet), resource.KindVehicle)
	bad := late(c, 1, `{}`)
	bad.Kind, bad.Fields, bad.SourceID = resource.KindMessage, []byte(`no JSON`), "2"
	if _, err := s.SaveRecords(t.Context(), []record.Record{late(c, 1, `{}`), of(c, bad)}); err == nil {
		t.Fatal("a record that cannot be read was saved")
	}
	e.hears(t)
}
