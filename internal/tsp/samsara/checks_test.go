package samsara_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/samsara"
)

// applied is the policy of a write on a connection with settings.
func applied(t *testing.T, c tsp.Capability, settings tsp.Settings, body string) tsp.Policy {
	t.Helper()
	spec := samsara.New().Spec()
	settings = spec.Effective(settings)
	w := write(t, c, body)
	return spec.Actions[c].Under(settings).Apply("Samsara", w.Schema, w.Payload, settings)
}

// with puts members over those of a body; a JSON object may not name one twice.
func with(body string, members ...string) string {
	for _, member := range members {
		name, _, _ := strings.Cut(member, ":")
		if i := strings.Index(body, name+":"); i >= 0 {
			end := i + strings.IndexAny(body[i:], ",}")
			body = body[:i] + member + body[end:]
			continue
		}
		body = strings.TrimSuffix(body, "}") + "," + member + "}"
	}
	return body
}

const (
	aDriver = `{"first_name":"Ann","last_name":"Lee","username":"ann.lee"}`
	anAdmin = `{"first_name":"Dana","last_name":"Lee","user_email":"dana@acme.example","is_driver":false}`
	aFuel   = `{` + fuelReferences + `,"location_string":"1 De Haro St","fuel_volume":50,"fuel_volume_unit":"LITER","total_cost":80.5,"currency":"USD","transaction_time":"2026-11-23T08:00:00Z"}`
	aDVIR   = `{"driver_id":` + ourDriver + `,"vehicle_id":` + ourVehicle + `,"log_type":"mechanic"}`
)

