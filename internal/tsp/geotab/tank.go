package geotab

import (
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// tankUnits are the words for units of volume that fuel_unit, a free text, may hold, each with an
// s at its end or without.
func tankUnits() map[string]string {
	return map[string]string{"l": "LITER", "liter": "LITER", "litre": "LITER",
		"gal": "US_GALLON", "gallon": "US_GALLON", "us_gallon": "US_GALLON", "imperial_gallon": "IMPERIAL_GALLON"}
}

// tankCapacity returns the capacity in litres if the vehicle gives one that can be read.
func tankCapacity(v *resource.Vehicle) (jsontext.Value, bool) {
	unit := strings.ReplaceAll(strings.ToLower(strings.TrimSpace(v.FuelUnit.Or(""))), " ", "_")
	n, err := strconv.ParseFloat(strings.TrimSpace(v.FuelCapacity.Or("")), 64)
	if possible := n >= 0 && n <= 1e6; err != nil || !possible {
		return nil, false
	}
	litres := resource.Number(strconv.FormatFloat(n, 'f', -1, 64)).Litres(tankUnits()[strings.TrimSuffix(unit, "s")])
	if litres == nil {
		return nil, false
	}
	return spelt(litres), true
}

// checkTank refuses a capacity that cannot be told to Geotab in litres, and one for a new
// vehicle without hardware, which has no such field.
func checkTank(v *resource.Vehicle, _ tsp.Settings) []resource.Problem {
	capacity, ok := v.FuelCapacity.Get()
	unit, hasUnit := v.FuelUnit.Get()
	_, readable := tankCapacity(v)
	switch {
	case !ok && !hasUnit, readable:
		return nil
	case !ok:
		return []resource.Problem{{Path: "fuel_capacity", Message: "is required beside fuel_unit at Geotab", Code: resource.CodeRequired}}
	case !hasUnit:
		return []resource.Problem{{Path: "fuel_unit", Message: "is required beside fuel_capacity at Geotab", Code: resource.CodeRequired}}
	}
	return []resource.Problem{{Path: "fuel_capacity", Input: resource.Excerpt(capacity + " " + unit), Code: resource.CodeUnsupported,
		Message: "must be a number, and fuel_unit one of liters, gallons (US) or imperial gallons"}}
}

// withHardware is what a capacity needs (Device and GoDevice of the object model, read 2026-11-27).
const withHardware = "only a vehicle with hardware, which has a serial number, has a tank at Geotab"

// warnTank tells that a capacity may be refused: whether the vehicle has hardware is not known before it is read.
func warnTank(v *resource.Vehicle, _ tsp.Settings) []tsp.Warning {
	if v.FuelCapacity.State() != resource.Set {
		return nil
	}
	return []tsp.Warning{{Path: "fuel_capacity", Message: withHardware + ": for any other the update is refused"}}
}

// hasTank refuses a capacity for a device as Geotab has it that has no hardware.
func (d deviceRead) hasTank() error {
	if clean(d.SerialNumber) != "" || d.HardwareID > 0 {
		return nil
	}
	return &tsp.Error{Class: tsp.Rejected, Message: "fuel_capacity: " + withHardware + ", and this one has none; " +
		"leave fuel_capacity and fuel_unit out"}
}

// checkNewVehicle holds also that only a vehicle with hardware has a tank.
func checkNewVehicle(v *resource.Vehicle, s tsp.Settings) []resource.Problem {
	if wrong := checkSerial(v.ELDSerialNumber); wrong != nil {
		return wrong
	}
	if _, ok := v.ELDSerialNumber.Get(); !ok && v.FuelCapacity.State() == resource.Set {
		return []resource.Problem{{Path: "fuel_capacity", Input: v.FuelCapacity.Or(""), Code: resource.CodeUnsupported,
			Message: "can be written at Geotab only for vehicles with hardware; give eld_serial_number as well, or leave it out"}}
	}
	return checkTank(v, s)
}
