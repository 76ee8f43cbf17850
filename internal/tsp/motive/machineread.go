package motive

import (
	"slices"
	"strconv"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// machineRecord is what Motive shows of a vehicle or an asset.
type machineRecord struct {
	Status       string       `json:"status"`
	VIN          string       `json:"vin"`
	Make         string       `json:"make"`
	Model        string       `json:"model"`
	Year         string       `json:"year"`
	PlateState   string       `json:"license_plate_state"`
	PlateNumber  string       `json:"license_plate_number"`
	Notes        string       `json:"notes"`
	Availability availability `json:"availability_details"`
	ExternalIDs  []externalID `json:"external_ids"`
	GroupIDs     []int64      `json:"group_ids"`
}

// device is hardware of a vehicle or an asset.
type device struct {
	ID         rest.ID `json:"id"`
	Identifier string  `json:"identifier"`
	Model      string  `json:"model"`
}

// machineFields are the members that the unified vehicle and trailer share and Motive has.
type machineFields struct {
	OEM                string `json:"oem,omitzero"`
	ModelType          string `json:"model_type,omitzero"`
	ModelYear          int64  `json:"model_year,omitzero"`
	VIN                string `json:"vin,omitzero"`
	LicensePlateRegion string `json:"license_plate_region,omitzero"`
	LicensePlateNumber string `json:"license_plate_number,omitzero"`
	IsActive           bool   `json:"is_active"`
	Status             string `json:"status,omitzero"`
	Notes              string `json:"notes,omitzero"`
	ELDID              string `json:"eld_id,omitzero"`
	ELDSerialNumber    string `json:"eld_serial_number,omitzero"`
	ELDDeviceType      string `json:"eld_device_type,omitzero"`
	ExternalID         string `json:"external_id,omitzero"`
}

func (r machineRecord) fields(by reading, hardware device) machineFields {
	year, _ := strconv.ParseInt(r.Year, 10, 64)
	return machineFields{OEM: r.Make, ModelType: r.Model, ModelYear: year, VIN: r.VIN, LicensePlateRegion: r.PlateState,
		LicensePlateNumber: r.PlateNumber, IsActive: r.Status == "" || r.Status == "active", Notes: r.Notes,
		ELDID: string(hardware.ID), ELDSerialNumber: hardware.Identifier, ELDDeviceType: hardware.Model,
		ExternalID: calledBy(r.ExternalIDs, by.integration)}
}

// calledBy is the external id of our integration or, where it gave none, the first of another one.
func calledBy(ids []externalID, integration string) string {
	other := ""
	for _, one := range ids {
		switch {
		case one.IntegrationName == integration:
			return one.ExternalID
		case one.IntegrationName != operationMark && other == "":
			other = one.ExternalID
		}
	}
	return other
}

type vehicleRecord struct {
	machineRecord

	Number       string `json:"number"`
	PlateCountry string `json:"license_plate_country_code"`
	MetricUnits  *bool  `json:"metric_units"`
	FuelType     string `json:"fuel_type"`
	ELDDevice    device `json:"eld_device"`
}

type vehicleFields struct {
	machineFields

	VehicleName         string             `json:"vehicle_name,omitzero"`
	LicensePlateCountry string             `json:"license_plate_country,omitzero"`
	OdometerUnit        string             `json:"odometer_unit,omitzero"`
	EngineType          string             `json:"engine_type,omitzero"`
	Groups              map[string]*string `json:"vehicle_groups,omitzero"`
}

func tellVehicle(r vehicleRecord, by reading) told {
	f := vehicleFields{machineFields: r.fields(by, r.ELDDevice), VehicleName: r.Number, Groups: by.groups.of(r.GroupIDs),
		LicensePlateCountry: country(r.PlateCountry), EngineType: fuelTypes().read(r.FuelType)}
	f.Status = r.Availability.vehicleStatus()
	if r.MetricUnits != nil {
		f.OdometerUnit = "miles"
		if *r.MetricUnits {
			f.OdometerUnit = "kilometers"
		}
	}
	return told{fields: f}
}

// vehicleStatus is the status that a vehicle was given by us, where its reason keeps our word.
func (a availability) vehicleStatus() string {
	for word, reason := range outOfServiceWords() {
		if a.Status == "out_of_service" && a.Reason == reason {
			return word
		}
	}
	return strings.ToUpper(a.Status)
}

type assetRecord struct {
	machineRecord

	Name       string   `json:"name"`
	Type       string   `json:"type"`
	CustomType string   `json:"custom_type"`
	Axle       *int64   `json:"axle"`
	Length     *float64 `json:"length"`
	Gateway    device   `json:"asset_gateway"`
}

type assetFields struct {
	machineFields

	TrailerName   string             `json:"trailer_name,omitzero"`
	TotalAxles    *int64             `json:"total_axles,omitzero"`
	TrailerLength *float64           `json:"trailer_length,omitzero"`
	TrailerType   string             `json:"trailer_type,omitzero"`
	Groups        map[string]*string `json:"trailer_groups,omitzero"`
}

// tellAsset reads a custom type where the type is the one that stands for all that Motive has no word for, or unknown.
// Beside any other it is what somebody has left there who changed the type.
func tellAsset(r assetRecord, by reading) told {
	f := assetFields{machineFields: r.fields(by, r.Gateway), TrailerName: r.Name, TotalAxles: r.Axle,
		TrailerLength: r.Length, TrailerType: r.Type, Groups: by.groups.of(r.GroupIDs)}
	f.Status = r.Availability.Status
	if r.CustomType != "" && (r.Type == by.assetType || !slices.Contains(knownAssetTypes(), r.Type)) {
		f.TrailerType = r.CustomType
	}
	return told{fields: f}
}
