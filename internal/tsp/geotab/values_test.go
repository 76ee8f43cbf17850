package geotab_test

import (
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/resource"
)

const (
	aFuel = `{"driver_id":"OURS","vehicle_id":"OURS","fuel_volume":10,"fuel_volume_unit":"LITER","transaction_time":"2026-11-20T10:00:00Z"`
	aDvir = `{"driver_id":"OURS","vehicle_id":"OURS","log_type":"pre_trip","occurred_at":"2026-11-20T10:00:00Z"`
	aUser = `{"first_name":"Ada","last_name":"Byron"`
)

func TestValuesAreInGeotabsUnits(t *testing.T) {
	t.Parallel()
	for _, one := range []struct {
		kind       resource.Kind
		body, want string
	}{
		{resource.KindFuelTransaction, strings.Replace(aFuel, "LITER", "US_GALLON", 1) + `}`, `"volume":37.85411784`},
		{resource.KindFuelTransaction, strings.Replace(aFuel, "LITER", "IMPERIAL_GALLON", 1) + `}`, `"volume":45.4609`},
		{resource.KindFuelTransaction, strings.Replace(aFuel, "LITER", "CUBIC_METER", 1) + `}`, `"volume":10000`},
		{resource.KindFuelTransaction, aFuel + `}`, `"volume":10,`},
		{resource.KindFuelTransaction, aFuel + `}`, `"externalReference":"019ab5c7-9d00-7abc-8def-0a1b2c3d4e5f"`},
		{resource.KindFuelTransaction, aFuel + `,"odometer":10,"odometer_unit":"miles"}`, `"odometer":16.09344,`},
		{resource.KindFuelTransaction, aFuel + `,"odometer":123456.4,"odometer_unit":"meters"}`, `"odometer":123.4564,`},
		{resource.KindFuelTransaction, aFuel + `,"odometer":10.0,"odometer_unit":"kilo_meters"}`, `"odometer":10,`},
		{resource.KindFuelTransaction, aFuel + `,"total_cost":"410.20","currency":"cad"}`, `"cost":410.2,"currencyCode":"CAD"`},
		{resource.KindFuelTransaction, aFuel + `,"latitude":30.1,"longitude":-97.7}`, `"location":{"x":-97.7,"y":30.1}`},
		{resource.KindDvirLog, aDvir + `,"odometer":10.5,"odometer_unit":"miles"}`, `"odometer":16898.112`},
		{resource.KindDvirLog, aDvir + `,"odometer":10.5,"odometer_unit":"kilo_meters"}`, `"odometer":10500`},
		{resource.KindUser, aUser + `,"username":"ada","country_code":"MEX"}`, `"countryCode":"MX"`},
		{resource.KindVehicle, `{"vehicle_name":"T","eld_serial_number":"g9abc"}`, `"serialNumber":"G9ABC"`},
		{resource.KindVehicle, `{"vehicle_name":"T","eld_serial_number":"G9","fuel_capacity":"100","fuel_unit":"gallons"}`, `"fuelTankCapacity":378.5411784`},
		{resource.KindVehicle, `{"vehicle_name":"T","eld_serial_number":"G9","fuel_capacity":" 10 ","fuel_unit":"Imperial Gallon"}`, `"fuelTankCapacity":45.4609`},
	} {
		server := &stub{}
		if _, err := server.writes(t, resource.Create, one.kind, one.body); err != nil {
			t.Fatalf("%s: %v", one.body, err)
		}
		if !strings.Contains(server.last(), one.want) {
			t.Errorf("%s lacks %s", server.last(), one.want)
		}
	}
}

func TestWhatGeotabWouldRefuseIsRefusedFirst(t *testing.T) {
	t.Parallel()
	for _, one := range []struct {
		verb              resource.Verb
		kind              resource.Kind
		body, path, about string
	}{
		{resource.Create, resource.KindFuelTransaction, aFuel + `,"currency":"U$D"}`, "currency", "three letters"},
		{resource.Create, resource.KindFuelTransaction, aFuel + `,"total_cost":1}`, "currency", "required"},
		{resource.Create, resource.KindFuelTransaction, aFuel + `,"odometer":1}`, "odometer_unit", "required"},
		{resource.Create, resource.KindFuelTransaction, aFuel + `,"latitude":1}`, "longitude", "required"},
		{resource.Create, resource.KindVehicle, `{"vehicle_name":"T","eld_serial_number":"G9-1"}`, "eld_serial_number", "letters and digits"},
		{resource.Create, resource.KindTrailer, `{"trailer_name":"T","eld_serial_number":" G9"}`, "eld_serial_number", "letters and digits"},
		{resource.Create, resource.KindVehicle, `{"vehicle_name":"T","fuel_capacity":"9","fuel_unit":"liters"}`, "fuel_capacity", "hardware"},
		{resource.Create, resource.KindVehicle, `{"vehicle_name":"T","eld_serial_number":"G9","fuel_capacity":"NaN","fuel_unit":"l"}`, "fuel_capacity", "a number"},
		{resource.Create, resource.KindVehicle, `{"vehicle_name":"T","eld_serial_number":"G9","fuel_capacity":"-1","fuel_unit":"l"}`, "fuel_capacity", "a number"},
		{resource.Create, resource.KindVehicle, `{"vehicle_name":"T","eld_serial_number":"G9","fuel_capacity":"9","fuel_unit":"barrels"}`, "fuel_capacity", "one of"},
		{resource.Create, resource.KindUser, aUser + `}`, "username", "required"},
		{resource.Create, resource.KindUser, aUser + `,"username":"ada b"}`, "username", "spaces"},
		{resource.Create, resource.KindUser, aUser + `,"user_email":"ada b@x.example"}`, "user_email", "spaces"},
		{resource.Create, resource.KindUser, aUser + `,"username":"ada","license_number":"D1"}`, "license_number", "together"},
		{resource.Create, resource.KindUser, aUser + `,"username":"ada","is_driver":false}`, "is_driver", "user_security_group_id"},
		{resource.Update, resource.KindUser, `{"is_active":true,"status":"INACTIVE"}`, "status", "contradicts"},
		{resource.Update, resource.KindUser, `{"is_driver":false}`, "is_driver", "groups"},
		{resource.Create, resource.KindDvirLog, strings.Replace(aDvir, `"vehicle_id":"OURS",`, "", 1) + `}`, "vehicle_id", "required"},
		{resource.Create, resource.KindDvirLog, aDvir + `,"trailer_id":"OURS"}`, "trailer_id", "write two"},
	} {
		problems, _ := policy(t, one.verb, one.kind, one.body)
		if len(problems) != 1 || !strings.HasPrefix(problems[0], one.path+": ") || !strings.Contains(problems[0], one.about) {
			t.Errorf("%s is refused for %q, want %s because of %q", one.body, problems, one.path, one.about)
		}
	}
}
