package motive_test

import (
	"net/http"
	"testing"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/motive"
	"github.com/waybill-dev/waybill/internal/tsp/motive/sim"
	"github.com/waybill-dev/waybill/internal/tsp/tsptest"
)

func TestMotiveConforms(t *testing.T) {
	tsptest.Run(t, tsptest.Config{
		New: motive.New, Simulator: sim.New, Replies: replies(), Golden: "testdata", OpenAPI: "../../../../shared/tsp-specs/motive.hand-written.openapi.json",
		Collections: map[resource.Kind][]string{resource.KindVehicle: {"vehicles"}, resource.KindTrailer: {"assets"}, resource.KindUser: {"users"},
			resource.KindMessage: {"messages_to_one"}, resource.KindGroupMessage: {"messages_to_several"}, resource.KindFuelTransaction: {"fuel_purchases"},
			resource.KindDvirLog: {"inspection_reports"}, resource.KindDriverVehicleAssociation: {"permanent_drivers"}},
		Except: map[string]string{
			"fields/create driver_vehicle_association/ended_at": "Motive keeps no times; that there is an end takes the driver off the vehicle",
		},
		Wide:     map[string]bool{"wide_messages": true},
		Formats:  []string{"user_email"},
		Beside:   []string{"external_ids"},
		Settings: tsp.Settings{"trailer_length_unit": "feet", "initial_password": "First-password-1"},
		Renewable: tsp.Credentials{Kind: "motive", Fields: map[string]string{"client_id": "motive-demo-client", "client_secret": "motive-demo-secret",
			"auth_code": "motive-demo-code", "redirect_uri": "https://app.example/motive/callback"}},
		Values: map[string][]string{"trailer_type": {`"flatbed"`, `"Reefer"`, `"tanker"`}, "default_time_zone": {`"America/Denver"`, `"America/Toronto"`}, "odometer_unit": {`"miles"`, `"kilo_meters"`}, "create trailer.status": {`"in_service"`, `"Out of service"`},
			"update trailer.status": {`"in_service"`, `"Out of service"`}, "transaction_jurisdiction": {`"TX"`, `"CA"`}, "currency": {`"USD"`, `"CAD"`},
			"create vehicle.status": {`"IN_SERVICE"`, `"IN_REPAIR"`}, "update vehicle.status": {`"IN_SERVICE"`, `"IN_REPAIR"`},
			// The driver of the samples is on no vehicle, and need not be taken off.
			"create driver_vehicle_association.ended_at": {"", `"2026-11-23T11:40:00Z"`},
			"vin": {`"4V4NC9EH5LN215999"`, `"1UYVS2530GU512309"`}, "country_code": {`"USA"`, `"MEX"`},
			"hos_compliance_type": {`"non_exempt"`, `"exempt"`}, "hos_ruleset_code": {`"US_INT_OILWL_60_7"`, `"CA_FED_C2_120_14"`}},
	})
}

// replies are the forms of Motive's errors.
func replies() []tsptest.Reply {
	refused := func(status int, class tsp.Class, body string) tsptest.Reply {
		return tsptest.Reply{Name: body, Status: status, Body: body, Class: class}
	}
	return []tsptest.Reply{
		refused(http.StatusBadRequest, tsp.Unauthorized, `{"error_message":"invalid API key"}`),
		refused(http.StatusUnauthorized, tsp.Unauthorized, `{"error_message":"invalid API key"}`),
		refused(http.StatusBadRequest, tsp.Rejected, `{"error_message":"number has already been taken"}`),
		refused(http.StatusUnprocessableEntity, tsp.Rejected, `{"error":"vin is invalid"}`),
		refused(http.StatusBadRequest, tsp.Rejected, `{"error":{"message":"vin is invalid"}}`),
		refused(http.StatusBadRequest, tsp.Rejected, `{"messages":["vin is invalid","year is invalid"]}`),
		refused(http.StatusForbidden, tsp.Forbidden, `{"error":"insufficient_scope","error_description":"needs vehicles.manage"}`),
		refused(http.StatusNotFound, tsp.Missing, `{"error_message":"resource not found"}`),
	}
}
