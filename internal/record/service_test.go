package record_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

// known is a vehicle of a fleet.
func known(n byte, fleet uuid.UUID) record.Record {
	r := fresh(resource.KindVehicle)
	r.ID, r.Fleet, r.Seq, r.Source = uuid.UUID{n}, fleet, int64(n), []byte(`{"raw":true}`)
	r.UpdatedAt = settledAt().Add(time.Duration(n) * time.Second)
	return r
}

func TestAListReachesTheFleetsWhoseKindMayBeReadAndNoOther(t *testing.T) {
	t.Parallel()
	a := open(t)
	paused, early, over := grant(uuid.UUID{12}, "p", access.Read, resource.KindVehicle),
		grant(uuid.UUID{13}, "e", access.Read, resource.KindVehicle), grant(uuid.UUID{14}, "o", access.Read,
			resource.KindVehicle)
	paused.Status, early.Effective, over.Expiration = access.GrantPaused, clock().Add(1), clock()
	a.grants = append(a.grants, grant(south, "s", access.Read, resource.KindVehicle), paused, early, over,
		grant(uuid.UUID{15}, "u", access.ReadWrite, resource.KindUser))
	fleet := access.Principal{Fleet: access.Fleet{ID: south}}
	for says, c := range map[string]struct {
		who  access.Principal
		ids  []uuid.UUID
		refs []string
		want []uuid.UUID
	}{
		"all":                          {partner, nil, nil, []uuid.UUID{north, south}},
		"some ids":                     {partner, []uuid.UUID{south, {15}, {99}}, nil, []uuid.UUID{south}},
		"some references":              {partner, nil, []string{"n", "p", "u"}, []uuid.UUID{north}},
		"both":                         {partner, []uuid.UUID{north, south}, []string{"s"}, []uuid.UUID{south}},
		"both, and they exclude":       {partner, []uuid.UUID{north}, []string{"s"}, nil},
		"none that may be read":        {partner, []uuid.UUID{{12}, {13}, {14}, {15}}, nil, nil},
		"a fleet itself":               {fleet, nil, nil, []uuid.UUID{south}},
		"a fleet, and another's id":    {fleet, []uuid.UUID{north}, nil, nil},
		"a partner without any grants": {access.Principal{Partner: access.Partner{ID: uuid.UUID{2}}}, nil, nil, nil},
	} {
		a.lists = nil
		r := vehicles(5)
		r.Fleets, r.FleetIDs, r.FleetRefs = []uuid.UUID{{15}}, c.ids, c.refs
		p, err := a.List(t.Context(), c.who, r)
		if err != nil || p.Total == nil {
			t.Fatalf("%s: %+v, %v", says, p, err)
		}
		if len(c.want) == 0 {
			if len(a.lists) > 0 || *p.Total != 0 || len(p.Items) > 0 {
				t.Errorf("%s: the store was asked for %v, answered %+v", says, a.lists, p)
			}
			continue
		}
		slices.SortFunc(a.lists[0].Fleets, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
		if diff := cmp.Diff(c.want, a.lists[0].Fleets); diff != "" || *p.Total != 40+len(c.want) {
			t.Errorf("%s: %d in all (-want +got):\n%s", says, *p.Total, diff)
		}
	}
}

func TestAListedRecordIsReadUnderTheNameThatTheCallerHasForItsFleet(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.grants = append(a.grants, grant(south, "s", access.Read, resource.KindVehicle))
	a.records = []record.Record{known(1, south), known(2, north), known(3, north)}
	for _, source := range []bool{false, true} {
		r := vehicles(2)
		r.WithSource = source
		p, err := a.List(t.Context(), partner, r)
		if err != nil || len(p.Items) != 2 {
			t.Fatalf("%+v, %v", p, err)
		}
		for i, ref := range []string{"s", "n"} {
			got := members(t, p.Items[i])
			if _, there := got["source_data"]; got["fleet_ref"] != ref || got["id"] != a.records[i].ID.String() ||
				there != source {
				t.Errorf("with source %t: %v", source, got)
			}
		}
		want := page.Position{At: a.records[1].UpdatedAt, Seq: 2}
		if p.Next != want || !p.Previous.IsZero() {
			t.Errorf("the page ends at %+v, and begins at %+v", p.Next, p.Previous)
		}
	}
}

// One answer for all of them: whoever could tell them apart would know which ids there are.
func TestAListOfAConnectionThatTheCallerDoesNotReachIsAProblem(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.conns = append(a.conns, connection.Connection{ID: uuid.UUID{21}, Fleet: north, Status: connection.Deleted},
		connection.Connection{ID: uuid.UUID{22}, Fleet: south, Status: connection.Active})
	for _, kind := range resource.Kinds() {
		for _, id := range []uuid.UUID{{21}, {22}, {23}} {
			r := vehicles(5)
			r.Kind, r.Connection = kind, id
			want := "there is no connection " + id.String() + "; GET /v2/integrations/connections lists yours"
			if _, err := a.List(t.Context(), partner, r); problem.Of(err).Code != problem.NotFound ||
				problem.Of(err).Detail != want {
				t.Errorf("%s of %s: %v", kind, id, err)
			}
		}
	}
	r := vehicles(5)
	r.Connection = lane
	if _, err := a.List(t.Context(), partner, r); err != nil || a.lists[0].Connection != lane {
		t.Errorf("%+v, %v", a.lists, err)
	}
}

func TestARecordIsShownToWhoMayReadItsKindOfItsFleet(t *testing.T) {
	t.Parallel()
	a := open(t)
	gone := known(3, north)
	gone.DeletedAt = settledAt()
	a.records = []record.Record{known(1, north), known(2, south), gone}
	a.grants = append(a.grants, grant(south, "s", access.ReadWrite, resource.KindUser))
	for says, c := range map[string]struct {
		kind resource.Kind
		id   byte
		ok   bool
	}{
		"a vehicle":                       {resource.KindVehicle, 1, true},
		"one that was deleted":            {resource.KindVehicle, 3, true},
		"one as another kind":             {resource.KindTrailer, 1, false},
		"one of a fleet with other kinds": {resource.KindVehicle, 2, false},
		"none":                            {resource.KindVehicle, 9, false},
	} {
		r, ref, err := a.Get(t.Context(), partner, c.kind, uuid.UUID{c.id})
		if c.ok && (err != nil || r.ID != uuid.UUID{c.id} || ref != "n") {
			t.Errorf("%s: %+v under %q, %v", says, r, ref, err)
		}
		if !c.ok && (problem.Of(err).Code != problem.NotFound || r.ID != uuid.Nil) {
			t.Errorf("%s: %+v, %v", says, r, err)
		}
	}
	if _, ref, err := a.Get(t.Context(), access.Principal{Fleet: access.Fleet{ID: south}}, resource.KindVehicle,
		uuid.UUID{2}); err != nil || ref != "" {
		t.Errorf("the fleet's own: %q, %v", ref, err)
	}
}

func TestAPortOfRecordsThatFailsIsOurFault(t *testing.T) {
	t.Parallel()
	lost := errors.New("the disk is gone")
	for _, port := range []string{"Grants", "Connection", "CountRecords", "RecordPage", "RecordByID"} {
		a := open(t)
		a.records, a.fails[port] = []record.Record{known(1, north)}, lost
		r := vehicles(5)
		r.Connection = lane
		_, err := a.List(t.Context(), partner, r)
		if port == "RecordByID" || port == "Grants" {
			_, _, err = a.Get(t.Context(), partner, resource.KindVehicle, uuid.UUID{1})
		}
		if !errors.Is(err, lost) || problem.Of(err).Code != problem.Internal {
			t.Errorf("%s: %v", port, err)
		}
	}
}
