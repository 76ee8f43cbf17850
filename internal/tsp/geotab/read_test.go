package geotab_test

import (
	"strings"
	"testing"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/tsptest"
)

// database answers with one entity to every Get and GetFeed of its type, and with what else readers ask for.
func database(typeName, entity string) func(asked) string {
	return func(a asked) string {
		switch a.name {
		case "Get " + typeName:
			return `{"result":[` + entity + `],"jsonrpc":"2.0"}`
		case "GetFeed " + typeName:
			return `{"result":{"data":[` + entity + `],"toVersion":"000000000000000A"},"jsonrpc":"2.0"}`
		case "Get Group":
			if strings.Contains(a.body, `"b278A"`) {
				return defectList
			}
			if strings.Contains(a.body, `"GroupSecurityId"`) {
				return `{"result":[{"id":"GroupDriveUserSecurityId","name":"Drive User"}],"jsonrpc":"2.0"}`
			}
			return `{"result":[{"id":"b2781","name":"West"},{"id":"GroupVehicleId","name":"Vehicle"}],"jsonrpc":"2.0"}`
		case "Get Property":
			return `{"result":[{"id":"p1","name":"Make","propertyType":"String","maxLength":9,"propertySet":{"id":"s1"}},` +
				`{"id":"p2","name":"Year","propertyType":"Integer","propertySet":{"id":"s1"}}],"jsonrpc":"2.0"}`
		case "Get Device":
			return `{"result":[{"id":"b7"}],"jsonrpc":"2.0"}`
		}
		return ""
	}
}

// reads lists the one record of a kind.
func reads(t *testing.T, kind resource.Kind, typeName, entity string, set tsp.Settings) tsp.Record {
	t.Helper()
	geotab := &stub{answer: database(typeName, entity)}
	page, err := geotab.session(t, "", set).List(t.Context(), tsp.List{Kind: kind, Since: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), Pace: tsptest.Free{}})
	if err != nil || len(page.Records) != 1 || page.Next != "" {
		t.Fatalf("%s: %+v, %v", entity, page, err)
	}
	return page.Records[0]
}

// holding demands members of a record's fields, as JSON; "" is one that is not there.
func holding(t *testing.T, r tsp.Record, want map[string]string) {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal(r.Fields, &fields); err != nil {
		t.Fatal(err)
	}
	for member, text := range want {
		got := ""
		if value, ok := fields[member]; ok {
			spelt, _ := json.Marshal(value, json.Deterministic(true))
			got = string(spelt)
		}
		if got != text {
			t.Errorf("%s is %s, want %s, in %s", member, got, text, r.Fields)
		}
	}
}

func TestADeviceShowsItsGroupsHardwareTankEngineAndCustomProperties(t *testing.T) {
	t.Parallel()
	const device = `{"id":"b1","name":"T-900","serialNumber":"G9","deviceType":"GO9","productId":120,"hardwareId":77,"fuelTankCapacity":378.5,` +
		`"groups":[{"id":"b2781"},{"id":"GroupVehicleId"},{"id":"GroupDieselId"}],"activeTo":"2050-01-01T00:00:00.000Z",` +
		`"customProperties":[{"property":{"id":"p1","propertySet":{"id":"s1"}},"value":"Volvo"},{"property":{"id":"p2"},"value":2022}]}`
	set := tsp.Settings{"oem_property": "Make", "model_year_property": "p2", "trailer_type_property": "Make"}
	holding(t, reads(t, resource.KindVehicle, "Device", device, set), map[string]string{
		"vehicle_groups": `{"GroupDieselId":"GroupDieselId","GroupVehicleId":"Vehicle","b2781":"West"}`, "eld_product_id": `"120"`, "eld_id": `"77"`,
		"eld_device_type": `"GO9"`, "fuel_capacity": `"378.5"`, "fuel_unit": `"liters"`, "engine_type": `"DIESEL"`, "oem": `"Volvo"`,
		"model_year": `2022`, "trailer_type": "", "trailer_groups": "",
	})
	const bare = `{"id":"b1","name":"T-900","serialNumber":"","deviceType":"None","productId":-1,"groups":[{"id":"GroupTrailerId"}],"customProperties":[]}`
	holding(t, reads(t, resource.KindTrailer, "Device", bare, set), map[string]string{
		"trailer_name": `"T-900"`, "trailer_groups": `{"GroupTrailerId":"GroupTrailerId"}`, "eld_product_id": "", "eld_id": "", "eld_device_type": "",
		"fuel_capacity": "", "engine_type": "", "oem": "", "vehicle_groups": "",
	})
}

