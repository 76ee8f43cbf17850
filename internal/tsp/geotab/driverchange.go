package geotab

import (
	"context"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"

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
// until then. The first one's id stands for both, so that whoever writes the end later writes it of the same record. Where the
// driver has left the vehicle otherwise than was sent, the record ends when that was.
func associationSteps(a *resource.DriverVehicleAssociation, w tsp.Write) ([]step, error) {
	device, _ := w.Refs.One("vehicle_id")
	driver, _ := w.Refs.One("driver_id")
	change := func(key string, driver resource.SourceID, at time.Time) (step, driverChange) {
		of := driverChange{Device: refTo(device), Driver: refTo(driver), DateTime: stamp(at), Type: "Driver"}
		return step{key: key, method: add, entity: "DriverChange", body: plain(of), find: findChange(of)}, of
	}
	s := seat{device: device, driver: driver, from: stamp(a.StartedAt)}
	end, ends := a.EndedAt.Get()
	if ends {
		s.to = stamp(end)
	}
	begin, begun := change("start", driver, a.StartedAt)
	begin.collection, begin.holds = driverChanges, s.begun(begun)
	if !ends {
		return []step{begin}, nil
	}
	over, _ := change("end", nobody, end)
	over.holds = s.left
	return []step{begin, over}, nil
}

// seat is who has which device from when to when; to is "" while that goes on.
type seat struct {
	device, driver resource.SourceID
	from, to       string
}

// shownChange is what is read of a DriverChange.
type shownChange struct {
	ID       resource.SourceID `json:"id"`
	Device   looseRef          `json:"device"`
	Driver   looseRef          `json:"driver"`
	DateTime string            `json:"dateTime"`
	Type     string            `json:"type"`
}

// is tells whether the change says just what would be written.
func (s shownChange) is(of driverChange) bool {
	return string(s.Device) == of.Device.id() && string(s.Driver) == of.Driver.id() && s.Type == of.Type && sameTime(s.DateTime, of.DateTime)
}

// changes are those of the device from the beginning on, up to the end if there is one. The page of DriverChange names the order by
// date (SortByDate).
func (s seat) changes(ctx context.Context, c *call, direction string) ([]shownChange, error) {
	search := map[string]any{"deviceSearch": refTo(s.device), "fromDate": s.from}
	if s.to != "" {
		search["toDate"] = s.to
	}
	return query[shownChange](ctx, c, map[string]any{"typeName": "DriverChange", "resultsLimit": maxFound, "search": search,
		"sort": map[string]string{"sortBy": "date", "sortDirection": direction}}, "DriverChange")
}

// gone tells whether the last of the changes behind the beginning, of which the newest comes first, is to another driver or to
// nobody, and when the driver left by that; "" where too many are behind it. One of a trip alone (TripDriver) counts for nothing
// after the trip.
func (s seat) gone(newest []shownChange) (at string, gone bool) {
	for _, one := range newest {
		switch {
		case string(one.Device) != string(s.device) || one.Type == "TripDriver" || sameTime(one.DateTime, s.from):
			continue
		case string(one.Driver) == string(s.driver):
			return at, gone
		}
		at, gone = one.DateTime, true
	}
	if len(newest) >= maxFound {
		at = ""
	}
	return at, gone
}

// left tells that the end is not to be written where the driver has left before it, or just then: a change to nobody would take the
// device from whoever has it by then.
func (s seat) left(ctx context.Context, c *call, _ tsp.Write) (standing, error) {
	all, err := s.changes(ctx, c, "desc")
	at, gone := s.gone(all)
	if err != nil || !gone {
		return standing{}, err
	}
	return standing{there: true, record: ended(at), note: "the driver did not have the vehicle any more at ended_at" + since(at)}, nil
}

// begun tells whether the beginning is written, and whether the driver has left since, if no end is to be written.
func (s seat) begun(of driverChange) holding {
	return func(ctx context.Context, c *call, w tsp.Write) (out standing, err error) {
		var all []shownChange
		if s.to == "" {
			if all, err = s.changes(ctx, c, "asc"); err != nil {
				return out, err
			}
		}
		if i := slices.IndexFunc(all, func(one shownChange) bool { return one.is(of) }); i >= 0 {
			out.id, out.there = all[i].ID, true
		} else if s.to != "" || len(all) >= maxFound {
			if out.id, out.there, err = findChange(of)(ctx, c, w); err != nil {
				return out, err
			}
		}
		if len(all) >= maxFound {
			out.note = "whether the driver has the vehicle yet was not found out: it has changed drivers too often since"
			return out, nil
		}
		slices.Reverse(all)
		if at, gone := s.gone(all); gone {
			out.record, out.note = ended(at), "the driver does not have the vehicle any more"+since(at)
		}
		return out, nil
	}
}

// ended is the record of an association that has ended at a time; nil if that is not known.
func ended(at string) *tsp.Record {
	t, err := time.Parse(time.RFC3339Nano, at)
	if err != nil {
		return nil
	}
	return &tsp.Record{Fields: jsontext.Value(`{"ended_at":"` + t.UTC().Format(time.RFC3339Nano) + `"}`)}
}

func since(at string) string {
	if at == "" {
		return ""
	}
	return ": Geotab has it that they left it at " + at
}

// findChange looks for a change of the device that says just this.
func findChange(of driverChange) finding {
	return func(ctx context.Context, c *call, _ tsp.Write) (resource.SourceID, bool, error) {
		one, found, err := search(ctx, c, wanted{"DriverChange", map[string]any{"deviceSearch": of.Device,
			"fromDate": of.DateTime, "toDate": of.DateTime}}, func(s shownChange) bool { return s.is(of) })
		return one.ID, found, err
	}
}
