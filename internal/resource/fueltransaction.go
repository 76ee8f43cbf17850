package resource

import (
	"strings"
	"time"

	"github.com/google/uuid"
)

// FuelTransaction is the payload of writing a purchase of fuel.
type FuelTransaction struct {
	ConnectionID            uuid.UUID
	DriverID                uuid.UUID
	VehicleID               uuid.UUID
	CoDriverID              Opt[uuid.UUID]
	Latitude                Opt[Number]
	Longitude               Opt[Number]
	LocationString          Opt[string]
	Odometer                Opt[Number]
	OdometerUnit            Opt[string]
	TransactionTime         Opt[time.Time]
	TransactionJurisdiction Opt[string]
	FuelType                Opt[string]
	FuelVolume              Number
	FuelVolumeUnit          string
	FuelVendor              Opt[string]
	TotalCost               Opt[Number]
	Currency                Opt[string]
}

// Connection is the connection that the write goes to.
func (f *FuelTransaction) Connection() uuid.UUID { return f.ConnectionID }

// Place is where the purchase was made, for TSPs that take one text: the text that was given, or the
// coordinates as "40.748441, -73.985664"; "" where neither was given whole.
func (f *FuelTransaction) Place() string {
	if place := f.LocationString.Or(""); strings.TrimSpace(place) != "" {
		return place
	}
	lat, ok := f.Latitude.Get()
	long, also := f.Longitude.Get()
	if !ok || !also {
		return ""
	}
	return Rounded(lat.Rat(), 9) + ", " + Rounded(long.Rat(), 9)
}

func fuelTransactionKind() declaration {
	return declaration{
		Facts{Kind: KindFuelTransaction, Plural: "fuel-transactions", Log: true, Stays: true,
			References: []string{"driver_id", "source_driver_id", "vehicle_id"},
			Members: `vehicle_id:uuid driver_id:uuid co_driver_id:uuid source_driver_id source_vehicle_id
			source_co_driver_id location:object h3_index_11:integer inferred_address:object odometer:number
			fuel_type:fuel fuel_volume:number fuel_vendor total_cost:decimal currency odometer_unit:metres`},
		[]*Schema{fuelTransactionSchema()},
	}
}

func fuelTransactionSchema() *Schema {
	return schema(KindFuelTransaction, Create, fuelTransactionFields(), func() Payload { return new(FuelTransaction) })
}

func fuelTransactionFields() []Field {
	return []Field{
		connection(func(f *FuelTransaction) *uuid.UUID { return &f.ConnectionID }),
		required("driver_id", uuidType(), func(f *FuelTransaction) *uuid.UUID { return &f.DriverID }, refers(KindUser, "source_driver_id")),
		required("vehicle_id", uuidType(), func(f *FuelTransaction) *uuid.UUID { return &f.VehicleID }, refers(KindVehicle, "source_vehicle_id")),
		optional("co_driver_id", uuidType(), func(f *FuelTransaction) *Opt[uuid.UUID] { return &f.CoDriverID }, refers(KindUser, "source_co_driver_id")),
		optional("latitude", numberType(), func(f *FuelTransaction) *Opt[Number] { return &f.Latitude }, between(-90, 90)),
		optional("longitude", numberType(), func(f *FuelTransaction) *Opt[Number] { return &f.Longitude }, between(-180, 180)),
		optional("location_string", textType(), func(f *FuelTransaction) *Opt[string] { return &f.LocationString }),
		optional("odometer", numberType(), func(f *FuelTransaction) *Opt[Number] { return &f.Odometer }, atLeast(0)),
		optional("odometer_unit", enumType(), func(f *FuelTransaction) *Opt[string] { return &f.OdometerUnit }, values(distanceUnits())),
		optional("transaction_time", dateTimeType(), func(f *FuelTransaction) *Opt[time.Time] { return &f.TransactionTime }),
		optional("transaction_jurisdiction", textType(), func(f *FuelTransaction) *Opt[string] { return &f.TransactionJurisdiction }),
		optional("fuel_type", enumType(), func(f *FuelTransaction) *Opt[string] { return &f.FuelType }, values(engineTypes())),
		required("fuel_volume", numberType(), func(f *FuelTransaction) *Number { return &f.FuelVolume }, atLeast(0)),
		required("fuel_volume_unit", enumType(), func(f *FuelTransaction) *string { return &f.FuelVolumeUnit }, values(fuelVolumeUnits())),
		optional("fuel_vendor", textType(), func(f *FuelTransaction) *Opt[string] { return &f.FuelVendor }),
		optional("total_cost", moneyType(), func(f *FuelTransaction) *Opt[Number] { return &f.TotalCost }, pattern(`^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)$`)),
		optional("currency", textType(), func(f *FuelTransaction) *Opt[string] { return &f.Currency }),
	}
}
