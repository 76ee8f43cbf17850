package tsptest

import (
	"net/http"
	"slices"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// inspectsRightly is no flaw: it is the reference adapter that writes inspections, as they should be.
const inspectsRightly flaw = "nothing: inspections are written as they should be"

// inspections tells whether a flaw is one of an adapter of inspections.
func inspections(f flaw) bool {
	return slices.Contains([]flaw{inspectsRightly, losesDefects, losesCounts, losesUnits, mixesDefects}, f)
}

// inspection is what becomes of the fields of one.
func (r *reference) inspection() tsp.Uses {
	odometer := tsp.Rejects("inspections have no odometer")
	if r.has(losesUnits) {
		odometer = tsp.Sent()
	}
	count := tsp.Sent()
	if r.has(losesCounts) {
		count = tsp.Dropped("the defects are counted")
	}
	return tsp.Uses{"vehicle_id": tsp.Required().Into("vehicles"), "trailer_id": tsp.Rejects("inspections are of vehicles"), "occurred_at": tsp.Sent(),
		"log_type": tsp.Sent(), "defects": tsp.Sent(), "defect_count": count, "is_safety_critical": tsp.Sent(), "odometer": odometer}
}

// checkInspection refuses the defects that the TSP does not have.
func (r *reference) checkInspection(d *resource.DvirLog, _ tsp.Settings) []resource.Problem {
	if slices.Contains(d.Defects.Or(nil), "roof") && !r.has(losesDefects) {
		return []resource.Problem{{Path: "defects[0]", Message: "is none of the defects of the TSP", Code: resource.CodeUnsupported}}
	}
	return nil
}

// inspect makes the body of an inspection.
func (l *link) inspect(d *resource.DvirLog, w tsp.Write) []part {
	vehicle, _ := w.Refs.One("vehicle_id")
	body := map[string]any{"vehicle": string(vehicle), "type": d.LogType.Or("unknown"), "safe": !d.IsSafetyCritical.Or(false), "reference": w.Operation.String()}
	if at, ok := d.OccurredAt.Get(); ok {
		body["at"] = at
	}
	if n, ok := d.DefectCount.Get(); ok && !l.reference.has(losesCounts) {
		body["count"] = n
	}
	if reading, ok := d.Odometer.Get(); ok {
		body["odometer"] = string(reading)
	}
	known := slices.DeleteFunc(slices.Clone(d.Defects.Or(nil)), func(one string) bool { return one == "roof" })
	if l.reference.has(mixesDefects) && len(known) > 1 {
		known = known[:1]
	}
	if len(known) > 0 {
		body["defects"] = known
	}
	return []part{{request: request{method: http.MethodPost, path: "/inspections", body: body}}}
}
