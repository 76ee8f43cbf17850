package samsara

import "github.com/waybill-dev/waybill/internal/tsp"

type vehicleRecord struct {
	Name         string            `json:"name"`
	Make         string            `json:"make"`
	Model        string            `json:"model"`
	Year         looseInt          `json:"year"`
	VIN          string            `json:"vin"`
	LicensePlate string            `json:"licensePlate"`
	Notes        string            `json:"notes"`
	Serial       string            `json:"serial"`
	ExternalIDs  map[string]string `json:"externalIds"`
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
	ExternalID         string `json:"external_id,omitzero"`
}

func vehicleSweep(s tsp.Settings) sweep {
	return sweep{name: vehicles, collection: vehicles, path: vehiclesPath, fields: unify(func(r vehicleRecord) any {
		return vehicleFields{
			VehicleName: r.Name, OEM: r.Make, ModelType: r.Model, ModelYear: int64(r.Year), VIN: r.VIN,
			LicensePlateNumber: r.LicensePlate, IsActive: true, Notes: r.Notes, ELDSerialNumber: r.Serial,
			ExternalID: r.ExternalIDs[externalKey(s)],
		}
	})}
}
