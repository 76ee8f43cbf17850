package storetest

import (
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

func eventIsWrittenAgain(t *testing.T, s *stand) {
	c := s.connect(connected(s.fleet()))
	driver, truck := uuid.New(), uuid.New()
	begun := of(c, written(1, "7/9/2026", `{"driver_id":"`+driver.String()+`","vehicle_id":"`+truck.String()+`","started_at":"2026-11-24T12:01:00Z"}`))
	begun.Kind, begun.Collection, begun.OccurredAt = resource.KindDriverVehicleAssociation, "assignments", at(1)
	begun.Source = []byte(`{}`)
	begun = begun.Identify()
	s.save(begun)
	for n, end := range []string{"2026-11-24T12:02:00Z", "2026-11-24T12:03:00Z"} {
		ended, minute := begun, 3+n
		ended.Fields = []byte(`{"driver_id":"` + driver.String() + `","ended_at":"` + end + `","started_at":"2026-11-24T12:01:00Z","vehicle_id":"` + truck.String() + `"}`)
		ended.SeenAt, ended.UpdatedAt = at(minute), at(minute)
		s.save(ended.Identify())
		same(t, "fields", string(s.record(begun.ID).Fields), string(ended.Fields))
		for member, id := range map[string]uuid.UUID{"driver_id": driver, "vehicle_id": truck} {
			q := record.Query{Kind: begun.Kind, Fleets: []uuid.UUID{c.Fleet}, References: []record.Reference{{Member: member, Values: []string{id.String()}}}}
			same(t, "found by its "+member, got[int](s)(s.CountRecords(t.Context(), q)), 1)
		}
	}
}
