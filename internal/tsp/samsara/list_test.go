package samsara_test

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// fleet is a server with that many records in each list, paged as Samsara pages: opaque
// cursors, hasNextPage on a full page, an empty cursor at the end.
func fleet(active, deactivated, users int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		name, total := "user", users
		if r.URL.Path == "/fleet/drivers" {
			name, total = query.Get("driverActivationStatus"), map[string]int{"active": active, "deactivated": deactivated}[query.Get("driverActivationStatus")]
		}
		after, _ := base64.StdEncoding.DecodeString(query.Get("after"))
		from, _ := strconv.Atoi(string(after))
		limit, _ := strconv.Atoi(query.Get("limit"))
		to := min(from+limit, total)
		var records []string
		for i := from; i < to; i++ {
			records = append(records, fmt.Sprintf(`{"id":"%d","name":"%s %d"}`, i+1, name, i+1))
		}
		end := ""
		if to < total {
			end = base64.StdEncoding.EncodeToString([]byte(strconv.Itoa(to)))
		}
		_, _ = fmt.Fprintf(w, `{"data":[%s],"pagination":{"endCursor":%q,"hasNextPage":%v}}`, strings.Join(records, ","), end, to < total)
	}
}

// all reads a whole list and returns its records.
func all(t *testing.T, s tsp.Session, kind resource.Kind) []tsp.Record {
	t.Helper()
	var records []tsp.Record
	for cursor := ""; ; {
		page, err := s.List(t.Context(), tsp.List{Kind: kind, Cursor: cursor, Pace: &pacer{}})
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, page.Records...)
		if cursor = page.Next; cursor == "" {
			return records
		}
	}
}

func TestAllUsersAreReadOverAllPagesAndSweeps(t *testing.T) {
	t.Parallel()
	for _, n := range [][3]int{{1300, 600, 7}, {0, 0, 0}, {100, 100, 100}, {1, 0, 1}} {
		s, _ := session(t, fleet(n[0], n[1], n[2]))
		records := all(t, s, resource.KindUser)
		if len(records) != n[0]+n[1]+n[2] {
			t.Errorf("%v: %d records", n, len(records))
		}
		count := map[string]int{}
		for _, r := range records {
			var f struct {
				IsDriver  bool   `json:"is_driver"`
				IsActive  bool   `json:"is_active"`
				FirstName string `json:"first_name"`
			}
			if err := json.Unmarshal(r.Fields, &f); err != nil {
				t.Fatal(err)
			}
			count[fmt.Sprintf("%s %s %v %v", r.Collection, f.FirstName, f.IsDriver, f.IsActive)]++
		}
		want := map[string]int{"drivers active true true": n[0], "drivers deactivated true false": n[1], "users user false true": n[2]}
		for key, number := range want {
			if count[key] != number {
				t.Errorf("%v: %s: %d, want %d", n, key, count[key], number)
			}
		}
	}
}

