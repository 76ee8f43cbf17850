package samsara_test

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// updating tells whether golden files are to be written anew; the flag is that of the suite.
func updating() bool { return flag.Lookup("update").Value.String() == "true" }

// call is one call of the adapter and the connection's settings.
type call struct {
	settings tsp.Settings
	make     func(t *testing.T, s tsp.Session) error
}

// calls are kinds of requests that the adapter makes, by the name of their golden file. Those of
// a write of all fields and of as few as can be are in the conformance suite's files.
var calls = map[string]call{
	"message":             {nil, writes(createMessage, "hello")},
	"message_unicode":     {nil, writes(createMessage, "Fahr zum Dock 7 \u2014 \U0001F69B <b>\"now\"</b> & call\n\t\\o/")},
	"group":               {nil, writes(createGroup, `{"sender_id":`+ourDriver+`,"recipient_ids":[`+ourDriver+`,`+ourVehicle+`],"message_text":"hello"}`)},
	"vehicle":             {nil, writes(updateVehicle, `{"vehicle_name":"Truck 7","vin":"1FUJA6BD31LJ09646","license_plate_number":"XHK1234","notes":"new tyres","external_id":"T-7"}`)},
	"vehicle_one":         {nil, writes(updateVehicle, `{"notes":"new tyres"}`)},
	"vehicle_cleared":     {nil, writes(updateVehicle, `{"license_plate_number":null,"notes":null}`)},
	"vehicle_nothing":     {nil, writes(updateVehicle, `{"is_active":true,"engine_type":"DIESEL"}`)},
	"vehicle_asset":       {beta, writes(updateVehicle, `{"oem":"Ford","model_year":2024}`)},
	"vehicle_both":        {beta, writes(updateVehicle, `{"notes":"n","model_type":"F150"}`)},
	"vehicle_tagged":      {tsp.Settings{"tag_scoped_token": true}, writes(updateVehicle, `{"notes":"n"}`)},
	"vehicle_new":         {tsp.Settings{"asset_route": "beta", "default_tag_ids": []string{"3920"}, "external_id_key": "tms"}, writes(createVehicle, `{"vehicle_name":"Truck 8","vin":"1FUJA6BD31LJ09646","oem":"Freightliner","external_id":"T-8"}`)},
	"vehicle_new_legacy":  {beta, writes(createVehicle, `{"vehicle_name":"Truck 8","vin":"FUJA6BD31LJ"}`)},
	"trailer_new":         {nil, writes(createTrailer, `{"trailer_name":"T 1","vin":"1UYVS2530GU512301","oem":"Utility","external_id":"t1"}`)},
	"trailer_new_asset":   {beta, writes(createTrailer, `{"trailer_name":"T 1","vin":"1UYVS2530GU512301","oem":"Utility"}`)},
	"trailer_new_serial":  {beta, writes(createTrailer, `{"trailer_name":"T 1","vin":"530GU512301"}`)},
	"trailer":             {nil, writes(updateTrailer, `{"vin":"1UYVS2530GU512301","oem":"Utility","notes":null}`)},
	"trailer_both":        {beta, writes(updateTrailer, `{"vin":"1UYVS2530GU512301","oem":"Utility"}`)},
	"trailer_asset":       {beta, writes(updateTrailer, `{"model_type":"4000D"}`)},
	"driver_inactive":     {tsp.Settings{"default_tag_ids": []string{"3920", "3921"}}, writes(createUser, `{"first_name":"Ann","last_name":"Lee","username":"ann.lee","status":"INACTIVE","hos_ruleset_code":"US_INT_PROP_70_8"}`)},
	"driver_ruleset":      {tsp.Settings{"hos_rulesets": true}, writes(createUser, `{"first_name":"Ann","last_name":"Lee","username":"ann.lee","license_region":"ca","hos_ruleset_code":"US_INT_PROP_70_8","hos_compliance_type":"non_exempt"}`)},
	"driver_cleared":      {tsp.Settings{"hos_rulesets": true}, writes(updateUser, `{"hos_ruleset_code":null,"notes":null,"phone_number":null,"hos_compliance_type":"non_exempt","is_active":true}`)},
	"driver_first_name":   {nil, writes(updateUser, `{"first_name":"Anna"}`)},
	"driver_last_name":    {tsp.Settings{"tag_scoped_token": true}, writes(updateUser, `{"last_name":"Ngo"}`)},
	"dashboard_user":      {roles, writes(createUser, `{"first_name":"Dana","last_name":"Lee","user_email":"dana@acme.example","is_driver":false}`)},
	"dvir":                {dvirSettings, writes(createDVIR, `{"driver_id":`+ourDriver+`,"trailer_id":`+ourTrailer+`,"defects":["brakes","lights_rear"],"occurred_at":"2026-11-23T08:00:00+01:00","odometer":100.5,"odometer_unit":"miles","driver_comment":"pulls left"}`)},
	"fuel_coordinates":    {nil, writes(createFuel, `{`+fuelReferences+`,"latitude":40.748441,"longitude":-73.985664e0,"fuel_volume":50,"fuel_volume_unit":"US_GALLON","total_cost":"+.50","currency":"usd","transaction_time":"2026-11-23T08:00:00.5-07:00","fuel_type":"LNG"}`)},
	"check":               {nil, func(t *testing.T, s tsp.Session) error { _, err := s.Check(t.Context(), &pacer{}); return err }},
	"find":                {nil, finds(createMessage, "hello")},
	"find_driver":         {nil, finds(createUser, `{"first_name":"Ann","last_name":"Lee","username":"ann.lee"}`)},
	"find_vehicle":        {beta, finds(createVehicle, `{"vehicle_name":"Truck 8"}`)},
	"find_trailer":        {nil, finds(createTrailer, `{"trailer_name":"T 1"}`)},
	"find_dvir":           {dvirSettings, finds(createDVIR, `{"driver_id":`+ourDriver+`,"vehicle_id":`+ourVehicle+`}`)},
	"find_dashboard":      {roles, finds(createUser, `{"first_name":"Dana","last_name":"Lee","user_email":"dana@acme.example","is_driver":false}`)},
	"list_vehicles":       {nil, lists(resource.KindVehicle, "")},
	"list_trailers":       {nil, lists(resource.KindTrailer, "")},
	"list_trailer_assets": {beta, lists(resource.KindTrailer, "")},
	"list_active":         {nil, lists(resource.KindUser, "")},
	"list_deactivated":    {nil, lists(resource.KindUser, "deactivated:")},
	"list_users":          {nil, lists(resource.KindUser, "users:")},
	"list_next":           {nil, lists(resource.KindUser, "deactivated:Mj:kY=&")},
}

