package geotab

import (
	"context"
	"slices"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// nobody drives what has no driver.
const nobody = "UnknownDriverId"

// driverChange is what is written of a DriverChange: from when on a device has a driver, until another change. Of the types
// a caller may write Driver and TripDriver, which ends with the trip, and the time must not lie ahead
// (https://developers.geotab.com/myGeotab/apiReference/objects/DriverChange and .../DriverChangeType, and the constructor at
// https://docs.dndocs.com/n/Geotab.Checkmate.ObjectModel/11.34.148/api/Geotab.Checkmate.ObjectModel.DriverChange.html, read
// 2026-11-27). A change to UnknownDriverId leaves the device without a driver: no page says so, but ResetDriver is said to do just
// that, and a public add-in takes drivers off by it. Which of two changes at the same moment counts no page says.
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
		"ended_at": tsp.Sent().Because("a second change, to nobody, in milliseconds, unless another driver or nobody has the vehicle by then; " +
			"must not lie ahead"),
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

// associationSteps make the change to the driver, if it is not there yet, and the one to nobody, if the driver has the vehicle
// until then. The first one's id stands for both, so that whoever writes the end later writes it of the same record.
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
	over := change("end", nobody, end)
	over.holds, over.held = leftBy(seat{device, driver, a.StartedAt, end}), "the driver did not have the vehicle any more at ended_at"
	return []step{begin, over}, nil
}

// seat is who has which device from when to when.
type seat struct {
	device, driver resource.SourceID
	from, to       time.Time
}

// shownChange is what is read of a DriverChange.
type shownChange struct {
	ID       resource.SourceID `json:"id"`
	Device   looseRef          `json:"device"`
	Driver   looseRef          `json:"driver"`
	DateTime string            `json:"dateTime"`
	Type     string            `json:"type"`
}

// leftBy tells whether the last change of the device behind the beginning and up to the end is to another driver, or to nobody:
// a change to nobody at the end would take the device from whoever has it by then. One of a trip alone (TripDriver) counts for
// nothing after the trip. The page of DriverChange names the order by date (SortByDate).
func leftBy(s seat) finding {
	return func(ctx context.Context, c *call, _ tsp.Write) (resource.SourceID, bool, error) {
		all, err := query[shownChange](ctx, c, map[string]any{"typeName": "DriverChange", "resultsLimit": maxFound,
			"search": map[string]any{"deviceSearch": refTo(s.device), "fromDate": stamp(s.from), "toDate": stamp(s.to)},
			"sort":   map[string]string{"sortBy": "date", "sortDirection": "desc"}}, "DriverChange")
		if err != nil {
			return "", false, err
		}
		i := slices.IndexFunc(all, func(one shownChange) bool {
			return string(one.Device) == string(s.device) && one.Type != "TripDriver" && !sameTime(one.DateTime, stamp(s.from))
		})
		return "", i >= 0 && string(all[i].Driver) != string(s.driver), nil
	}
}

// findChange looks for a change of the device that says just this.
func findChange(of driverChange) finding {
	return func(ctx context.Context, c *call, _ tsp.Write) (resource.SourceID, bool, error) {
		one, found, err := search(ctx, c, wanted{"DriverChange", map[string]any{"deviceSearch": of.Device,
			"fromDate": of.DateTime, "toDate": of.DateTime}}, func(s shownChange) bool {
			return string(s.Device) == of.Device.id() && string(s.Driver) == of.Driver.id() && s.Type == of.Type &&
				sameTime(s.DateTime, of.DateTime)
		})
		return one.ID, found, err
	}
}
