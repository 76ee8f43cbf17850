package sim

import (
	"fmt"
	"strconv"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

var vehicleFilters = []string{"limit", "after", "tagIds", "updatedAfterTime", "createdAfterTime"}

const classVehicle = "vehicle"

// auxInputs are the members auxInputType1 to auxInputType13.
const auxInputs = 13

func auxInput(n int) string { return fmt.Sprintf("auxInputType%d", n) }

// vehicleShape is the body of PATCH /fleet/vehicles/{id}. An empty name is refused; that is not documented.
func vehicleShape() simkit.Shape {
	s := simkit.Shape{
		"name": simkit.String(1, 0), "vin": vehicleVIN, "licensePlate": simkit.String(0, 12), "notes": simkit.String(0, 255),
		"externalIds": externalIDs, "tagIds": tagIDs(), "attributes": attributeShape(),
		"staticAssignedDriverId": simkit.String(0, 0), "odometerMeters": count, "engineHours": count,
		"gatewaySerial": simkit.String(0, 0), "vehicleType": simkit.String(0, 0),
		"vehicleRegulationMode":        simkit.Enum("regulated", "unregulated", "mixed"),
		"harshAccelerationSettingType": simkit.Enum("passengerCar", "lightTruck", "heavyDuty", "off", "automatic"),
		"grossVehicleWeight":           simkit.Nested(simkit.Shape{"unit": simkit.Enum("lb", "kg"), "weight": count}),
	}
	for n := range auxInputs {
		s[auxInput(n+1)] = simkit.Enum("none", "emergencyLights", "emergencyAlarm", "stopPaddle", "powerTakeOff", "plow",
			"sweeper", "salter", "reefer", "door", "boom", "auxiliaryEngine", "generator", "eightWayLights", "panicButton",
			"privacyButton", "frontAxleDrive", "weightSensor", "other", "secondaryFuelSource", "ecuPowerTakeOff")
	}
	return s
}

// count is a whole number that is not negative; the sign is not documented.
func count(v any) string {
	if n, ok := v.(int64); !ok || n < 0 {
		return "must be an integer of at least 0"
	}
	return ""
}

func patchVehicle(tx *simkit.Tx, c *simkit.Call) (any, error) {
	i, err := lookUpAsset(tx, classVehicle, c.ID())
	if err != nil {
		return nil, err
	}
	change := renamed(c.Body, "vehicleRegulationMode", "regulationMode")
	switch driver := simkit.Text(change, "staticAssignedDriverId"); driver {
	case "":
	case "0":
		change["staticAssignedDriverId"] = ""
	default:
		if _, ok := tx.Get(drivers, driver); !ok {
			return nil, simkit.Invalid("there is no driver %q", driver)
		}
	}
	after, err := changeAsset(tx, i, change, c.Body)
	if err != nil {
		return nil, err
	}
	return data(showVehicle(tx, after)), nil
}

// showListedVehicle adds the times, which the document gives vehicles in the list only.
func showListedVehicle(tx *simkit.Tx, i *simkit.Item) simkit.Object {
	o := showVehicle(tx, i)
	copyMembers(o, i.Object, "createdAtTime", "updatedAtTime")
	return o
}

// showVehicle is an asset as /fleet/vehicles shows it: year is a text there (observed; the document says so too).
func showVehicle(tx *simkit.Tx, i *simkit.Item) simkit.Object {
	o := simkit.Object{}
	copyMembers(o, i.Object, "name", "vin", "licensePlate", "notes", "make", "model", "attributes", "vehicleType",
		"harshAccelerationSettingType", "grossVehicleWeight")
	for n := range auxInputs {
		copyMembers(o, i.Object, auxInput(n+1))
	}
	showShared(tx, o, i)
	if year, ok := i.Object["year"].(int64); ok {
		o["year"] = strconv.FormatInt(year, 10)
	}
	if mode, ok := i.Object["regulationMode"]; ok {
		o["vehicleRegulationMode"] = mode
	}
	if serial := simkit.Text(i.Object, "gatewaySerial"); serial != "" {
		o["serial"] = serial
		o["gateway"] = simkit.Object{"serial": serial, "model": "VG55NA"}
	}
	if d, ok := tx.Get(drivers, simkit.Text(i.Object, "staticAssignedDriverId")); ok {
		o["staticAssignedDriver"] = simkit.Object{"id": d.ID, "name": simkit.Text(d.Object, "name")}
	}
	return o
}