const fuelReferences = `"driver_id":` + ourDriver + `,"vehicle_id":` + ourVehicle

var dvirSettings = tsp.Settings{"dvir_author_id": "48400010", "dvir_unknown_is_mechanic": true}

func writes(c tsp.Capability, body string) func(*testing.T, tsp.Session) error {
	return func(t *testing.T, s tsp.Session) error {
		_, err := s.Write(t.Context(), some(t, c, body))
		return err
	}
}

func finds(c tsp.Capability, body string) func(*testing.T, tsp.Session) error {
	return func(t *testing.T, s tsp.Session) error {
		_, _, err := s.(tsp.Finder).Find(t.Context(), some(t, c, body))
		return err
	}
}

// some makes a write; of messages the body is the text.
func some(t *testing.T, c tsp.Capability, body string) tsp.Write {
	if c == createMessage {
		return message(t, body)
	}
	return write(t, c, body)
}

func lists(kind resource.Kind, cursor string) func(*testing.T, tsp.Session) error {
	return func(t *testing.T, s tsp.Session) error {
		_, err := s.List(t.Context(), tsp.List{Kind: kind, Cursor: cursor, Pace: &pacer{}})
		return err
	}
}

func TestEachRequestIsAsInItsGoldenFile(t *testing.T) {
	t.Parallel()
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, r := sessionWith(t, call.settings, succeed)
			if err := call.make(t, s); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", name+".http")
			got := dump(r.requests)
			if updating() {
				if err := os.WriteFile(file, got, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("the request differs (-want +got), run with -update if that is right:\n%s", diff)
			}
		})
	}
}

// dump shows requests with their headers in order and without what the connection adds.
func dump(requests []sent) []byte {
	var out bytes.Buffer
	for _, r := range requests {
		fmt.Fprintf(&out, "%s %s\n", r.Method, r.URI)
		for _, name := range slices.Sorted(maps.Keys(r.Header)) {
			if name != "Accept-Encoding" && name != "Content-Length" {
				fmt.Fprintf(&out, "%s: %s\n", name, strings.Join(r.Header[name], ", "))
			}
		}
		if r.Body != "" {
			fmt.Fprintf(&out, "\n%s\n", r.Body)
		}
	}
	return out.Bytes()
}

func TestNoneOfOurIDsIsSent(t *testing.T) {
	t.Parallel()
	for name, call := range calls {
		s, r := sessionWith(t, call.settings, succeed)
		if err := call.make(t, s); err != nil {
			t.Fatal(err)
		}
		// All ids of the fixtures begin alike.
		if text := string(dump(r.requests)); strings.Contains(text, connectionID[:18]) {
			t.Errorf("%s sends one of our ids:\n%s", name, text)
		}
	}
}
