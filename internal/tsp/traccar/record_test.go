package traccar_test

import (
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/traccar"
	"github.com/waybill-dev/waybill/internal/tsp/tsptest"
)

func TestWhatTheServerItselfReadsOfADeviceIsLeftAlone(t *testing.T) {
	t.Parallel()
	record := `{"id":1,"name":"T","uniqueId":"1","model":"FMB640","attributes":{"fuelCapacity":400,"speedLimit":48}}`
	out := updated(t, resource.KindVehicle, record, `"model_type":"Cascadia","fuel_capacity":"120 gal","fuel_unit":"gallons"`)
	for _, want := range []string{`"model":"FMB640"`, `"fuelCapacity":400`, `"speedLimit":48`, `"Cascadia"`, `"120 gal"`} {
		if !strings.Contains(out, want) {
			t.Errorf("%s is not in %s", want, out)
		}
	}
	if all := listed(t, resource.KindVehicle, "["+record+"]"); strings.Contains(all, "FMB640") || strings.Contains(all, "fuel_capacity") {
		t.Errorf("what describes the hardware is told of the vehicle: %s", all)
	}
}

func TestARecordWithoutAttributesGetsThem(t *testing.T) {
	t.Parallel()
	for _, attributes := range []string{"null", "{}"} {
		out := updated(t, resource.KindUser, `{"id":1,"name":"A B","uniqueId":"1","attributes":`+attributes+`}`, `"notes":"new"`)
		if !strings.Contains(out, `"attributes":{"notes":"new"}`) {
			t.Errorf("%s: %s", attributes, out)
		}
	}
}

func TestADriverThatWasRenamedAtTraccarHasTheNewName(t *testing.T) {
	t.Parallel()
	record := `{"id":1,"name":"Ada King","uniqueId":"1","attributes":{"firstName":"Ada","lastName":"Lovelace"}}`
	if all := listed(t, resource.KindUser, "["+record+"]"); !strings.Contains(all, `"last_name":"King"`) {
		t.Error(all)
	}
	if out := updated(t, resource.KindUser, record, `"first_name":"Augusta"`); !strings.Contains(out, `"name":"Augusta King"`) {
		t.Error(out)
	}
}

func TestOnlyASerialNumberIsReadAsOne(t *testing.T) {
	t.Parallel()
	for attributes, want := range map[string]bool{`{}`: true, `{"vin":"7"}`: false, `{"externalId":" 7"}`: false, `{"vin":"8"}`: true} {
		all := listed(t, resource.KindVehicle, `[{"id":1,"name":"T","uniqueId":"7","attributes":`+attributes+`}]`)
		if strings.Contains(all, "eld_serial_number") != want {
			t.Errorf("%s: %s", attributes, all)
		}
	}
}

func TestASerialNumberThatIsAnotherFieldTooIsReadBack(t *testing.T) {
	t.Parallel()
	w := writing(t, tsp.Capability{Kind: resource.KindVehicle, Verb: resource.Create}, `"vehicle_name":"T","eld_serial_number":"7","external_id":"7"`)
	s := session(t, token(served(t)))
	out, err := s.Write(t.Context(), w)
	if err != nil || out.Record == nil || !strings.Contains(string(out.Record.Fields), `"eld_serial_number":"7"`) {
		t.Errorf("%+v, %v", out.Record, err)
	}
}

func TestARecordInAGroupIsReadForItsName(t *testing.T) {
	t.Parallel()
	w := writing(t, tsp.Capability{Kind: resource.KindTrailer, Verb: resource.Create}, `"trailer_name":"T","external_id":"7"`)
	s := under(t, served(t), tsp.Settings{"group_id": int64(2)})
	out, err := s.Write(t.Context(), w)
	if err != nil || out.Record != nil {
		t.Fatalf("%+v, %v", out, err)
	}
	one := tsp.Single{Kind: resource.KindTrailer, Collection: out.Collection, SourceID: out.SourceID, Pace: tsptest.Free{}}
	record, err := s.(tsp.Reader).Read(t.Context(), one)
	if err != nil || !strings.Contains(string(record.Fields), `"trailer_groups":{"2":"East"}`) || len(record.Source) == 0 {
		t.Errorf("%+v, %v", record, err)
	}
	other := one
	other.Kind = resource.KindVehicle
	if _, err := s.(tsp.Reader).Read(t.Context(), other); !hasClass(err, tsp.Missing) {
		t.Errorf("as another kind: %v", err)
	}
	one.SourceID = "66"
	if _, err := s.(tsp.Reader).Read(t.Context(), one); !hasClass(err, tsp.Missing) {
		t.Errorf("one that is not there: %v", err)
	}
}