func TestWhatSamsaraWouldRefuseIsRefusedFirst(t *testing.T) {
	t.Parallel()
	long := func(n int) string { return strings.Repeat("x", n) }
	unknown := tsp.Settings{"dvir_unknown_is_mechanic": true}
	rulesets := tsp.Settings{"hos_rulesets": true}
	for _, c := range []struct {
		of       tsp.Capability
		settings tsp.Settings
		body     string
		member   string
		path     string // "" if it is taken
	}{
		{createUser, nil, aDriver, `"is_driver":true`, ""},
		{createUser, nil, aDriver, `"is_driver":false`, "is_driver"},
		{createUser, nil, aDriver, `"username":"ann lee"`, "username"},
		{createUser, nil, aDriver, `"username":"ann@lee"`, "username"},
		{createUser, nil, aDriver, `"username":null`, "username"},
		{createUser, nil, aDriver, `"username":"` + long(190) + `"`, "username"},
		{createUser, roles, aDriver, `"username":null`, "username"},
		{createUser, nil, aDriver, `"first_name":"` + long(251) + `"`, ""},
		{createUser, nil, aDriver, `"first_name":"` + long(252) + `"`, "first_name"},
		{createUser, nil, aDriver, `"last_name":null`, "last_name"},
		{createUser, nil, aDriver, `"user_email":"ann"`, "user_email"},
		{createUser, nil, aDriver, `"user_email":"ann@acme.example"`, ""},
		{createUser, nil, aDriver, `"license_region":"Ca"`, ""},
		{createUser, nil, aDriver, `"license_region":"XX"`, "license_region"},
		{createUser, nil, aDriver, `"license_region":"California"`, "license_region"},
		{createUser, nil, with(aDriver, `"phone_number":"5512345678"`), `"country_code":"MEX"`, "country_code"},
		{createUser, nil, with(aDriver, `"phone_number":"+525512345678"`), `"country_code":"MEX"`, ""},
		{createUser, nil, aDriver, `"country_code":"MEX"`, ""},
		{createUser, tsp.Settings{"country_code_attribute": "Country"}, with(aDriver, `"phone_number":"5512345678"`), `"country_code":"MEX"`, ""},
		// Morelos would arrive as Missouri, and California as nothing that there is in Canada.
		{createUser, nil, with(aDriver, `"license_region":"MO"`), `"license_country":"MEX"`, "license_country"},
		{createUser, nil, with(aDriver, `"license_region":"CA"`), `"license_country":"CAN"`, "license_country"},
		{createUser, nil, with(aDriver, `"license_region":"on"`), `"license_country":"USA"`, "license_country"},
		{createUser, nil, with(aDriver, `"license_region":"on"`), `"license_country":"can"`, ""},
		{createUser, nil, with(aDriver, `"license_region":"PR"`), `"license_country":"PRI"`, ""},
		{createUser, nil, aDriver, `"license_country":"MEX"`, ""},
		{createUser, nil, aDriver, `"carrier_number":"98231"`, ""},
		{createUser, nil, aDriver, `"carrier_number":"MC-98231"`, "carrier_number"},
		{createUser, nil, aDriver, `"carrier_number":"0"`, "carrier_number"},
		{createUser, nil, aDriver, `"carrier_number":"098231"`, "carrier_number"},
		{createUser, nil, aDriver, `"notes":"` + long(4097) + `"`, "notes"},
		{createUser, nil, aDriver, `"hos_ruleset_code":"CA_FED_NOHOS"`, ""},
		{createUser, rulesets, aDriver, `"hos_ruleset_code":"CA_FED_NOHOS"`, "hos_ruleset_code"},
		{createUser, rulesets, aDriver, `"hos_ruleset_code":"US_FL_INTRA_PROP_70_7"`, ""},
		{createUser, nil, with(aDriver, `"is_active":true`), `"status":"INACTIVE"`, "status"},
		{createUser, nil, with(aDriver, `"is_active":false`), `"status":"INACTIVE"`, ""},
		{createUser, roles, anAdmin, `"is_active":true`, ""},
		{createUser, roles, anAdmin, `"is_active":false`, "is_active"},
		{createUser, roles, anAdmin, `"status":"INACTIVE"`, "status"},
		{createUser, roles, anAdmin, `"user_email":null`, "user_email"},
		{updateUser, nil, `{"notes":"n"}`, `"is_driver":false`, "is_driver"},
		{updateUser, nil, `{"notes":"n"}`, `"username":null`, "username"},
		{updateUser, nil, `{"notes":"n"}`, `"is_active":null`, "is_active"},
		{updateUser, nil, `{"first_name":" "}`, `"last_name":" "`, "first_name"},
		{createVehicle, beta, `{"vehicle_name":"T"}`, `"vin":"1FUJA6BD31LJ09646"`, ""},
		{createVehicle, beta, `{"vehicle_name":"T"}`, `"vin":"1FUJA6BD31LJ0964O"`, "vin"},
		{createVehicle, beta, `{"vehicle_name":"T"}`, `"is_active":false`, "is_active"},
		{updateVehicle, beta, `{"notes":"n"}`, `"vin":"1234-678901"`, "vin"},
		{updateVehicle, beta, `{"notes":"n"}`, `"oem":null`, "oem"},
		{createVehicle, beta, `{"vehicle_name":"T"}`, `"model_year":0`, "model_year"},
		{updateVehicle, beta, `{"notes":"n"}`, `"model_year":0`, "model_year"},
		{updateVehicle, nil, `{"notes":"n"}`, `"model_year":0`, ""},
		{createTrailer, beta, `{"trailer_name":"n"}`, `"model_year":-1`, "model_year"},
		{updateTrailer, beta, `{"notes":"n"}`, `"model_year":1`, ""},
		{updateVehicle, nil, `{"notes":"n"}`, `"oem":null`, ""},
		{createTrailer, nil, `{"notes":"n"}`, `"vin":"1UYVS2530GU"`, "trailer_name"},
		{createTrailer, nil, `{"trailer_name":"n"}`, `"vin":"serial 7"`, "vin"},
		{createTrailer, nil, `{"trailer_name":"n"}`, `"vin":"serial 7 of 9"`, "vin"},
		{updateTrailer, nil, `{"notes":"n"}`, `"trailer_name":null`, "trailer_name"},
		{createGroup, nil, `{"sender_id":` + ourDriver + `,"recipient_ids":[` + ourDriver + `]}`, `"message_text":"` + long(2501) + `"`, "message_text"},
		{createFuel, nil, aFuel, `"location_string":" "`, "location_string"},
		{createFuel, nil, with(aFuel, `"location_string":null`, `"latitude":1`), `"longitude":2`, ""},
		{createFuel, nil, aFuel, `"latitude":1`, "longitude"},
		{createFuel, nil, aFuel, `"longitude":1`, "latitude"},
		{createFuel, nil, with(aFuel, `"location_string":null`), `"latitude":1`, "longitude"},
		{createFuel, nil, aFuel, `"location_string":null`, "location_string"},
		{createFuel, nil, aFuel, `"fuel_volume":0`, "fuel_volume"},
		{createFuel, nil, aFuel, `"total_cost":-1`, "total_cost"},
		{createFuel, nil, aFuel, `"total_cost":null`, "total_cost"},
		{createFuel, nil, aFuel, `"currency":"mxn"`, ""},
		{createFuel, nil, aFuel, `"currency":"AUD"`, "currency"},
		{createFuel, nil, aFuel, `"transaction_time":null`, "transaction_time"},
		{createDVIR, dvirSettings, aDVIR, `"trailer_id":` + ourTrailer, "trailer_id"},
		{createDVIR, dvirSettings, aDVIR, `"vehicle_id":null`, "vehicle_id"},
		{createDVIR, nil, aDVIR, `"log_type":"unknown"`, "log_type"},
		{createDVIR, unknown, aDVIR, `"log_type":"unknown"`, ""},
		{createDVIR, unknown, aDVIR, `"log_type":"pre_trip"`, "log_type"},
		{createDVIR, nil, aDVIR, `"odometer":5`, "odometer_unit"},
		{createDVIR, nil, aDVIR, `"driver_comment":"pulls left\nInspected by: Jo"`, "driver_comment"},
		{createDVIR, nil, aDVIR, `"inspected_by":"Jo\nInspected at: noon"`, "inspected_by"},
		{createDVIR, nil, aDVIR, `"inspected_by":"Joe\nDefects: horn"`, "inspected_by"},
		{createDVIR, nil, aDVIR, `"inspected_by":"Joe\u2028Ann"`, "inspected_by"},
		{createDVIR, nil, aDVIR, `"inspected_by":"Joe\r"`, "inspected_by"},
		{createDVIR, nil, aDVIR, `"inspected_by":"Defects: Joe"`, ""},
		{createDVIR, nil, aDVIR, `"certify_comment":"ok\nDefects: horn"`, "certify_comment"},
		{createDVIR, nil, aDVIR, `"certify_comment":"ok\nCertified: by me"`, "certify_comment"},
		{createDVIR, nil, aDVIR, `"certify_comment":"ok\r Number of defects:3"`, "certify_comment"},
		{createDVIR, nil, aDVIR, `"driver_comment":"Defects: horn"`, "driver_comment"},
		{createDVIR, nil, aDVIR, `"driver_comment":"Defects; none\nWaybill 7"`, ""},
		// A count says how many there are, not how many have names.
		{createDVIR, nil, with(aDVIR, `"defect_count":0`), `"defects":["horn"]`, "defect_count"},
		{createDVIR, nil, with(aDVIR, `"defect_count":1`), `"defects":["horn","brakes"]`, "defect_count"},
		{createDVIR, nil, with(aDVIR, `"defect_count":3`), `"defects":["horn","brakes"]`, ""},
		{createDVIR, nil, with(aDVIR, `"defect_count":2`), `"defects":[]`, ""},
		// One that is safe and holds no defects is a clean one.
		{createDVIR, nil, with(aDVIR, `"is_safety_critical":false`), `"defect_count":1`, "is_safety_critical"},
		{createDVIR, nil, with(aDVIR, `"is_safety_critical":false`), `"defects":["brakes"]`, "is_safety_critical"},
		{createDVIR, nil, with(aDVIR, `"is_safety_critical":true`), `"defects":["brakes"]`, ""},
		{createDVIR, nil, with(aDVIR, `"is_safety_critical":false`), `"defects":[]`, ""},
		{createDVIR, nil, with(aDVIR, `"odometer_unit":"miles"`), `"odometer":1e14`, "odometer"},
		{createDVIR, nil, aDVIR, `"driver_comment":"` + long(4100) + `"`, "driver_comment"},
	} {
		problems := applied(t, c.of, c.settings, with(c.body, c.member)).Problems
		if len(problems) > 1 || len(problems) == 0 && c.path != "" || len(problems) == 1 && problems[0].Path != c.path {
			t.Errorf("%s with %.60s: problems %+v, want one at %q", c.of, c.member, problems, c.path)
		}
	}
}

