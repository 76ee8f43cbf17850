package sim

import (
	"math"
	"slices"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// Inspection reports (developer.gomotive.com/reference/inspection-reports-get-v2 and -put-v2) are made in the driver
// app: the API lists and corrects them and cannot create one.

var inspectionFilters = append(paged("start_date", "end_date", "updated_after", "status"),
	arrays("driver_ids", "vehicle_ids", "asset_ids")...)

// The states of a report that a PUT can set (harmless is inferred from the filter), and of an inspected part. A report
// that nobody has looked at was seen to be open, and others to be resolved or acceptable.
var (
	inspectionStates = []string{"corrected", "harmless"}
	partStates       = []string{"good", "open", "repaired", "no_repair_needed"}
)

// inspectionWindow is how far back the list looks by default (the vendor's pages of 2016, kept publicly).
const inspectionWindow = 7

func inspectionShape() simkit.Shape {
	free := simkit.String(0, 0)
	return simkit.Shape{
		"status": simkit.Enum(inspectionStates...),
		"defect_statuses": simkit.Nested(simkit.Shape{
			"status": simkit.Enum(partStates...), "mechanic_note": free, "mechanic_name": free,
			"mechanic_id": simkit.Integer, "resolver_id": simkit.Integer,
			"mechanic_signed_at": simkit.Matching("a time in ISO 8601 format", isTime),
			"resolved_defects":   simkit.List(simkit.Integer),
		}),
		attributesMember: externalIDAttributes(),
	}
}

func inspectionClass() class {
	return class{
		collection: inspections, name: "inspection_report", holder: holdsInspection,
		keep: keepInspection, show: showInspection,
	}
}

func listInspections(tx *simkit.Tx, c *simkit.Call) (any, error) {
	return inspectionsOf(tx, c, inspectionClass())
}

func listInspectionsV1(tx *simkit.Tx, c *simkit.Call) (any, error) {
	k := inspectionClass()
	k.show = showInspectionV1
	return inspectionsOf(tx, c, k)
}

func inspectionsOf(tx *simkit.Tx, c *simkit.Call, k class) (any, error) {
	from, err := day(c, "start_date", tx.Now().AddDate(0, 0, -inspectionWindow))
	if err != nil {
		return nil, err
	}
	last, err := day(c, "end_date", tx.Now())
	if err != nil {
		return nil, err
	}
	after, bounded, err := moment(c, "updated_after")
	if err != nil {
		return nil, err
	}
	status := c.Query.Get("status")
	if !slices.Contains([]string{"", "all", "with_defects", "with_no_defects", "with_signature_missing", "unknown",
		"harmless", "corrected"}, status) {
		return nil, simkit.Invalid("status does not have a valid value")
	}
	show := k.show
	k.show = func(tx *simkit.Tx, i *simkit.Item) simkit.Object { return inUnits(caller(c).metric, show(tx, i)) }
	return k.list(tx, c, func(i *simkit.Item) bool {
		at, _ := time.Parse(time.RFC3339, simkit.Text(i.Object, "time"))
		updated, _ := time.Parse(time.RFC3339, simkit.Text(i.Object, "updated_at"))
		if at.Before(from) || !at.Before(last.AddDate(0, 0, 1)) || bounded && updated.Before(after) {
			return false
		}
		return inState(i.Object, status) && names(c, "driver_ids", i.Object, "driver_id") &&
			names(c, "vehicle_ids", i.Object, "vehicle_id") && names(c, "asset_ids", i.Object, "asset_id")
	})
}

// inUnits shows a report's odometer in kilometres where these are asked for. It is kept in miles, the company's unit.
// That it stays whole is not documented.
func inUnits(metric bool, o simkit.Object) simkit.Object {
	if miles := simkit.Int(o, "odometer"); metric && miles != 0 {
		o["odometer"] = int64(math.Round(float64(miles) * 1.609344))
	}
	return o
}

// names reports whether a filter by ids is absent or names the id in a member.
func names(c *simkit.Call, parameter string, o simkit.Object, member string) bool {
	wanted := listed(c, parameter)
	return len(wanted) == 0 || slices.Contains(wanted, idText(simkit.Int(o, member)))
}

func inState(o simkit.Object, status string) bool {
	switch status {
	case "", "all":
		return true
	case "with_defects":
		return hasDefects(o)
	case "with_no_defects":
		return !hasDefects(o)
	case "with_signature_missing":
		return o["driver_signed_at"] == nil
	}
	return simkit.Text(o, "status") == status
}

// hasDefects tells whether a line of the driver's list has a defect. Lines that were found good are of type none
// (observed 2026-08).
func hasDefects(o simkit.Object) bool {
	parts, _ := o["inspected_parts"].([]any)
	return slices.ContainsFunc(parts, func(v any) bool {
		part, _ := v.(simkit.Object)
		return simkit.Text(part, "type") != "none"
	})
}

// keepInspection corrects a report, or resolves some of its parts.
func keepInspection(tx *simkit.Tx, c *simkit.Call, before simkit.Object) (*simkit.Item, error) {
	o := merge(before, simkit.Object{attributesMember: c.Body[attributesMember]})
	if status, given := c.Body["status"]; given {
		o["status"] = status
	}
	if resolution, given := c.Body["defect_statuses"].(simkit.Object); given {
		var err error
		if o["inspected_parts"], err = resolve(o, resolution); err != nil {
			return nil, err
		}
	}
	return storeHolder(tx, holdsInspection, o)
}

// resolve returns the parts of a report with the named ones resolved.
func resolve(o, resolution simkit.Object) ([]any, error) {
	open := simkit.Elements[int64](resolution, "resolved_defects")
	before, _ := o["inspected_parts"].([]any)
	parts := make([]any, 0, len(before))
	for _, v := range before {
		part, _ := v.(simkit.Object)
		if at := slices.Index(open, simkit.Int(part, "id")); at >= 0 {
			open = slices.Delete(open, at, at+1)
			part = merge(part, simkit.Object{
				"status": resolution["status"], "mechanic_details": pick(resolution, "mechanic_note", "mechanic_name",
					"mechanic_signed_at"),
			})
		}
		parts = append(parts, part)
	}
	if len(open) > 0 {
		return nil, simkit.Invalid("resolved_defects: there is no part %d in this report", open[0])
	}
	return parts, nil
}

func showInspection(tx *simkit.Tx, i *simkit.Item) simkit.Object {
	o := pick(i.Object, "id", "log_id", "date", "time", "odometer", "location", "city", "state", "inspection_type",
		"status", "entity_type", "entity_num", "driver_signed_at", "mechanic_signed_at", "mechanic_signature_url",
		"inspected_parts", "created_at", "updated_at", "vehicle", "asset", "driver", "reviewer", "mechanic")
	if v, ok := tx.Get(vehicles, idText(simkit.Int(i.Object, "vehicle_id"))); ok {
		o["vehicle"] = briefVehicle(v)
	}
	if a, ok := tx.Get(assets, idText(simkit.Int(i.Object, "asset_id"))); ok {
		o["asset"] = briefAsset(a)
	}
	if d, ok := tx.Get(users, idText(simkit.Int(i.Object, "driver_id"))); ok {
		o["driver"] = briefUser(d)
	}
	o["external_ids"] = externalIDsOf(tx, holdsInspection, simkit.Int(i.Object, "id"))
	return o
}

// showInspectionV1 is the form of version 1: the lines of the list are its defects, each in an envelope and without a
// status of its own, and vehicles go by their number (observed 2026-08).
func showInspectionV1(tx *simkit.Tx, i *simkit.Item) simkit.Object {
	o := showInspection(tx, i)
	var lines []any
	parts, _ := o["inspected_parts"].([]any)
	for _, v := range parts {
		part, _ := v.(simkit.Object)
		lines = append(lines, simkit.Object{"defect": pick(part, "id", "area", "category", "notes", "type")})
	}
	delete(o, "inspected_parts")
	o["defects"], o["vehicle_number"] = lines, nil
	if simkit.Text(o, "entity_type") == "vehicle" {
		o["vehicle_number"] = o["entity_num"]
	}
	return o
}
