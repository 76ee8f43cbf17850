package api

import (
	"slices"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// tspName reads a parameter that holds a value of the contract's TspEnum or the name of an adapter
// that the contract lacks; "" if it is not given.
func tspName(q *query, name string, ours *tsp.Registry) tsp.Name {
	given := tsp.Name(q.text(name))
	if _, ok := ours.Adapter(given); ok || given == "" || slices.Contains(tsp.Names(), given) {
		return given
	}
	var known []string
	for _, name := range tsp.Names() {
		known = append(known, string(name))
	}
	q.wrong(name, string(given), resource.NotAValue(string(given), known), resource.CodeEnum)
	return ""
}

// resourceKinds are the values of the contract's ResourceEnum. resource.Kinds are those of
// them that Waybill writes; the others are known so that a filter by one gives an empty list and
// not an error.
func resourceKinds() []resource.Kind {
	return []resource.Kind{
		"asset", "driver_association", "driver_vehicle_association", "driver_event_log",
		"driver_safety_event", "dvir_log", "dvir_log_defect", "engine_log", "engine_status",
		"fuel_transaction", "hos_availability", "hos_daily_snapshot", "hos_event", "hos_event_annotation",
		"hos_event_attachment", "hos_violation", "ifta_summary", "location_segment", "message",
		"group_message", "user", "vehicle", "vehicle_location", "vehicle_sensor", "vehicle_region_segment",
		"trailer", "trailer_association", "trailer_vehicle_association", "trailer_location",
		"trailer_status", "workflow",
	}
}
