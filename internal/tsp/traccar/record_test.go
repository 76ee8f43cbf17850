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
