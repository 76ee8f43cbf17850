package sim

import (
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// driverChangeEntity is DriverChange: who drives which vehicle from when on. Set is not among its methods
// (developers.geotab.com/myGeotab/apiReference/objects/DriverChange, read 2026-11-27).
func driverChangeEntity() *entity {
	return &entity{
		name: "DriverChange", collection: driverChanges, drivers: true,
		properties: properties{
			"device": {kind: referenceKind, of: devices}, "driver": {kind: referenceKind, of: users, system: []string{unknownDriver}},
			"dateTime": {kind: momentKind}, "type": {values: []string{
				"None", "Driver", "DriverKey", "DriverVehicleChange", "ResetDriver", "TripDriver"}},
		},
		required: []string{"device", "driver", "dateTime"},
		search: filters{
			"id": byID(), "deviceSearch": byEntity("device", "Device"), "userSearch": byEntity("driver", "User"),
			"fromDate": notBefore("dateTime"), "toDate": notAfter("dateTime"),
		},
		sorts: map[string]string{"id": "id", "date": "dateTime"},
		rates: map[string]int{"Get": 1000, "Add": 250, "Remove": 250, "GetCountOf": 250, "GetFeed": 250}, feeds: true,
		writing: &writing{
			begin:  func(*simkit.Tx) simkit.Object { return simkit.Object{"type": "Driver"} },
			settle: settleDriverChange, addOnly: true,
		},
	}
}

// settleDriverChange refuses a time that lies ahead, as the page says, and a type that only the system writes, as the object
// model's constructor says. Not documented is whether a user who is no driver is refused, nor an equal change; here both are
// taken.
func settleDriverChange(tx *simkit.Tx, _, after simkit.Object) error {
	if kind := simkit.Text(after, "type"); kind != "Driver" && kind != "TripDriver" {
		return argument("DriverChange.type must be Driver or TripDriver")
	}
	if momentOf(after["dateTime"]).After(tx.Now().Add(time.Second)) {
		return argument("DriverChange.dateTime must not be in the future")
	}
	return nil
}