func TestAUserShowsItsRuleSetAndGroups(t *testing.T) {
	t.Parallel()
	const user = `{"id":"b2","name":"ada@x.example","isDriver":true,"hosRuleSet":"America8DayBig","companyGroups":[{"id":"b2781","children":[]}],` +
		`"securityGroups":[{"id":"GroupDriveUserSecurityId"}],"reportGroups":[],"privateUserGroups":[{"id":"b2F"}],"countryCode":"mx"}`
	holding(t, reads(t, resource.KindUser, "User", user, nil), map[string]string{
		"hos_ruleset_code": `"US_INT_PROP_70_8_BIG"`, "company_groups": `{"b2781":"West"}`, "report_groups": `{}`, "private_user_groups": `{"b2F":"b2F"}`,
		"security_groups": `{"GroupDriveUserSecurityId":"Drive User"}`, "country_code": `"MEX"`, "user_email": `"ada@x.example"`,
	})
}

func TestGroupsWhoseNamesMayNotBeSeenShowTheirIDs(t *testing.T) {
	t.Parallel()
	names := database("Device", `{"id":"b1","name":"T-900","groups":[{"id":"b2781"}]}`)
	geotab := &stub{answer: func(a asked) string {
		if a.name == "Get Group" {
			return thrown("InvalidPermissionsException", "no")
		}
		return names(a)
	}}
	session := geotab.session(t, "", nil)
	for range 2 {
		page, err := session.List(t.Context(), tsp.List{Kind: resource.KindVehicle, Pace: tsptest.Free{}})
		if err != nil {
			t.Fatal(err)
		}
		holding(t, page.Records[0], map[string]string{"vehicle_groups": `{"b2781":"b2781"}`})
	}
	if got := geotab.names(); got != "Authenticate, Get Device, Get Group, Get Device" {
		t.Errorf("the calls are %s; names are asked for once", got)
	}
}

func TestEachRuleSetIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	codes := (&stub{}).rulesets(t)
	if len(codes) < 120 {
		t.Fatalf("only %d codes can be written", len(codes))
	}
	for _, code := range codes {
		server := &stub{}
		if _, err := server.writes(t, resource.Update, resource.KindUser, `{"hos_ruleset_code":"`+code+`"}`); err != nil {
			t.Fatal(err)
		}
		_, name, _ := strings.Cut(server.last(), `"hosRuleSet":{"id":"HosRuleSet`)
		name, _, _ = strings.Cut(name, `"`)
		holding(t, reads(t, resource.KindUser, "User", `{"id":"b2","name":"ada","hosRuleSet":"`+name+`"}`, nil), map[string]string{"hos_ruleset_code": `"` + code + `"`})
	}
}

// rulesets are the codes that can be written.
func (s *stub) rulesets(t *testing.T) []string {
	t.Helper()
	return newSpec().Actions[tsp.Capability{Kind: resource.KindUser, Verb: resource.Update}].Uses["hos_ruleset_code"].Values
}