func TestRecordsBecomeUnified(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind           resource.Kind
		cursor         string
		source, fields string
	}{
		"a vehicle": {resource.KindVehicle, "",
			`{"id":"7","name":"Truck 7","make":"Ford","model":"F150","year":"2008","vin":"1FUJA6BD31LJ09646","licensePlate":"XHK1234","notes":"n","serial":"VG12345","externalIds":{"payroll":"P","waybill":"T-7"},"esn":"1","gateway":{"serial":"VG12345","model":"VG55NA"},"tags":[{"id":"3921","name":"West"},{"id":"3914","name":"East","parentTagId":"1"}]}`,
			`{"vehicle_name":"Truck 7","oem":"Ford","model_type":"F150","model_year":2008,"vin":"1FUJA6BD31LJ09646","license_plate_number":"XHK1234","is_active":true,"notes":"n","eld_serial_number":"VG12345","eld_device_type":"VG55NA","vehicle_groups":{"3914":"East","3921":"West"},"external_id":"T-7"}`},
		"a vehicle with a number for a year": {resource.KindVehicle, "", `{"id":"7","year":2008}`, `{"model_year":2008,"is_active":true}`},
		"a vehicle without anything":         {resource.KindVehicle, "", `{"id":"7","year":"","externalIds":null}`, `{"is_active":true}`},
		"a trailer": {resource.KindTrailer, "",
			`{"id":"7","name":"T 1","trailerSerialNumber":"8V8WD530FLN016251","licensePlate":"7TYP290","notes":"n","externalIds":{"waybill":"X"},"enabledForMobile":true,"installedGateway":{"serial":"G1","model":"AG52"},"tags":[{"id":"1","name":"Dry"}]}`,
			`{"trailer_name":"T 1","vin":"8V8WD530FLN016251","license_plate_number":"7TYP290","is_active":true,"notes":"n","eld_serial_number":"G1","eld_device_type":"AG52","trailer_groups":{"1":"Dry"},"external_id":"X"}`},
		"a trailer whose VIN the asset has":    {resource.KindTrailer, "", `{"id":"7","trailerSerialNumber":"SN-112","externalIds":{"samsara.vin":"5MC125315H5165489"}}`, `{"vin":"5MC125315H5165489","is_active":true}`},
		"a trailer with an older number":       {resource.KindTrailer, "", `{"id":"7","trailerSerialNumber":"530FLN016251"}`, `{"vin":"530FLN016251","is_active":true}`},
		"a trailer with another serial number": {resource.KindTrailer, "", `{"id":"7","trailerSerialNumber":"SN-1"}`, `{"is_active":true}`},
		"a driver": {resource.KindUser, "active:",
			`{"id":"7","name":"Mary Ann Jones","username":"maj","email":"m@example.com","phone":"5558234327","licenseNumber":"E1","licenseState":"CA","notes":"n","timezone":"America/Los_Angeles","eldYmEnabled":true,"eldPcEnabled":false,"eldAdverseWeatherExemptionEnabled":true,"eldBigDayExemptionEnabled":true,"usDriverRulesetOverride":{"cycle":"USA Property (8/70)","restart":"34-hour Restart","restbreak":"None","usStateToOverride":""},"tags":[{"id":"3914","name":"East"}],"carrierSettings":{"carrierName":"Acme","dotNumber":98231,"mainOfficeAddress":"Pear St."}}`,
			`{"username":"maj","is_active":true,"status":"ACTIVE","is_driver":true,"user_email":"m@example.com","first_name":"Mary Ann","last_name":"Jones","phone_number":"5558234327","license_region":"CA","license_number":"E1","company_name":"Acme","company_address":"Pear St.","carrier_number":"98231","notes":"n","hos_ruleset_code":"US_INT_PROP_70_8_NOBRK_BIG","allow_yard_move":true,"allow_personal_conveyance":false,"allow_adverse_driving":true,"default_time_zone":"America/Los_Angeles","company_groups":{"3914":"East"}}`},
		"a driver by a ruleset without a code": {resource.KindUser, "active:",
			`{"id":"7","name":"Ann Lee","usDriverRulesetOverride":{"cycle":"Oklahoma (8/70)","restart":"34-hour Restart","restbreak":"None","usStateToOverride":"OK"}}`,
			`{"is_active":true,"status":"ACTIVE","is_driver":true,"first_name":"Ann","last_name":"Lee"}`},
		"a driver who is another than the list says": {resource.KindUser, "active:", `{"id":"7","name":"Ann Lee","driverActivationStatus":"deactivated"}`,
			`{"is_active":false,"status":"INACTIVE","is_driver":true,"first_name":"Ann","last_name":"Lee"}`},
		"a deactivated driver of one name in an unknown zone": {resource.KindUser, "deactivated:",
			`{"id":"7","name":" Cher ","timezone":"Antarctica/Troll"}`,
			`{"is_active":false,"status":"INACTIVE","is_driver":true,"first_name":"Cher"}`},
		"a dashboard user": {resource.KindUser, "users:", `{"id":"7","name":"Bob Smith","email":"b@example.com","authType":"default","roles":[{"role":{"id":"r1","name":"Dispatcher"},"tag":{"id":"3914","name":"East"}},{"role":{"id":"r2","name":"Mechanic"}}]}`,
			`{"is_active":true,"status":"ACTIVE","is_driver":false,"user_email":"b@example.com","first_name":"Bob","last_name":"Smith","company_groups":{"3914":"East"},"security_groups":{"r1":"Dispatcher","r2":"Mechanic"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := session(t, answer(200, jsonType, `{"data":[`+c.source+`],"pagination":{"endCursor":"","hasNextPage":false}}`))
			got, err := s.List(t.Context(), tsp.List{Kind: c.kind, Cursor: c.cursor, Pace: &pacer{}})
			if err != nil || len(got.Records) != 1 {
				t.Fatalf("%+v, %v", got, err)
			}
			r := got.Records[0]
			want := tsp.Record{Collection: r.Collection, SourceID: "7", Fields: jsontext.Value(c.fields), Source: jsontext.Value(c.source)}
			if diff := cmp.Diff(want, r); diff != "" {
				t.Errorf("the record differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestListsThatCannotBeTrustedAreRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cursor, body string
		class        tsp.Class
	}{
		"no cursor for the next page": {"", `{"data":[],"pagination":{"endCursor":"","hasNextPage":true}}`, tsp.Broken},
		"the same page again":         {"vehicles:MjkY", `{"data":[],"pagination":{"endCursor":"MjkY","hasNextPage":true}}`, tsp.Broken},
		"a record without id":         {"", `{"data":[{"name":"x"}]}`, tsp.Broken},
		"a record that is none":       {"", `{"data":["x"]}`, tsp.Broken},
		"a name that is none":         {"", `{"data":[{"id":"1","name":7}]}`, tsp.Broken},
		"an error with status OK":     {"", `{"message":"internal error"}`, tsp.Broken},
		"cut off":                     {"", `{"data":[{"id":"1"`, tsp.Unavailable},
		"a cursor of another list":    {"users:MjkY", `{}`, tsp.Rejected},
	} {
		s, _ := session(t, answer(200, jsonType, c.body))
		_, err := s.List(t.Context(), tsp.List{Kind: resource.KindVehicle, Cursor: c.cursor, Pace: &pacer{}})
		if e := wantClass(t, err, c.class); t.Failed() {
			t.Fatalf("%s: %v", name, e)
		}
	}
}

func TestCheckTellsTheOrganization(t *testing.T) {
	t.Parallel()
	s, _ := session(t, succeed)
	got, err := s.Check(t.Context(), &pacer{})
	if want := (tsp.Account{Key: "20936", Name: "Acme"}); err != nil || got != want {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
	s, _ = session(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"data":{}}`) })
	_, err = s.Check(t.Context(), &pacer{})
	wantClass(t, err, tsp.Broken)
}
