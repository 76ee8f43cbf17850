package resource

import "slices"

// Facts are what is known of a kind beside its fields.
type Facts struct {
	Kind Kind
	// Plural is the kind's name in paths.
	Plural string
	// Verbs are those of its schemas.
	Verbs []Verb
	// IDs is the parameter that narrows a list to single records; "" for kinds whose records cannot
	// be read one by one.
	IDs string
	// Log tells that records of the kind are events with a time; their lists take a time range.
	Log bool
	// Stays tells that there is no event which tells that a record of the kind was removed.
	Stays bool
	// Own tells that the contract has no write of the kind: its writes are Waybill's own.
	Own bool
	// References names the members of the read model by which a list can be narrowed, each by a
	// parameter with an "s" behind the name.
	References []string
	// Members are those of the read model beyond the members that all kinds have, in the order in which a
	// record shows them. A word is a name with its type behind a colon; text needs none.
	Members string
}

// declaration is all that makes a kind: what is known of it and what its writes take. A new kind is one more of these.
type declaration struct {
	Facts
	schemas []*Schema
}

// declared holds every kind. It is never changed.
var declared = []declaration{
	vehicleKind(), trailerKind(), userKind(), messageKind(), groupMessageKind(), dvirLogKind(), fuelTransactionKind(),
	driverVehicleAssociationKind(),
}

// facts holds those of every kind. It is never changed.
var facts = func() []Facts {
	all := make([]Facts, len(declared))
	for i, d := range declared {
		all[i] = d.Facts
		for _, s := range d.schemas {
			all[i].Verbs = append(all[i].Verbs, s.Verb)
		}
	}
	return all
}()

// AllFacts lists the facts of every kind.
func AllFacts() []Facts { return slices.Clone(facts) }

// Facts returns the facts of a kind.
func (k Kind) Facts() Facts {
	if i := slices.IndexFunc(facts, func(f Facts) bool { return f.Kind == k }); i >= 0 {
		return facts[i]
	}
	return Facts{Kind: k}
}

// Kinds lists every kind that can be written.
func Kinds() []Kind {
	all := make([]Kind, len(facts))
	for i, f := range facts {
		all[i] = f.Kind
	}
	return all
}

// asset are the members that the read models of vehicles and trailers share.
const asset = `oem model_type model_year:integer vin license_plate_region license_plate_country license_plate_number
	started_at:date-time ended_at:date-time is_active:boolean status notes eld_id eld_serial_number eld_device_type
	eld_product_id total_axles:integer external_id speed_unit odometer_unit fuel_unit fuel_capacity engine_type`

// sent are the members that the read models of messages to one and to several share.
const sent = `source_sender_id sender_id:uuid message_text message_hash status:message-status delivered_at:date-time
	sent_by_driver:boolean sender_name thread_id:uuid source_thread_id`
