package samsara_test

import (
	"net/http"
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
			resource.KindFuelTransaction: {"fuel-purchases"}, resource.KindDriverVehicleAssociation: {"driver-vehicle-assignments"},
		},
		Golden: "testdata/conformance",
		Settings: tsp.Settings{"asset_route": "beta", "dvir_author_id": "48400010", "initial_driver_password": "first-Pass-7",
			"dashboard_role_ids":             []string{"23d4d8d3-dc10-4e7a-a183-69968751f23e"},
			"license_plate_region_attribute": "Plate state", "license_plate_country_attribute": "Plate country",
			"status_attribute": "Availability", "total_axles_attribute": "Axles", "engine_type_attribute": "Fuel",
			"engine_vin_attribute": "Engine number", "user_designation_attribute": "Job title", "country_code_attribute": "Country",
			"license_country_attribute": "License country", "license_expiration_attribute": "License expires"},
		Renewable: tsp.Credentials{Kind: "samsara", Fields: map[string]string{
			"client_id": "samsara-demo-client", "client_secret": "samsara-demo-secret", "auth_code": "samsara-demo-code"}},
		Values: values(), Replies: replies(),
		Except: map[string]string{
			"paced/create trailer": "settings and payload choose between two calls; the spec declares the limits of the usual one",
			"paced/update user":    "where a setting names an attribute, the driver is read first; the spec declares the limits of the usual call",
			"paced/update vehicle": "where a setting names an attribute, the vehicle is read first; the spec declares the limits of the usual call",
		},
		// Only the list of vehicles has the times.
		Volatile: []string{"createdAtTime", "updatedAtTime"},
		OpenAPI:  openAPI,
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

// replies are the forms of Samsara's errors; the legacy endpoints pass on those of an internal call.
func replies() []tsptest.Reply {
	refused := func(status int, class tsp.Class, body string) tsptest.Reply {
		return tsptest.Reply{Name: body, Status: status, Body: body, Class: class}
	}
	return []tsptest.Reply{
		refused(http.StatusBadRequest, tsp.Rejected, `{"message":"Invalid value for name.","requestId":"r-1"}`),
		refused(http.StatusUnauthorized, tsp.Unauthorized, `{"message":"Invalid token.","requestId":"r-2"}`),
		refused(http.StatusForbidden, tsp.Forbidden, `{"message":"This token lacks the scope.","requestId":"r-3"}`),
		refused(http.StatusNotFound, tsp.Missing, `{"message":"Object not found.","requestId":"r-4"}`),
		refused(http.StatusBadRequest, tsp.Rejected, `rpc error: code = InvalidArgument desc = text is empty`),
		refused(http.StatusBadRequest, tsp.Missing, `rpc error: code = NotFound desc = no such driver`),
		refused(http.StatusBadRequest, tsp.Forbidden, `rpc error: code = PermissionDenied desc = no`),
		refused(http.StatusBadRequest, tsp.Unknown, `rpc error: code = Unavailable desc = transport is closing`),
		refused(http.StatusBadRequest, tsp.Unknown, `rpc error: code = DeadlineExceeded desc = context deadline exceeded`),
		refused(http.StatusBadRequest, tsp.Unknown, `rpc error: code = ResourceExhausted desc = too many`),
		refused(http.StatusInternalServerError, tsp.Unknown, `Internal Server Error`),
	}
}