func TestVehiclesAndInspectionsNeedASetting(t *testing.T) {
	t.Parallel()
	actions := samsara.New().Spec().Actions
	for c, enough := range map[tsp.Capability]tsp.Settings{createVehicle: beta, createDVIR: dvirSettings} {
		if actions[c].Lacks(nil) == "" || actions[c].Lacks(enough) != "" {
			t.Errorf("%s: %q without and %q with the setting", c, actions[c].Lacks(nil), actions[c].Lacks(enough))
		}
	}
}

func TestACallerIsToldWhatItMayNotExpect(t *testing.T) {
	t.Parallel()
	const noField = "not sent to Samsara: its dashboard users have a name, an e-mail address and roles only"
	noDriver := tsp.Warning{Path: "driver_id", Dropped: true,
		Message: "not sent to Samsara: its mechanics' inspections have no driver; the connection's setting dvir_author_id signs"}
	for _, c := range []struct {
		of       tsp.Capability
		settings tsp.Settings
		body     string
		want     []tsp.Warning
	}{
		{createUser, nil, aDriver, []tsp.Warning{{Path: "username", Message: "Samsara demands a password of a driver: the driver gets a random one that is shown nowhere; " +
			"reset it in Samsara, or give the connection's setting initial_driver_password"}}},
		{createUser, tsp.Settings{"initial_driver_password": "*****"}, aDriver, []tsp.Warning{{Path: "username",
			Message: "Samsara demands a password of a driver: it gets the one of the connection's setting initial_driver_password"}}},
		{createUser, roles, with(anAdmin, `"username":"dana"`, `"phone_number":"1"`), []tsp.Warning{{Path: "username", Message: noField, Dropped: true}, {Path: "phone_number", Message: noField, Dropped: true}}},
		{updateUser, nil, `{"first_name":"Vincent","last_name":"van Gogh"}`, []tsp.Warning{{Path: "last_name",
			Message: `Samsara keeps one name, which is divided before its last word when it is read: "Vincent van" and "Gogh"`}}},
		{updateUser, nil, `{"first_name":"Mary Ann","last_name":"Lee"}`, nil},
		{createVehicle, beta, `{"vehicle_name":"T","vin":"FUJA6BD31LJ"}`, []tsp.Warning{{Path: "vin",
			Message: "has not the 17 characters of a VIN, so it becomes the serial number of Samsara's asset, which its vehicles do not show"}}},
		{createDVIR, nil, with(aDVIR, `"defects":["horn"]`), []tsp.Warning{noDriver, {Path: "is_safety_critical",
			Message: "is not given, and each of Samsara's inspections is safe or unsafe: this one is called unsafe, because of the defects"}}},
		{createDVIR, nil, with(aDVIR, `"defects":["horn"]`, `"is_safety_critical":true`), []tsp.Warning{noDriver}},
		{createDVIR, nil, with(aDVIR, `"odometer_unit":"miles"`), []tsp.Warning{noDriver, {Path: "is_safety_critical",
			Message: "is not given, and each of Samsara's inspections is safe or unsafe: this one is called safe, because no defect is told"},
			{Path: "odometer_unit", Message: "not sent to Samsara: it is the unit of odometer, which is not given", Dropped: true}}},
		{createFuel, nil, with(aFuel, `"fuel_type":"LPG"`), []tsp.Warning{{Path: "fuel_type", Message: "is Propane at Samsara, which has no word for LPG"}}},
		{createFuel, nil, with(aFuel, `"fuel_type":"HYBRID"`), []tsp.Warning{{Path: "fuel_type", Message: "is Other at Samsara, which has no word for HYBRID"}}},
		{createFuel, nil, with(aFuel, `"fuel_type":"LNG"`), nil},
		{createFuel, nil, with(aFuel, `"latitude":1`, `"longitude":2`), []tsp.Warning{
			{Path: "latitude", Message: "not sent to Samsara: it takes one location, and location_string is given", Dropped: true},
			{Path: "longitude", Message: "not sent to Samsara: it takes one location, and location_string is given", Dropped: true}}},
	} {
		if diff := cmp.Diff(c.want, applied(t, c.of, c.settings, c.body).Warnings); diff != "" {
			t.Errorf("%s %s: warnings differ (-want +got):\n%s", c.of, c.body, diff)
		}
	}
}

