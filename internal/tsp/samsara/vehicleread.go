package samsara

import (
	"cmp"

	"github.com/waybill-dev/waybill/internal/tsp"
)

type vehicleRecord struct {
	Name         string            `json:"name"`
	Make         string            `json:"make"`
	Model        string            `json:"model"`
	Year         looseInt          `json:"year"`
	VIN          string            `json:"vin"`
	LicensePlate string            `json:"licensePlate"`
	Notes        string            `json:"notes"`
	Serial       string            `json:"serial"`
	Gateway      gateway           `json:"gateway"`
	ExternalIDs  map[string]string `json:"externalIds"`
	Tags         []tag             `json:"tags"`
}

// gateway is Samsara's device in a vehicle or on a trailer.
type gateway struct {
	Serial string `json:"serial"`
	Model  string `json:"model"`
}

type vehicleFields struct {
	VehicleName        string `json:"vehicle_name,omitzero"`
	OEM                string `json:"oem,omitzero"`
	ModelType          string `json:"model_type,omitzero"`
	ModelYear          int64  `json:"model_year,omitzero"`
	VIN                string `json:"vin,omitzero"`
	LicensePlateNumber string `json:"license_plate_number,omitzero"`
	IsActive           bool   `json:"is_active"`
	Notes              string `json:"notes,omitzero"`
	ELDSerialNumber    string `json:"eld_serial_number,omitzero"`
	ELDDeviceType      string `json:"eld_device_type,omitzero"`
	VehicleGroups      groups `json:"vehicle_groups,omitzero"`
	ExternalID         string `json:"external_id,omitzero"`
}

func vehicleForm(s tsp.Settings) form {
	return withAttributes(form{vehicles, "name", unify(func(r vehicleRecord) any {
		return vehicleFields{
			VehicleName: r.Name, OEM: r.Make, ModelType: r.Model, ModelYear: int64(r.Year), VIN: r.VIN,
			LicensePlateNumber: r.LicensePlate, IsActive: true, Notes: r.Notes, ELDSerialNumber: cmp.Or(r.Serial, r.Gateway.Serial),
			ELDDeviceType: r.Gateway.Model, VehicleGroups: groupsOf(r.Tags...), ExternalID: r.ExternalIDs[externalKey(s)],
		}
	})}, ofAssets, s)
}

func vehicleSweep(s tsp.Settings) sweep {
	return sweep{form: vehicleForm(s), name: vehicles, path: vehiclesPath}
}