func TestAMessageShowsItsWayAndWhoSpeaks(t *testing.T) {
	t.Parallel()
	const reply = `{"id":"b9","user":{"id":"b3"},"recipient":{"id":"b8"},"parentMessage":{"id":"b2"},"isDirectionToVehicle":false,` +
		`"activeFrom":"2026-11-20T10:00:00.000Z","messageContent":{"contentType":"Normal","message":"At dock 4"},`
	for rest, want := range map[string]map[string]string{
		`"sent":null}`: {"status": `"pending"`, "delivered_at": "", "read_at": ""},
		`"sent":"2050-01-01T00:00:00.000Z","delivered":"9999-12-31T23:59:59.999Z"}`: {"status": `"pending"`, "delivered_at": ""},
		`"sent":"2026-11-20T10:00:05.000Z","delivered":"2050-01-01T00:00:00.000Z"}`: {"status": `"sent"`, "delivered_at": ""},
		`"sent":"2026-11-20T10:00:05.000Z","delivered":"2026-11-20T10:00:30.000Z"}`: {"status": `"delivered"`, "delivered_at": `"2026-11-20T10:00:30.000Z"`},
		`"delivered":"2026-11-20T10:00:30.000Z","read":"2026-11-20T10:02:00.000Z"}`: {"status": `"read"`, "read_at": `"2026-11-20T10:02:00.000Z"`},
		`"markedReadBy":{"id":"b8"}}`: {"message_text": `"At dock 4"`, "sent_by_driver": `true`},
	} {
		r := reads(t, resource.KindMessage, "TextMessage", reply+rest, nil)
		holding(t, r, want)
		names := map[string][]tsp.Named{"sender_id": {{Collection: "users", SourceID: "b3"}}, "recipient_id": {{Collection: "users", SourceID: "b8"}},
			"reply_to_message_id": {{Collection: "messages", SourceID: "b2"}}}
		if diff := cmp.Diff(names, r.Names); diff != "" || r.Collection != "messages" || !r.OccurredAt.Equal(time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)) {
			t.Errorf("%s of %s at %s: %s", r.Collection, r.SourceID, r.OccurredAt, diff)
		}
	}
}

func TestOnlyMessagesOfPeopleAreImported(t *testing.T) {
	t.Parallel()
	geotab := &stub{answer: database("TextMessage", `{"id":"b9","device":{"id":"b1"},"messageContent":{"contentType":"IoxOutput","isRelayOn":true}}`)}
	page, err := geotab.session(t, "", nil).List(t.Context(), tsp.List{Kind: resource.KindMessage, Pace: tsptest.Free{}})
	if err != nil || len(page.Records) != 0 {
		t.Errorf("%+v, %v", page, err)
	}
}

func TestAnInspectionShowsItsDefectsAndWhatWasInspected(t *testing.T) {
	t.Parallel()
	const log = `{"id":"g1","driver":{"id":"b3"},"defectList":{"id":"b278A"},"dateTime":"2026-11-20T10:00:00.000Z","logType":"PostTrip","odometer":16898.112,` +
		`"engineHours":7200,"duration":"1.00:12:30.5","isSafeToOperate":false,"driverRemark":"r","certifyRemark":"c","version":"0A","location":{"location":{"x":-97.7,"y":30.1}},"dVIRDefects":[` +
		`{"defect":{"id":"d1"},"repairStatus":"Repaired"},{"defect":{"id":"p1"},"defectRemarks":[{"remark":"stop_arm"}]},` +
		`{"defect":{"id":"p2"},"defectRemarks":[{"remark":"worn out"}]},{"defect":{"id":"b99"}},{"defect":{"id":"p2"}}],`
	vehicle := reads(t, resource.KindDvirLog, "DVIRLog", log+`"device":{"id":"b1"}}`, tsp.Settings{"defect_ids": []string{"radiator=b99"}})
	holding(t, vehicle, map[string]string{
		"log_type": `"post_trip"`, "odometer": `16898.112`, "odometer_km": `16.898112`, "engine_hours": `2`, "duration_seconds": `87150.5`, "is_safety_critical": `true`,
		"driver_comment": `"r\nBrakes: worn out\nBrakes"`, "certify_comment": `"c"`, "version": `"0A"`, "defect_count": `5`,
		"defects": `["belts_hoses","stop_arm","brakes","radiator"]`, "location": `{"coordinates":[-97.7,30.1],"type":"Point"}`,
	})
	trailer := reads(t, resource.KindDvirLog, "DVIRLog", log+`"device":{"id":"b7"}}`, nil)
	holding(t, trailer, map[string]string{"defects": `["belts_hoses","stop_arm","brakes","other"]`})
	old := reads(t, resource.KindDvirLog, "DVIRLog", log+`"trailer":{"id":"b7"}}`, nil)
	for _, one := range []struct {
		r           tsp.Record
		member, was string
	}{{vehicle, "vehicle_id", "b1"}, {trailer, "trailer_id", "b7"}, {old, "trailer_id", "b7"}} {
		want := map[string][]tsp.Named{"driver_id": {{Collection: "users", SourceID: "b3"}},
			one.member: {{Collection: "devices", SourceID: resource.SourceID(one.was)}}}
		if diff := cmp.Diff(want, one.r.Names); diff != "" {
			t.Error(diff)
		}
	}
}

