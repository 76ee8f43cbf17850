package connection_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// naming is a stand whose TSP has settings that name records.
func naming(t *testing.T) *stand {
	t.Helper()
	s := newStand(t)
	s.tsp.spec.Settings = []tsp.Setting{{Key: "sender", Type: tsp.TextSetting, Kind: resource.KindUser, Collection: "users"},
		{Key: "trucks", Type: tsp.ListSetting, Kind: resource.KindVehicle}, {Key: "tag", Type: tsp.TextSetting}}
	s.restart()
	return s
}

// knows saves a record of the fleet as an import would.
func (s *stand) knows(kind resource.Kind, account, collection, source string) uuid.UUID {
	s.t.Helper()
	r := record.Record{Kind: kind, Fleet: s.fleet.Fleet.ID, TSP: name, Account: account, Collection: collection,
		SourceID: resource.SourceID(source), Imported: true, Connection: uuid.New(), Fields: []byte("{}"), Source: []byte("{}"),
		SeenAt: time.Now()}.Identify()
	if _, err := s.db.SaveRecords(s.t.Context(), []record.Record{r}); err != nil {
		s.t.Fatal(err)
	}
	return r.ID
}

func TestSettingsThatNameRecordsTakeOurIDs(t *testing.T) {
	t.Parallel()
	s := naming(t)
	user, truck := s.knows(resource.KindUser, "account-1", "users", "u7"), s.knows(resource.KindVehicle, "account-1", "trucks", "v9")
	tag := uuid.NewString()
	made := s.create(good + `,"settings":{"sender":"` + user.String() + `","trucks":["v1","` + truck.String() + `"],"tag":"` + tag + `"}`)
	want := `{"sender":"u7","tag":"` + tag + `","trucks":["v1","v9"]}`
	if got := wire(t, made.Settings); got != want {
		t.Errorf("it is made with %s, want %s", got, want)
	}
	if got := wire(t, s.service.Target(s.stored(made.ID)).Settings); got != want {
		t.Errorf("the TSP is given %s", got)
	}
	other := s.knows(resource.KindUser, "account-1", "users", "u8")
	if got := wire(t, s.update(made.ID, `{"settings":{"sender":"`+other.String()+`","trucks":null}}`).Settings); got != `{"sender":"u8","tag":"`+tag+`"}` {
		t.Errorf("it is changed to %s", got)
	}
}

func TestASettingRefusesTheIDOfNoRecordOfItsKind(t *testing.T) {
	t.Parallel()
	s := naming(t)
	truck, visitor := s.knows(resource.KindVehicle, "account-1", "trucks", "v9"), s.knows(resource.KindUser, "account-1", "drivers", "u7")
	elsewhere := s.knows(resource.KindUser, "account-2", "users", "u8")
	for says, id := range map[string]uuid.UUID{"unknown": uuid.New(), "another kind": truck, "another collection": visitor} {
		_, err := s.service.Create(t.Context(), s.fleet, body(good+`,"settings":{"sender":"`+id.String()+`"}`))
		refused(t, says, err, problem.Invalid, "[settings.sender|"+id.String()+"|is the id of no user (users) that was imported of this fleet from The TSP; "+
			"give the id of one that was, or The TSP's own id of it|reference_not_found]")
	}
	_, err := s.service.Create(t.Context(), s.fleet, body(good+`,"settings":{"trucks":["v1","`+uuid.NewString()+`"]}`))
	refused(t, "one of a list", err, problem.Invalid, "[settings.trucks[1]|")
	_, err = s.service.Create(t.Context(), s.partner, body(good+`,"fleet_ref":"new","settings":{"trucks":["`+truck.String()+`"]}`))
	refused(t, "another fleet", err, problem.Invalid, "[settings.trucks[0]|")
	if s.count() != 0 {
		t.Errorf("%d connections were made", s.count())
	}
	made := s.create(good + `,"settings":{"sender":"u1"}`)
	_, err = s.service.Update(t.Context(), s.fleet, made.ID, []byte(`{"settings":{"sender":"`+elsewhere.String()+`"}}`))
	refused(t, "another account", err, problem.Invalid, "[settings.sender|")
	if got := s.stored(made.ID); got.Settings["sender"] != "u1" || got.Status != connection.Active {
		t.Errorf("it was changed: %+v", got)
	}
}
