package resource

import (
	"github.com/google/uuid"
)

// Trailer is the payload of writing a trailer.
type Trailer struct {
	ConnectionID        uuid.UUID
	TrailerName         Opt[string]
	OEM                 Opt[string]
	ModelType           Opt[string]
	ModelYear           Opt[int64]
	VIN                 Opt[string]
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
	TrailerLength       Opt[Number]
	TrailerType         Opt[string]
}

// Connection is the connection that the write goes to.
func (t *Trailer) Connection() uuid.UUID { return t.ConnectionID }

func trailerKind() declaration {
	return declaration{
		Facts{Kind: KindTrailer, Plural: "trailers", IDs: "trailer_ids",
			Members: "trailer_name trailer_groups:object trailer_length:number trailer_type " + asset},
		[]*Schema{trailerSchema(Create), trailerSchema(Update)},
	}
}

func trailerSchema(verb Verb) *Schema {
	return schema(KindTrailer, verb, trailerFields(), func() Payload { return new(Trailer) })
}

func trailerFields() []Field {
	return []Field{
		connection(func(t *Trailer) *uuid.UUID { return &t.ConnectionID }),
		optional("trailer_name", textType(), func(t *Trailer) *Opt[string] { return &t.TrailerName }),
		optional("oem", textType(), func(t *Trailer) *Opt[string] { return &t.OEM }),
		optional("model_type", textType(), func(t *Trailer) *Opt[string] { return &t.ModelType }),
		optional("model_year", integerType(), func(t *Trailer) *Opt[int64] { return &t.ModelYear }),
		optional("vin", textType(), func(t *Trailer) *Opt[string] { return &t.VIN }),
		optional("license_plate_region", textType(), func(t *Trailer) *Opt[string] { return &t.LicensePlateRegion }),
		optional("license_plate_country", textType(), func(t *Trailer) *Opt[string] { return &t.LicensePlateCountry }),
		optional("license_plate_number", textType(), func(t *Trailer) *Opt[string] { return &t.LicensePlateNumber }),
		optional("is_active", booleanType(), func(t *Trailer) *Opt[bool] { return &t.IsActive }),
		optional("status", textType(), func(t *Trailer) *Opt[string] { return &t.Status }),
		optional("notes", textType(), func(t *Trailer) *Opt[string] { return &t.Notes }),
		optional("eld_id", textType(), func(t *Trailer) *Opt[string] { return &t.ELDID }),
		optional("eld_serial_number", textType(), func(t *Trailer) *Opt[string] { return &t.ELDSerialNumber }),
		optional("eld_device_type", textType(), func(t *Trailer) *Opt[string] { return &t.ELDDeviceType }),
		optional("eld_product_id", textType(), func(t *Trailer) *Opt[string] { return &t.ELDProductID }),
		optional("total_axles", integerType(), func(t *Trailer) *Opt[int64] { return &t.TotalAxles }, atLeast(0)),
		optional("external_id", textType(), func(t *Trailer) *Opt[string] { return &t.ExternalID }),
		optional("trailer_length", numberType(), func(t *Trailer) *Opt[Number] { return &t.TrailerLength }, atLeast(0)),
		optional("trailer_type", textType(), func(t *Trailer) *Opt[string] { return &t.TrailerType }),
	}
}
