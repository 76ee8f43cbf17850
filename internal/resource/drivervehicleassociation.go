package resource

import (
	"time"

	"github.com/google/uuid"
)

// DriverVehicleAssociation is the payload of saying who drives which vehicle, and until when. Vehicle, driver and
// StartedAt name the association: whoever writes it again changes its end.
type DriverVehicleAssociation struct {
	ConnectionID uuid.UUID
	VehicleID    uuid.UUID
	DriverID     uuid.UUID
	StartedAt    time.Time
	// EndedAt is not set while the driver is to drive on.
	EndedAt Opt[time.Time]
}

// Connection is the connection that the write goes to.
func (a *DriverVehicleAssociation) Connection() uuid.UUID { return a.ConnectionID }

func driverVehicleAssociationKind() declaration {
	return declaration{
		Facts{Kind: KindDriverVehicleAssociation, Plural: "driver-vehicle-associations", Log: true, Stays: true, Own: true,
			References: []string{"driver_id", "source_driver_id", "vehicle_id"},
			Members:    "vehicle_id:uuid driver_id:uuid source_driver_id source_vehicle_id started_at:date-time ended_at:date-time"},
		[]*Schema{driverVehicleAssociationSchema()},
	}
}

func driverVehicleAssociationSchema() *Schema {
	s := schema(KindDriverVehicleAssociation, Create, driverVehicleAssociationFields(),
		func() Payload { return new(DriverVehicleAssociation) })
	s.Order, s.Shared, s.Together = []string{"vehicle_id"}, true, endsAfterItStarts
	return s
}

func driverVehicleAssociationFields() []Field {
	return []Field{
		connection(func(a *DriverVehicleAssociation) *uuid.UUID { return &a.ConnectionID }),
		required("vehicle_id", uuidType(), func(a *DriverVehicleAssociation) *uuid.UUID { return &a.VehicleID }, refers(KindVehicle, "source_vehicle_id")),
		required("driver_id", uuidType(), func(a *DriverVehicleAssociation) *uuid.UUID { return &a.DriverID }, refers(KindUser, "source_driver_id")),
		required("started_at", dateTimeType(), func(a *DriverVehicleAssociation) *time.Time { return &a.StartedAt }),
		optional("ended_at", dateTimeType(), func(a *DriverVehicleAssociation) *Opt[time.Time] { return &a.EndedAt }),
	}
}

// endsAfterItStarts refuses an association that lasts for no time. Milliseconds are as fine as TSPs keep times.
func endsAfterItStarts(p Payload) []Problem {
	a, ok := p.(*DriverVehicleAssociation)
	if !ok {
		return nil
	}
	end, ends := a.EndedAt.Get()
	if !ends || end.Truncate(time.Millisecond).After(a.StartedAt.Truncate(time.Millisecond)) {
		return nil
	}
	return []Problem{{Path: "ended_at", Input: end.Format(time.RFC3339Nano), Code: CodeRange,
		Message: "must be after started_at; leave it out while the driver is to drive on"}}
}

// Ahead names the times of the association that are still to come, for TSPs that keep none of them or only past ones.
func (a *DriverVehicleAssociation) Ahead(now time.Time) []string {
	var names []string
	if a.StartedAt.After(now) {
		names = append(names, "started_at")
	}
	if end, ends := a.EndedAt.Get(); ends && end.After(now) {
		names = append(names, "ended_at")
	}
	return names
}

// Ends tells whether the association has an end.
func (a *DriverVehicleAssociation) Ends() bool { return a.EndedAt.State() == Set }