// sentBody returns the body of the last request of a write.
func sentBody(t *testing.T, c tsp.Capability, settings tsp.Settings, body string) string {
	t.Helper()
	s, r := sessionWith(t, settings, succeed)
	if _, err := s.Write(t.Context(), write(t, c, body)); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return r.requests[len(r.requests)-1].Body
}

func TestVolumesAreConvertedExactly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ volume, unit, want string }{
		{"50", "LITER", "50"},
		{"0.1", "LITER", "0.1"},
		{"1e2", "LITER", "100"},
		{"1", "US_GALLON", "3.785411784"},
		{"63.7", "US_GALLON", "241.1307306408"},
		{"10", "IMPERIAL_GALLON", "45.4609"},
		{"0.35", "CUBIC_METER", "350"},
		{"0.0000001", "CUBIC_METER", "0.0001"},
	} {
		body := sentBody(t, createFuel, nil, with(aFuel, `"fuel_volume":`+c.volume, `"fuel_volume_unit":"`+c.unit+`"`))
		if !strings.Contains(body, `"fuelQuantityLiters":"`+c.want+`"`) {
			t.Errorf("%s %s: %s, want %s litres", c.volume, c.unit, body, c.want)
		}
	}
	for cost, want := range map[string]string{"80.50": "80.5", `"612.40"`: "612.4", `".5"`: "0.5", `"+7."`: "7", "1e3": "1000", "0": "0"} {
		if body := sentBody(t, createFuel, nil, with(aFuel, `"total_cost":`+cost)); !strings.Contains(body, `"amount":"`+want+`"`) {
			t.Errorf("a cost of %s: %s, want %s", cost, body, want)
		}
	}
}

