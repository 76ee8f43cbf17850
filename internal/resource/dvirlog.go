package resource

import (
	"time"

	"github.com/google/uuid"
)

// DvirLog is the payload of writing a driver vehicle inspection report.
type DvirLog struct {
	ConnectionID     uuid.UUID
	DriverID         uuid.UUID
	VehicleID        Opt[uuid.UUID]
	TrailerID        Opt[uuid.UUID]
	OccurredAt       Opt[time.Time]
	LogType          Opt[string]
	InspectedBy      Opt[string]
	DefectCount      Opt[int64]
	Defects          Opt[[]string]
	IsSafetyCritical Opt[bool]
	DriverComment    Opt[string]
	CertifyComment   Opt[string]
	Odometer         Opt[Number]
	OdometerUnit     Opt[string]
}

// Connection is the connection that the write goes to.
func (d *DvirLog) Connection() uuid.UUID { return d.ConnectionID }

func dvirLogKind() declaration {
	return declaration{
		Facts{Kind: KindDvirLog, Plural: "dvir-logs", Log: true, References: []string{"driver_id", "vehicle_id"},
			Members: `vehicle_id:uuid driver_id:uuid trailer_id:uuid source_driver_id source_vehicle_id
			source_trailer_id log_type authority_name authority_address duration_seconds:number odometer_km:number
			odometer:number engine_hours:number location:object h3_index_11:integer inspected_by certify_comment
			driver_comment defect_count:integer version defects:defects is_safety_critical:boolean`},
		[]*Schema{dvirLogSchema()},
	}
}

func dvirLogSchema() *Schema {
	return schema(KindDvirLog, Create, dvirLogFields(), func() Payload { return new(DvirLog) })
}

func dvirLogFields() []Field {
	return []Field{
		connection(func(d *DvirLog) *uuid.UUID { return &d.ConnectionID }),
		required("driver_id", uuidType(), func(d *DvirLog) *uuid.UUID { return &d.DriverID }, refers(KindUser, "source_driver_id")),
		optional("vehicle_id", uuidType(), func(d *DvirLog) *Opt[uuid.UUID] { return &d.VehicleID }, refers(KindVehicle, "source_vehicle_id")),
		optional("trailer_id", uuidType(), func(d *DvirLog) *Opt[uuid.UUID] { return &d.TrailerID }, refers(KindTrailer, "source_trailer_id")),
		optional("occurred_at", dateTimeType(), func(d *DvirLog) *Opt[time.Time] { return &d.OccurredAt }),
		optional("log_type", enumType(), func(d *DvirLog) *Opt[string] { return &d.LogType }, notNull, values(dvirLogTypes())),
		optional("inspected_by", textType(), func(d *DvirLog) *Opt[string] { return &d.InspectedBy }),
		optional("defect_count", integerType(), func(d *DvirLog) *Opt[int64] { return &d.DefectCount }, atLeast(0)),
		optional("defects", enumsType(), func(d *DvirLog) *Opt[[]string] { return &d.Defects }, values(dvirDefects())),
		optional("is_safety_critical", booleanType(), func(d *DvirLog) *Opt[bool] { return &d.IsSafetyCritical }),
		optional("driver_comment", textType(), func(d *DvirLog) *Opt[string] { return &d.DriverComment }),
		optional("certify_comment", textType(), func(d *DvirLog) *Opt[string] { return &d.CertifyComment }),
		optional("odometer", numberType(), func(d *DvirLog) *Opt[Number] { return &d.Odometer }, atLeast(0)),
		optional("odometer_unit", enumType(), func(d *DvirLog) *Opt[string] { return &d.OdometerUnit }, values(distanceUnits())),
	}
}
