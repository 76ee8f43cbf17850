package samsara

import (
	"cmp"
	"net/url"

	"github.com/waybill-dev/waybill/internal/tsp"
)

type trailerRecord struct {
	Name         string            `json:"name"`
	Serial       string            `json:"trailerSerialNumber"`
	LicensePlate string            `json:"licensePlate"`
	Notes        string            `json:"notes"`
	Gateway      gateway           `json:"installedGateway"`
	ExternalIDs  map[string]string `json:"externalIds"`
	Tags         []tag             `json:"tags"`
}

// assetRecord is a trailer as the asset API shows it, which knows more of it, and less of its gateway.
type assetRecord struct {
	Name         string            `json:"name"`
	Make         string            `json:"make"`
	Model        string            `json:"model"`
	Year         looseInt          `json:"year"`
	VIN          string            `json:"vin"`
	Serial       string            `json:"serialNumber"`
	LicensePlate string            `json:"licensePlate"`
	Notes        string            `json:"notes"`
	ExternalIDs  map[string]string `json:"externalIds"`
	Tags         []tag             `json:"tags"`
}

type trailerFields struct {
	TrailerName        string `json:"trailer_name,omitzero"`
	OEM                string `json:"oem,omitzero"`
	ModelType          string `json:"model_type,omitzero"`
	ModelYear          int64  `json:"model_year,omitzero"`
	VIN                string `json:"vin,omitzero"`
	LicensePlateNumber string `json:"license_plate_number,omitzero"`
	IsActive           bool   `json:"is_active"`
	Notes              string `json:"notes,omitzero"`
	ELDSerialNumber    string `json:"eld_serial_number,omitzero"`
	ELDDeviceType      string `json:"eld_device_type,omitzero"`
	TrailerGroups      groups `json:"trailer_groups,omitzero"`
	ExternalID         string `json:"external_id,omitzero"`
}

func trailerForm(s tsp.Settings) form {
	return form{trailers, "name", unify(func(r trailerRecord) any {
		return trailerFields{TrailerName: r.Name, VIN: trailerNumber(r), LicensePlateNumber: r.LicensePlate, IsActive: true,
			Notes: r.Notes, ELDSerialNumber: r.Gateway.Serial, ELDDeviceType: r.Gateway.Model,
			TrailerGroups: groupsOf(r.Tags...), ExternalID: r.ExternalIDs[externalKey(s)]}
	})}
}

func assetTrailerForm(s tsp.Settings) form {
	return form{trailers, "name", unify(func(r assetRecord) any {
		return trailerFields{TrailerName: r.Name, OEM: r.Make, ModelType: r.Model, ModelYear: int64(r.Year),
			VIN: cmp.Or(r.VIN, serialVIN(r.Serial)), LicensePlateNumber: r.LicensePlate, IsActive: true, Notes: r.Notes,
			TrailerGroups: groupsOf(r.Tags...), ExternalID: r.ExternalIDs[externalKey(s)]}
	})}
}

// trailerSweep lists trailers: through the asset API where the organization has it, because nothing
// else shows make, model and year.
func trailerSweep(s tsp.Settings) sweep {
	if assetsEnabled(s) {
		return sweep{form: assetTrailerForm(s), name: trailers, path: assetsPath, unsized: true,
			query: url.Values{"type": {"trailer"}, "includeExternalIds": {"true"}, "includeTags": {"true"}}}
	}
	return sweep{form: trailerForm(s), name: trailers, path: trailersPath}
}

// trailerNumber is the VIN of a trailer: the one in its serial number or, if that holds something else, the one that
// Samsara itself keeps among the external ids of assets with a VIN.
func trailerNumber(r trailerRecord) string {
	if wholeVIN(r.Serial) {
		return r.Serial
	}
	return cmp.Or(r.ExternalIDs["samsara.vin"], serialVIN(r.Serial))
}

// serialVIN is the VIN in a trailer's serial number, its only place for one, which may hold anything:
// "" if it does not have the form that is written there.
func serialVIN(serial string) string {
	if vinForm(serial) {
		return serial
	}
	return ""
}
