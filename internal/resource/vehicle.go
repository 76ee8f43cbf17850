package resource

import (
	"github.com/google/uuid"
)

// Vehicle is the payload of writing a power unit.
type Vehicle struct {
	ConnectionID        uuid.UUID
	VehicleName         Opt[string]
	OEM                 Opt[string]
	ModelType           Opt[string]
	ModelYear           Opt[int64]
	VIN                 Opt[string]
	EngineVIN           Opt[string]
	LicensePlateRegion  Opt[string]
	LicensePlateCountry Opt[string]
	LicensePlateNumber  Opt[string]
	IsActive            Opt[bool]
	Status              Opt[string]
	Notes               Opt[string]
	ELDID               Opt[string]
	ELDSerialNumber     Opt[string]
	ELDDeviceType       Opt[string]
	ELDProductID        Opt[string]
	TotalAxles          Opt[int64]
	ExternalID          Opt[string]
	SpeedUnit           Opt[string]
	OdometerUnit        Opt[string]
	FuelUnit            Opt[string]
	FuelCapacity        Opt[string]
	EngineType          Opt[string]
}

// Connection is the connection that the write goes to.
func (v *Vehicle) Connection() uuid.UUID { return v.ConnectionID }

func vehicleKind() declaration {
	return declaration{
		Facts{Kind: KindVehicle, Plural: "vehicles", IDs: "vehicle_ids", Members: "vehicle_name engine_vin vehicle_groups:object " + asset},
		[]*Schema{vehicleSchema(Create), vehicleSchema(Update)},
	}
}

func vehicleSchema(verb Verb) *Schema {
	return schema(KindVehicle, verb, vehicleFields(), func() Payload { return new(Vehicle) })
}

func vehicleFields() []Field {
	return []Field{
		connection(func(v *Vehicle) *uuid.UUID { return &v.ConnectionID }),
		optional("vehicle_name", textType(), func(v *Vehicle) *Opt[string] { return &v.VehicleName }),
		optional("oem", textType(), func(v *Vehicle) *Opt[string] { return &v.OEM }),
		optional("model_type", textType(), func(v *Vehicle) *Opt[string] { return &v.ModelType }),
		optional("model_year", integerType(), func(v *Vehicle) *Opt[int64] { return &v.ModelYear }),
		optional("vin", textType(), func(v *Vehicle) *Opt[string] { return &v.VIN }),
		optional("engine_vin", textType(), func(v *Vehicle) *Opt[string] { return &v.EngineVIN }),
		optional("license_plate_region", textType(), func(v *Vehicle) *Opt[string] { return &v.LicensePlateRegion }),
		optional("license_plate_country", textType(), func(v *Vehicle) *Opt[string] { return &v.LicensePlateCountry }, pattern(`^\w{3}$`)),
		optional("license_plate_number", textType(), func(v *Vehicle) *Opt[string] { return &v.LicensePlateNumber }),
		optional("is_active", booleanType(), func(v *Vehicle) *Opt[bool] { return &v.IsActive }),
		optional("status", enumType(), func(v *Vehicle) *Opt[string] { return &v.Status }, values(vehicleStatuses())),
		optional("notes", textType(), func(v *Vehicle) *Opt[string] { return &v.Notes }),
		optional("eld_id", textType(), func(v *Vehicle) *Opt[string] { return &v.ELDID }),
		optional("eld_serial_number", textType(), func(v *Vehicle) *Opt[string] { return &v.ELDSerialNumber }),
		optional("eld_device_type", textType(), func(v *Vehicle) *Opt[string] { return &v.ELDDeviceType }),
		optional("eld_product_id", textType(), func(v *Vehicle) *Opt[string] { return &v.ELDProductID }),
		optional("total_axles", integerType(), func(v *Vehicle) *Opt[int64] { return &v.TotalAxles }, atLeast(0)),
		optional("external_id", textType(), func(v *Vehicle) *Opt[string] { return &v.ExternalID }),
		optional("speed_unit", textType(), func(v *Vehicle) *Opt[string] { return &v.SpeedUnit }),
		optional("odometer_unit", textType(), func(v *Vehicle) *Opt[string] { return &v.OdometerUnit }),
		optional("fuel_unit", textType(), func(v *Vehicle) *Opt[string] { return &v.FuelUnit }),
		optional("fuel_capacity", textType(), func(v *Vehicle) *Opt[string] { return &v.FuelCapacity }),
		optional("engine_type", enumType(), func(v *Vehicle) *Opt[string] { return &v.EngineType }, values(engineTypes())),
	}
}
