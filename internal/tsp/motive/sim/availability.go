package sim

import (
	"maps"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

func availability() simkit.Rule {
	free := simkit.String(0, 0)
	return simkit.Nested(simkit.Shape{
		"availability_status":   simkit.Enum("in_service", "out_of_service"),
		"out_of_service_reason": free, "additional_note": free, "custom_driver_app_warning_prompt": free,
	})
}

// stampAvailability notes when a vehicle was last said to be in service or not (observed: fleetpull at 2a28b57,
// models/motive/vehicle.py; that saying it again counts is not documented).
func stampAvailability(tx *simkit.Tx, o, body simkit.Object) {
	details, ok := o["availability_details"].(simkit.Object)
	if _, told := body["availability_details"]; !ok || !told {
		return
	}
	details = maps.Clone(details)
	details["updated_at"] = timestamp(tx.Now())
	o["availability_details"] = details
}
