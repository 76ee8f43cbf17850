package tsptest

import "github.com/waybill-dev/waybill/internal/resource"

// meaning is that one field says what another one means, or what the whole write means. A write that loses it tells the
// TSP something that the caller did not say, so it is refused.
type meaning struct {
	field string
	// of is the field whose meaning it is; "" is the whole write.
	of string
	// beside gives other fields the values under which it matters; nil is any.
	beside draft
	// values are those that matter; nil is all.
	values []string
}

// meanings are those of a kind. What only narrows is none of them: a plate without its region, a licence without its
// country, a message without the one that it answers are less than was said and nothing else. Nor is the status of a
// vehicle or trailer, which describes it where a TSP has such a field; is_active is, because whatever is not
// deactivated is in use everywhere, and so is the status of a user, which says the same.
func meanings(kind resource.Kind) []meaning {
	inactive := meaning{field: "is_active", values: []string{"false"}}
	switch kind {
	case resource.KindVehicle:
		return []meaning{inactive, {field: "fuel_unit", of: "fuel_capacity"}}
	case resource.KindTrailer:
		return []meaning{inactive}
	case resource.KindUser:
		return []meaning{inactive, {field: "status", values: []string{`"INACTIVE"`}}, {field: "is_driver"},
			// With a plus sign a number tells its country itself.
			{field: "country_code", of: "phone_number", beside: draft{"phone_number": `"5512345678"`}, values: []string{`"MEX"`}},
			{field: "hos_compliance_type", of: "hos_ruleset_code", values: []string{`"exempt"`}}}
	case resource.KindMessage:
		return []meaning{{field: "recipient_id"}}
	case resource.KindGroupMessage:
		return []meaning{{field: "recipient_ids"}}
	case resource.KindDvirLog:
		return []meaning{{field: "vehicle_id"}, {field: "trailer_id"}, {field: "occurred_at"}, {field: "log_type"}, {field: "odometer_unit", of: "odometer"}}
	case resource.KindFuelTransaction:
		return []meaning{{field: "vehicle_id"}, {field: "transaction_time"}, {field: "fuel_volume_unit", of: "fuel_volume"},
			{field: "currency", of: "total_cost"}, {field: "odometer_unit", of: "odometer"},
			{field: "latitude", of: "longitude"}, {field: "longitude", of: "latitude"}}
	case resource.KindDriverVehicleAssociation:
		return []meaning{{field: "vehicle_id"}, {field: "driver_id"}, {field: "ended_at"}}
	}
	return nil
}
