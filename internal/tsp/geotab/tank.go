package geotab

import (
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// litresPer holds the units of volume that fuel_unit, a free text, may name.
func litresPer() map[string]float64 {
	return map[string]float64{
		"l": 1, "liter": 1, "liters": 1, "litre": 1, "litres": 1,
		"gal": 3.785411784, "gallon": 3.785411784, "gallons": 3.785411784,
		"us_gallon": 3.785411784, "us_gallons": 3.785411784,
		"imperial_gallon": 4.54609, "imperial_gallons": 4.54609,
	}
}

// tankCapacity returns the capacity in litres if the vehicle gives one that can be read.
func tankCapacity(v *resource.Vehicle) (jsontext.Value, bool) {
	capacity, ok := v.FuelCapacity.Get()
	unit, okUnit := v.FuelUnit.Get()
	n, err := strconv.ParseFloat(strings.TrimSpace(capacity), 64)
	factor := litresPer()[strings.ReplaceAll(strings.ToLower(strings.TrimSpace(unit)), " ", "_")]
	if !ok || !okUnit || err != nil || factor == 0 || n < 0 || n > 1e6 {
		return nil, false
	}
	return encodedTank(n * factor)
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

const manuallyClassified = "GroupManuallyClassifiedPowertrainId"

// powertrains are Geotab's built-in groups for our engine types.
func powertrains() map[string]string {
	return map[string]string{
		"GASOLINE": "GroupGasolinePetrolId", "DIESEL": "GroupDieselId", "ETHANOL": "GroupEthanolId",
		"PROPANE": "GroupPropaneLiquifiedPetroleumGasId", "LPG": "GroupPropaneLiquifiedPetroleumGasId",
		"CNG": "GroupCompressedNaturalGasId", "LNG": "GroupLiquifiedNaturalGasId",
		"ELECTRICITY": "GroupBatteryElectricVehicleId",
	}
}
