package samsara

import "github.com/waybill-dev/waybill/internal/tsp"

type trailerRecord struct {
	Name         string            `json:"name"`
	Serial       string            `json:"trailerSerialNumber"`
	LicensePlate string            `json:"licensePlate"`
	Notes        string            `json:"notes"`
	ExternalIDs  map[string]string `json:"externalIds"`
}

type trailerFields struct {
	TrailerName        string `json:"trailer_name,omitzero"`
	VIN                string `json:"vin,omitzero"`
	LicensePlateNumber string `json:"license_plate_number,omitzero"`
	IsActive           bool   `json:"is_active"`
	Notes              string `json:"notes,omitzero"`
	ExternalID         string `json:"external_id,omitzero"`
}

// trailerSweep lists trailers. Their only place for a VIN is the serial number, which may hold
// anything; one of a VIN's length is taken for one.
func trailerSweep(s tsp.Settings) sweep {
	return sweep{name: trailers, collection: trailers, path: trailersPath, fields: unify(func(r trailerRecord) any {
		f := trailerFields{TrailerName: r.Name, LicensePlateNumber: r.LicensePlate, IsActive: true, Notes: r.Notes,
			ExternalID: r.ExternalIDs[externalKey(s)]}
		if len(r.Serial) == maxVIN {
			f.VIN = r.Serial
		}
		return f
	})}
}
