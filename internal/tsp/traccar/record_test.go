package traccar_test

import (
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/resource"
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