func TestDistancesAreWholeMetres(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ odometer, unit, want string }{
		{"100", "miles", "160934"},
		{"100.5", "miles", "161739"},
		{"12.3456", "kilo_meters", "12346"},
		{"12.3455", "kilo_meters", "12346"},
		{"9182.4", "meters", "9182"},
		{"0", "meters", "0"},
	} {
		body := sentBody(t, createDVIR, dvirSettings, with(aDVIR, `"odometer":`+c.odometer, `"odometer_unit":"`+c.unit+`"`))
		if !strings.Contains(body, `"odometerMeters":`+c.want+`}`) {
			t.Errorf("%s %s: %s, want %s metres", c.odometer, c.unit, body, c.want)
		}
	}
}

func TestEveryFuelTypeHasASamsaraType(t *testing.T) {
	t.Parallel()
	schema, _ := resource.For(resource.KindFuelTransaction, resource.Create)
	for _, kind := range schema.Field("fuel_type").Values {
		if body := sentBody(t, createFuel, nil, with(aFuel, `"fuel_type":"`+kind+`"`)); !strings.Contains(body, `"iftaFuelType":"`) {
			t.Errorf("%s is sent as %s", kind, body)
		}
	}
}

func TestAnInspectionWithDefectsIsUnsafe(t *testing.T) {
	t.Parallel()
	for members, want := range map[string]string{
		``:                           "safe",
		`"is_safety_critical":true`:  "unsafe",
		`"is_safety_critical":false`: "safe",
		`"defect_count":2`:           "unsafe",
		`"defect_count":0`:           "safe",
		`"defects":["brakes"]`:       "unsafe",
		`"defect_count":0,"is_safety_critical":false`: "safe",
		`"defects":[],"is_safety_critical":false`:     "safe",
		`"defect_count":2,"is_safety_critical":null`:  "unsafe",
	} {
		body := aDVIR
		if members != "" {
			body = strings.TrimSuffix(aDVIR, "}") + "," + members + "}"
		}
		if got := sentBody(t, createDVIR, dvirSettings, body); !strings.Contains(got, `"safetyStatus":"`+want+`"`) {
			t.Errorf("%s: %s, want %s", members, got, want)
		}
	}
}
