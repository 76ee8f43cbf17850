package samsara

import (
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// warnVehicle tells where an older number goes.
func warnVehicle(v *resource.Vehicle, _ tsp.Settings) []tsp.Warning {
	if vin, ok := v.VIN.Get(); !ok || wholeVIN(vin) {
		return nil
	}
	return []tsp.Warning{{Path: "vin", Message: "has not the 17 characters of a VIN, so it becomes the serial number " +
		"of Samsara's asset, which its vehicles do not show"}}
}

func newVehicle(v *resource.Vehicle, w tsp.Write, values []attributeValue) assetBody {
	b := assetBody{Type: "vehicle", Name: value(v.VehicleName), Make: value(v.OEM), Model: value(v.ModelType), Year: value(v.ModelYear),
		LicensePlate: value(v.LicensePlateNumber), Notes: value(v.Notes), Attributes: values,
		ExternalIDs: externalIDs(w, externalKey(w.Settings), v.ExternalID), TagIDs: w.Settings.List(settingTags)}
	b.number(v.VIN)
	return b
}

// vehicleBody holds only what is to change.
type vehicleBody struct {
	Name         *string           `json:"name,omitzero"`
	VIN          *string           `json:"vin,omitzero"`
	LicensePlate *string           `json:"licensePlate,omitzero"`
	Notes        *string           `json:"notes,omitzero"`
	ExternalIDs  map[string]string `json:"externalIds,omitzero"`
	TagIDs       []string          `json:"tagIds,omitzero"`
	Gateway      *string           `json:"gatewaySerial,omitzero"`
	Attributes   []attributeValue  `json:"attributes,omitzero"`
}

func changeVehicle(v *resource.Vehicle, w tsp.Write, k kept) any {
	b := vehicleBody{Name: text(v.VehicleName), VIN: text(v.VIN), LicensePlate: text(v.LicensePlateNumber), Notes: text(v.Notes),
		ExternalIDs: externalIDs(w, externalKey(w.Settings), v.ExternalID), TagIDs: k.tags, Attributes: k.attributes}
	if pairs(v, w) {
		b.Gateway = value(v.ELDSerialNumber)
	}
	return b
}

func changeVehicleAsset(v *resource.Vehicle, _ tsp.Write, k kept) any {
	return assetBody{Make: value(v.OEM), Model: value(v.ModelType), Year: value(v.ModelYear), TagIDs: k.tags}
}

// pairGateway is the second call of a new vehicle that gets a gateway.
func pairGateway(v *resource.Vehicle, _ tsp.Write, k kept) any {
	return vehicleBody{Gateway: value(v.ELDSerialNumber), TagIDs: k.tags}
}
