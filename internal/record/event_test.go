package record_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

// documented are the names of the contract's WebhookEventNameEnum for the kinds that Waybill keeps.
const documented = `driver_vehicle_association.added driver_vehicle_association.modified dvir_log.added dvir_log.modified dvir_log.removed
	fuel_transaction.added fuel_transaction.modified
	group_message.added group_message.modified message.added message.modified trailer.added trailer.modified trailer.removed
	user.added user.modified user.removed vehicle.added vehicle.modified vehicle.removed`

func TestTheEventsOfRecordsAreThoseOfTheContract(t *testing.T) {
	t.Parallel()
	var all []string
	for _, kind := range resource.Kinds() {
		all = append(all, record.EventNames(kind)...)
	}
	slices.Sort(all)
	if diff := cmp.Diff(strings.Fields(documented), all); diff != "" {
		t.Errorf("-contract +ours:\n%s", diff)
	}
	if name := record.EventName(resource.KindVehicle, ""); name != "" {
		t.Errorf("no change is told as %q", name)
	}
}

func TestAnEventHoldsTheRecordAsAReadOfItsPartnerGivesIt(t *testing.T) {
	t.Parallel()
	r := record.Record{Kind: resource.KindVehicle, Fleet: north, TSP: "samsara", SourceID: "1", Fields: []byte(`{"vehicle_name":"x"}`),
		Source: []byte(`{"id":1}`)}.Identify()
	reads, writes, none := grant(north, "a", access.Read, r.Kind), grant(north, "b", access.ReadWrite, r.Kind), grant(north, "c", access.Read)
	writes.Partner, none.Partner = uuid.UUID{2}, uuid.UUID{3}
	later := grant(north, "d", access.Read, r.Kind)
	later.Effective = onDisk().Add(time.Microsecond)
	events, err := r.Tell(record.Modified, onDisk(), []access.Grant{reads, writes, none, later})
	if err != nil || len(events) != 2 {
		t.Fatalf("%d events, %v", len(events), err)
	}
	for i, g := range []access.Grant{reads, writes} {
		e := events[i]
		want, err := r.Read(g.FleetRef, false)
		if err != nil || e.Name != "vehicle.modified" || e.Partner != g.Partner || e.Subject != r.ID || e.Fleet != north ||
			e.FleetRef != g.FleetRef || e.Kind != "vehicle" || e.Own || !e.OccurredAt.Equal(onDisk()) || string(e.Data) != string(want) {
			t.Errorf("%+v, %v", e, err)
		}
	}
	if events[0].ID == events[1].ID {
		t.Error("two events have one id")
	}
	r.Kind = resource.KindMessage
	if events, err := r.Tell(record.Removed, onDisk(), []access.Grant{reads}); err != nil || len(events) > 0 {
		t.Errorf("a name that the contract lacks was told: %v, %v", events, err)
	}
}
