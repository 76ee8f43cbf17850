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
	f := connection.Filter{Limit: 3}
	var last []connection.Read
	for range 10 {
		page, more, err := s.service.List(t.Context(), s.partner, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range page {
			got = append(got, c.ID.String())
		}
		if last = page; !more {
			break
		}
		f.Before = page[len(page)-1].Position()
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("forwards (-want +got):\n%s", diff)
	}
	back, more, err := s.service.List(t.Context(), s.partner, connection.Filter{Limit: 3, After: last[0].Position()})
	if err != nil || !more || len(back) != 3 || back[0].ID.String() != want[3] || back[2].ID.String() != want[5] {
		t.Errorf("backwards: %d, more %v, %v", len(back), more, err)
	}
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
		c.filter.Limit = 10
		page, more, err := s.service.List(t.Context(), s.partner, c.filter)
		if err != nil || len(page) != c.want || more {
			t.Errorf("%s: %d connections, more %v, %v", name, len(page), more, err)
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
	g.Status, g.UpdatedAt = "paused", time.Now()
	if err := s.db.SaveGrant(t.Context(), g, s.fleet.Fleet); err != nil {
		t.Fatal(err)
	}
	page, _, err := s.service.List(t.Context(), s.partner, connection.Filter{Limit: 10})
	if err != nil || len(page) != 0 {
		t.Errorf("%d shown, %v", len(page), err)
	}
	if _, err := s.service.Get(t.Context(), s.partner, id); err == nil {
		t.Error("it can be read")
	}
	_, err = s.service.Create(t.Context(), s.partner, body(good+`,"fleet_ref":"ours"`))
	if err == nil || !strings.Contains(err.Error(), "paused") {
		t.Errorf("connecting under it: %v", err)
	}
}