func TestAnInspectionShowsWhatIsRemarkedOnItsDefects(t *testing.T) {
	t.Parallel()
	const log = `{"id":"g1","device":{"id":"b1"},"driver":{"id":"b3"},"defectList":{"id":"b278A"},"dateTime":"2026-11-20T10:00:00.000Z","logType":"PostTrip",`
	for text, want := range map[string]string{
		`"dVIRDefects":[{"defect":{"id":"p2"},"defectRemarks":[{"remark":"left rear"}]}]}`:                                      `"Brakes: left rear"`,
		`"dVIRDefects":[{"defect":{"id":"p2"},"defectRemarks":[{"remark":"left"},{"remark":"rear"},{"remark":""}]}]}`:           `"Brakes: left; rear"`,
		`"dVIRDefects":[{"defect":{"id":"p2"},"defectRemarks":[{"remark":"brakes"}]}]}`:                                         "",
		`"driverRemark":"slow","dVIRDefects":[{"defect":{"id":"p2"},"defectRemarks":[{"remark":"brakes"},{"remark":"rear"}]}]}`: `"slow\nBrakes: rear"`,
		`"dVIRDefects":[{"defect":{"id":"p2"}},{"defect":{"id":"p2"}}]}`:                                                        `"Brakes"`,
		`"dVIRDefects":[{"defect":{"id":"b99"},"defectRemarks":[{"remark":"odd thing"}]}]}`:                                     `"other: odd thing"`,
	} {
		r := reads(t, resource.KindDvirLog, "DVIRLog", log+text, nil)
		holding(t, r, map[string]string{"driver_comment": want})
	}
}

func TestAPurchaseShowsOnlyWhatWasTold(t *testing.T) {
	t.Parallel()
	const told = `{"id":"b4","device":{"id":"b1"},"driver":{"id":"b2"},"dateTime":"2026-11-20T10:00:00.000Z","volume":37.85411784,"cost":410.20,` +
		`"currencyCode":"CAD","odometer":16.09344,"productType":"LPG","providerProductDescription":"PROPANE","siteName":"Stop","location":{"x":-97.7,"y":30.1}}`
	r := reads(t, resource.KindFuelTransaction, "FuelTransaction", told, nil)
	holding(t, r, map[string]string{"fuel_volume": `37.85411784`, "total_cost": `"410.2"`, "currency": `"CAD"`, "odometer": `16093.44`,
		"fuel_type": `"PROPANE"`, "fuel_vendor": `"Stop"`, "location": `{"coordinates":[-97.7,30.1],"type":"Point"}`})
	if diff := cmp.Diff(map[string][]tsp.Named{"driver_id": {{Collection: "users", SourceID: "b2"}}, "vehicle_id": {{Collection: "devices", SourceID: "b1"}}}, r.Names); diff != "" {
		t.Error(diff)
	}
	const defaults = `{"id":"b4","device":"NoDeviceId","driver":"UnknownDriverId","dateTime":"2026-11-20T10:00:00.000Z","volume":10,"cost":0,"currencyCode":"USD",` +
		`"odometer":0,"productType":"Premium","siteName":"","location":{"x":0,"y":0}}`
	bare := reads(t, resource.KindFuelTransaction, "FuelTransaction", defaults, nil)
	holding(t, bare, map[string]string{"total_cost": "", "odometer": "", "location": "", "fuel_type": `"GASOLINE"`})
	if len(bare.Names) != 0 {
		t.Errorf("it names %v", bare.Names)
	}
}