func TestARecordIsToldAsItIsBeforeItIsChanged(t *testing.T) {
	t.Parallel()
	for kind, want := range map[resource.Kind]string{resource.KindVehicle: `"vehicle_name":"A B"`, resource.KindUser: `"last_name":"B"`} {
		path := map[resource.Kind]string{resource.KindVehicle: "/api/devices/1", resource.KindUser: "/api/drivers/1"}[kind]
		record := `{"id":1,"name":"A B","uniqueId":"1","attributes":{}}`
		s := answering(t, map[string]string{"GET " + path: record, "PUT " + path: record})
		w, told := writing(t, tsp.Capability{Kind: kind, Verb: resource.Update}, `"notes":"n"`), ""
		w.Target, w.Read = "1", func(r tsp.Record) { told = string(r.Fields) }
		if _, err := session(t, token(s.url)).Write(t.Context(), w); err != nil || !strings.Contains(told, want) {
			t.Errorf("%s is told as %q, %v", kind, told, err)
		}
	}
}

func hasClass(err error, want tsp.Class) bool {
	e, ok := err.(*tsp.Error)
	return ok && e.Class == want
}

func TestADriverThatContradictsItselfIsRefused(t *testing.T) {
	t.Parallel()
	action := traccar.New().Spec().Actions[tsp.Capability{Kind: resource.KindUser, Verb: resource.Update}]
	for members, refused := range map[string]bool{
		`"is_active":false`: false, `"status":"INACTIVE"`: false, `"is_active":false,"status":"INACTIVE"`: false,
		`"is_active":true,"status":"INACTIVE"`: true, `"is_active":false,"status":"ACTIVE"`: true,
	} {
		w := writing(t, tsp.Capability{Kind: resource.KindUser, Verb: resource.Update}, members)
		policy := action.Apply("Traccar", w.Schema, w.Payload, nil)
		if len(policy.Problems) > 0 != refused {
			t.Errorf("%s: %+v", members, policy.Problems)
		}
	}
	record := `{"id":1,"name":"A B","uniqueId":"1","attributes":{"driverStatus":"INACTIVE","hosRuleset":"no such","timeZone":7,"country":"pol","licenseCountry":"XXX","allowYardMove":"yes","licenseExpiration":"soon"}}`
	all := listed(t, resource.KindUser, "["+record+"]")
	if !strings.Contains(all, `"is_active":false,"status":"INACTIVE"`) || strings.Contains(all, "no such") || strings.Contains(all, "yard") || strings.Contains(all, "country") || strings.Contains(all, "soon") {
		t.Error(all)
	}
	if out := updated(t, resource.KindUser, record, `"is_active":true`); !strings.Contains(out, `"driverStatus":"ACTIVE"`) {
		t.Error(out)
	}
}

func TestACountryIsAnISOCode(t *testing.T) {
	t.Parallel()
	update := func(kind resource.Kind) tsp.Capability { return tsp.Capability{Kind: kind, Verb: resource.Update} }
	for field, of := range map[string]tsp.Capability{
		"country_code": update(resource.KindUser), "license_country": update(resource.KindUser), "license_plate_country": update(resource.KindVehicle),
	} {
		for code, refused := range map[string]bool{"POL": false, "USA": false, "pol": true, "XXX": true, "111": true} {
			w := writing(t, of, `"`+field+`":"`+code+`"`)
			problems := traccar.New().Spec().Actions[of].Apply("Traccar", w.Schema, w.Payload, nil).Problems
			if refused != (len(problems) == 1) || refused && problems[0].Path != field {
				t.Errorf("%s %s: %+v", field, code, problems)
			}
		}
	}
}
