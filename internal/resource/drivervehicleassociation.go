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
	s.Order, s.Shared, s.Together = []string{"vehicle_id"}, true, timed
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

// timed refuses an association at no time that anybody means, and one that lasts for none. Milliseconds are as fine as TSPs keep
// times.
func timed(p Payload) []Problem {
	a, ok := p.(*DriverVehicleAssociation)
	if !ok {
		return nil
	}
	var wrong []Problem
	refuse := func(path string, at time.Time, why string) {
		wrong = append(wrong, Problem{Path: path, Input: at.Format(time.RFC3339Nano), Code: CodeRange, Message: why})
	}
	end, ends := a.EndedAt.Get()
	if !meant(a.StartedAt) {
		refuse("started_at", a.StartedAt, notMeant)
	}
	switch {
	case ends && !meant(end):
		refuse("ended_at", end, notMeant)
	case ends && !end.Truncate(time.Millisecond).After(a.StartedAt.Truncate(time.Millisecond)):
		refuse("ended_at", end, "must be after started_at; leave it out while the driver is to drive on")
	}
	return wrong
}

const notMeant = "must be a time from 2000 to 2099; send when it is, or was"

// meant tells whether somebody can mean a time: what programs send for one that they have not set lies far off.
func meant(t time.Time) bool {
	year := t.UTC().Year()
	return 2000 <= year && year < 2100
}

// aheadSlack is how far the clock of who sends a time may be ahead of ours.
const aheadSlack = 5 * time.Second

// Ahead names the times of the association that are still to come, for TSPs that keep none of them or only past ones.
func (a *DriverVehicleAssociation) Ahead(now time.Time) []string {
	var names []string
	now = now.Add(aheadSlack)
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
