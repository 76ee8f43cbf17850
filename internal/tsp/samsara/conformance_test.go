package samsara_test

import (
	"testing"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/samsara"
	"github.com/waybill-dev/waybill/internal/tsp/samsara/sim"
	"github.com/waybill-dev/waybill/internal/tsp/tsptest"
)

func TestSamsaraConforms(t *testing.T) {
	tsptest.Run(t, tsptest.Config{
		New:       samsara.New,
		Simulator: sim.New,
		Collections: map[resource.Kind][]string{
			resource.KindVehicle: {"vehicles"}, resource.KindTrailer: {"trailers"}, resource.KindUser: {"drivers", "users"},
			resource.KindMessage: {"messages"}, resource.KindGroupMessage: {"messages"}, resource.KindDvirLog: {"dvirs"},
			resource.KindFuelTransaction: {"fuel-purchases"},
		},
		Golden: "testdata/conformance",
		Settings: tsp.Settings{"asset_route": "beta", "dvir_author_id": "48400010", "initial_driver_password": "first-Pass-7",
			"dashboard_role_ids": []string{"23d4d8d3-dc10-4e7a-a183-69968751f23e"}},
		Renewable: tsp.Credentials{Kind: "samsara", Fields: map[string]string{
			"client_id": "samsara-demo-client", "client_secret": "samsara-demo-secret", "auth_code": "samsara-demo-code"}},
		Values: values(),
		Except: map[string]string{
			"paced/create trailer": "settings and payload choose between two calls; the spec declares the limits of the usual one",
		},
		OpenAPI: openAPI,
	})
}

// values are samples that suit Samsara.
func values() map[string][]string {
	return map[string][]string{
		// VINs are unique, and the simulator knows the makers of some.
		"vin":                {`"1HGBH41JXMN109186"`, `"2HGES16575H591234"`},
		"create vehicle.vin": {"", `"1HGBH41JXMN109186"`, `"2HGES16575H591234"`},
		"create trailer.vin": {"", `"1HGBH41JXMN109186"`, `"2HGES16575H591234"`},
		"update vehicle.oem": {`"Freightliner"`, `"Freightliner Trucks"`},
		// The two must not contradict each other.
		"create user.status": {"", `"INACTIVE"`, `"ACTIVE"`}, "update user.status": {"", `"INACTIVE"`, `"ACTIVE"`},
		// Coordinates are sent only where there is no text.
		"location_string": {"", `"1 De Haro St, San Francisco"`, `"2 De Haro St, San Francisco"`},
	}
}
