package sim

import (
	"errors"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// seedInspections makes the report of a vehicle with defects, before a trip, and one of a trailer without, after it.
func seedInspections(tx *simkit.Tx) error {
	at := tx.Now().Add(-2 * time.Hour)
	truck := inspected(at, "pre_trip", "open", part(1, "Tires", "worn", "major"),
		part(2, "Lights", "left low beam out", "minor"), part(3, "Mirrors", "", "none"))
	truck["id"], truck["odometer"] = int64(inspectionIDs+1), int64(210002)
	truck["entity_type"], truck["entity_num"], truck["vehicle_id"] = "vehicle", "101", int64(vehicleIDs+1)
	trailer := inspected(at.Add(time.Hour), "post_trip", "resolved", part(4, "Landing Gear", "", "none"))
	trailer["id"], trailer["asset_id"] = int64(inspectionIDs+2), int64(assetIDs+1)
	trailer["entity_type"], trailer["entity_num"] = "asset", "Trailer 201"
	return errors.Join(seedOne(tx, inspections, truck), seedOne(tx, inspections, trailer))
}

func inspected(at time.Time, kind, status string, parts ...any) simkit.Object {
	return simkit.Object{
		"log_id": int64(1), "date": at.UTC().Format(time.DateOnly), "time": timestamp(at), "location": "Oakland, CA",
		"city": "Oakland", "state": "CA", "inspection_type": kind, "status": status, "driver_id": int64(userIDs + 1),
		"driver_signed_at": timestamp(at), "inspected_parts": parts,
	}
}

// part is a line of the driver's list; severity is that of its defect, or none.
func part(n int64, name, notes, severity string) simkit.Object {
	o := simkit.Object{
		"id": inspectedParts + n, "area": "tractor", "category": name, "notes": nil, "type": severity, "status": "good",
		"mechanic_details": nil,
	}
	if severity != "none" {
		o["notes"], o["status"] = notes, "open"
	}
	return o
}
