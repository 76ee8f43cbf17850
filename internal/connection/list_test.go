package connection_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestAListHoldsWhatTheCallerReachesNewestFirst(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	var want []string
	for i := range 7 {
		made, err := s.service.Create(t.Context(), s.partner, body(fmt.Sprintf(`%s,"fleet_ref":"f%d"`, good, i%2)))
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, made.ID.String())
	}
	slices.Reverse(want)
	if n := s.count(); n != 0 {
		t.Errorf("another fleet sees %d", n)
	}
	var got []string
	f := connection.Filter{Window: page.Window{Limit: 3}}
	var last page.Page[connection.Read]
	for range 10 {
		var err error
		if last, err = s.service.List(t.Context(), s.partner, f); err != nil {
			t.Fatal(err)
		}
		got = append(got, ids(last)...)
		if f.Window.Place = last.Next; f.Window.Place.IsZero() {
			break
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("forwards (-want +got):\n%s", diff)
	}
	back, err := s.service.List(t.Context(), s.partner, connection.Filter{Window: page.Window{Place: last.Previous, Backwards: true, Limit: 3}})
	if diff := cmp.Diff(want[3:6], ids(back)); diff != "" || err != nil || back.Previous.IsZero() || back.Next.IsZero() {
		t.Errorf("backwards: %v, previous %v, next %v (-want +got):\n%s", err, back.Previous, back.Next, diff)
	}
}

func ids(p page.Page[connection.Read]) []string {
	var all []string
	for _, c := range p.Items {
		all = append(all, c.ID.String())
	}
	return all
}

func TestAListIsNarrowedByEachFilter(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.create(good)
	made, err := s.service.Create(t.Context(), s.partner, body(good+`,"fleet_ref":"new"`))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		filter connection.Filter
		want   int
	}{
		"nothing":                   {connection.Filter{}, 2},
		"its TSP":                   {connection.Filter{TSPID: name.ID()}, 2},
		"a TSP without connections": {connection.Filter{TSPID: tsp.Name("samsara").ID()}, 0},
		"a fleet":                   {connection.Filter{FleetIDs: []uuid.UUID{made.FleetID}}, 1},
		"a foreign fleet":           {connection.Filter{FleetIDs: []uuid.UUID{uuid.New()}}, 0},
		"a reference":               {connection.Filter{FleetRefs: []string{"ours"}}, 1},
		"both references":           {connection.Filter{FleetRefs: []string{"ours", "new"}}, 2},
		"fleet and reference":       {connection.Filter{FleetIDs: []uuid.UUID{made.FleetID}, FleetRefs: []string{"ours"}}, 0},
	} {
		c.filter.Window.Limit = 10
		found, err := s.service.List(t.Context(), s.partner, c.filter)
		if err != nil || len(found.Items) != c.want || !found.Next.IsZero() {
			t.Errorf("%s: %d connections, next %v, %v", name, len(found.Items), found.Next, err)
		}
	}
}

func TestADeletedOrRevokedGrantHidesTheConnections(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id := s.create(good).ID
	g, err := s.db.Grant(t.Context(), s.partner.Partner.ID, s.fleet.Fleet.ID)
	if err != nil {
		t.Fatal(err)
	}
	paused := g
	paused.Status, paused.UpdatedAt = "paused", fence.Later(g.UpdatedAt, time.Now())
	if err := s.db.ChangeAgreement(t.Context(), g, paused); err != nil {
		t.Fatal(err)
	}
	found, err := s.service.List(t.Context(), s.partner, connection.Filter{Window: page.Window{Limit: 10}})
	if err != nil || len(found.Items) != 0 {
		t.Errorf("%d shown, %v", len(found.Items), err)
	}
	if _, err := s.service.Get(t.Context(), s.partner, id); err == nil {
		t.Error("it can be read")
	}
	_, err = s.service.Create(t.Context(), s.partner, body(good+`,"fleet_ref":"ours"`))
	if err == nil || !strings.Contains(err.Error(), "paused") {
		t.Errorf("connecting under it: %v", err)
	}
}
