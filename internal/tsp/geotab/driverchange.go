package geotab

import (
	"context"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// nobody drives what has no driver.
const nobody = "UnknownDriverId"

// driverChange is what is written of a DriverChange: from when on a device has a driver, until another change. Of the types
// a caller may write Driver and TripDriver, which ends with the trip, and the time must not lie ahead
// (developers.geotab.com/myGeotab/apiReference/objects/DriverChange and its DriverChangeType, and the constructor of
// Geotab.Checkmate.ObjectModel 11.34.148, read 2026-11-27). A change to UnknownDriverId leaves the device without a driver: no page
// says so, but what it is when nobody drives is that, and a public add-in takes drivers off by it.
type driverChange struct {
	Device   *ref   `json:"device"`
	Driver   *ref   `json:"driver"`
	DateTime string `json:"dateTime"`
	Type     string `json:"type"`
}

func associationUses() tsp.Uses {
	return tsp.Uses{
		"vehicle_id": tsp.Sent().Into(devices),
		"driver_id":  tsp.Sent().Into(users),
		"started_at": tsp.Sent().Because("a change of drivers, in milliseconds, which must not lie ahead"),
		"ended_at":   tsp.Sent().Because("a second change, to nobody, in milliseconds, which must not lie ahead"),
	}
}

// checkAssociation refuses what Geotab would: times that lie ahead.
func checkAssociation(now func() time.Time) func(*resource.DriverVehicleAssociation, tsp.Settings) []resource.Problem {
	return func(a *resource.DriverVehicleAssociation, _ tsp.Settings) []resource.Problem {
		var out []resource.Problem
		for _, name := range a.Ahead(now()) {
			out = append(out, resource.Problem{Path: name, Code: resource.CodeUnsupported,
				Message: "must not lie ahead at Geotab; write it when its time has come"})
		}
		return out
	}
}

// associationSteps make the change to the driver and the one to nobody, each if it is not there yet. The first one's id stands
// for both, so that whoever writes the end later writes it of the same record.
func associationSteps(a *resource.DriverVehicleAssociation, w tsp.Write) ([]step, error) {
	device, _ := w.Refs.One("vehicle_id")
	driver, _ := w.Refs.One("driver_id")
	change := func(key string, driver resource.SourceID, at time.Time) step {
		of := driverChange{Device: refTo(device), Driver: refTo(driver), DateTime: stamp(at), Type: "Driver"}
		return step{key: key, method: add, entity: "DriverChange", body: plain(of), holds: findChange(of), find: findChange(of)}
	}
	begin := change("start", driver, a.StartedAt)
	begin.collection = driverChanges
	end, ends := a.EndedAt.Get()
	if !ends {
		return []step{begin}, nil
	}
	return []step{begin, change("end", nobody, end)}, nil
}

// findChange looks for a change of the device that says just this.
func findChange(of driverChange) finding {
	type shown struct {
		ID       resource.SourceID `json:"id"`
		Device   looseRef          `json:"device"`
		Driver   looseRef          `json:"driver"`
		DateTime string            `json:"dateTime"`
		Type     string            `json:"type"`
	}
	return func(ctx context.Context, c *call, _ tsp.Write) (resource.SourceID, bool, error) {
		one, found, err := search(ctx, c, wanted{"DriverChange", map[string]any{"deviceSearch": of.Device,
			"fromDate": of.DateTime, "toDate": of.DateTime}}, func(s shown) bool {
			return string(s.Device) == of.Device.id() && string(s.Driver) == of.Driver.id() && s.Type == of.Type &&
				sameTime(s.DateTime, of.DateTime)
		})
		return one.ID, found, err
	}
}
