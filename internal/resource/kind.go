// Package resource holds the unified vocabulary of writes: the kinds that can be written,
// the typed payload of each, and one field table per payload from which decoding,
// validation and documents follow. The reader behind it (Table, Read) serves all other bodies
// of the API as well. It knows nothing of HTTP, TSPs or storage.
package resource

// Kind names a unified resource; its values are those of the wire's ResourceEnum that
// Waybill can write.
type Kind string

// The kinds that can be written. What else is known of each is declared in the file of its payload.
const (
	KindVehicle                  Kind = "vehicle"
	KindTrailer                  Kind = "trailer"
	KindUser                     Kind = "user"
	KindMessage                  Kind = "message"
	KindGroupMessage             Kind = "group_message"
	KindDvirLog                  Kind = "dvir_log"
	KindFuelTransaction          Kind = "fuel_transaction"
	KindDriverVehicleAssociation Kind = "driver_vehicle_association"
)

// Verb says what a write does; its values are those of the wire's operation_type.
type Verb string

// The verbs.
const (
	Create Verb = "create"
	Update Verb = "update"
)

// SourceID is the identifier that a TSP gives to one of its records. It is a type of its
// own so that it cannot be mistaken for one of our ids.
type SourceID string
