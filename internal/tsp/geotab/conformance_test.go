package geotab_test

import (
	"slices"
	"testing"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/geotab"
	"github.com/waybill-dev/waybill/internal/tsp/geotab/sim"
	"github.com/waybill-dev/waybill/internal/tsp/simkit"
	"github.com/waybill-dev/waybill/internal/tsp/tsptest"
)

func TestGeotabConforms(t *testing.T) {
	tsptest.Run(t, tsptest.Config{
		New: geotab.New, Golden: "testdata", Replies: replies(),
		Simulator: func(o simkit.Options) (simkit.Simulator, error) { return sim.New(o) },
		Collections: map[resource.Kind][]string{resource.KindVehicle: {"vehicles"}, resource.KindTrailer: {"trailers"}, resource.KindUser: {"users"},
			resource.KindMessage: {"text-messages"}, resource.KindGroupMessage: {"text-messages"}, resource.KindDvirLog: {"dvir-logs"},
			resource.KindFuelTransaction: {"fuel-transactions"}, resource.KindDriverVehicleAssociation: {"driver-changes"}},
		Beside: []string{"user-hos-rule-sets"},
		Wide:   map[string]bool{"wide_searches": true},
		Settings: tsp.Settings{"defect_list_id": "b278A", "trailer_defect_list_id": "b2800", "initial_password": "first-Pass-7",
			"user_security_group_id": "GroupViewOnlySecurityId", "oem_property": "Make", "model_type_property": "b2",
			"model_year_property": "Year", "status_property": "Status", "total_axles_property": "Axles",
			"external_id_property": "TMS number", "license_plate_country_property": "Plate country",
			"trailer_type_property": "Trailer type", "trailer_length_property": "Trailer length"},
		Unknown: tsp.Settings{"time_zone": "Nowhere/Town", "defect_ids": []string{"brakes=b9999"}, "oem_property": "Maker", "trailer_type_property": "b9999"},
		// Geotab makes a new version of what is set, whether that changes it or not.
		Volatile: []string{"version"},
		Classes:  fronts(),
		// Geotab has no defects without names.
		Values: map[string][]string{"defect_count": {"1", "0"}},
		// A message has one reply at most, and only drivers have a licence.
		Sources:  map[string][]resource.SourceID{"reply_to_message_id": {"", "b1", "b4"}, "update user": {"b2"}},
		Capitals: []string{"currency", "eld_serial_number", "country_code"},
		Except: map[string]string{"decoys/create dvir_log/time": "an inspection tells its own time, and Geotab does not tell when it was sent",
			"decoys/create driver_vehicle_association/time": "that a driver has a vehicle from a time on is a state, whoever has said it and when"},
	})
}

// fronts are the statuses with which Geotab itself answers nothing: whoever does let nothing through.
func fronts() map[int]tsp.Class {
	all := map[int]tsp.Class{}
	for status := 400; status < 500; status++ {
		if !slices.Contains([]int{401, 408, 413, 429}, status) {
			all[status] = tsp.Unavailable
		}
	}
	return all
}

// replies are errors as Geotab makes them, with status 200.
func replies() []tsptest.Reply {
	var all []tsptest.Reply
	for class, errors := range map[tsp.Class][][2]string{
		tsp.Unauthorized: {{"InvalidUserException", "Incorrect login credentials @ 'demo'"}, {"ExpiredPasswordException", "changed"}},
		tsp.Forbidden:    {{"InvalidPermissionsException", "The user does not have the necessary permissions"}},
		tsp.Throttled:    {{"OverLimitException", quota}},
		tsp.Unavailable: {{"DbUnavailableException", "UnknownDatabase"}, {"DbUnavailableException", "ConnectionFailure"},
			{"ServiceUnavailableException", "later"}},
		tsp.Unknown: {{"GenericException", "An unexpected error"}, {"DbUnavailableException", "OperationAborted"}},
		tsp.Rejected: {{"ArgumentException", "name"}, {"DuplicateException", "exists"}, {"DuplicateUserException", "exists"},
			{"OverLimitException", "Supplied results limit (50001) exceeds maximum limit (50000)."}},
		tsp.Broken: {{"MissingMethodException", "The method could not be found"}},
	} {
		for _, e := range errors {
			all = append(all, tsptest.Reply{Name: e[0] + " " + e[1], Body: thrown(e[0], e[1]), Class: class})
		}
	}
	return all
}
