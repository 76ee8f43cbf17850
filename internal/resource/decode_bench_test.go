package resource_test

import (
	"testing"

	"github.com/waybill-dev/waybill/internal/resource"
)

// BenchmarkDecode reads and checks the body of a vehicle with 12 fields.
func BenchmarkDecode(b *testing.B) {
	schema, err := resource.For(resource.KindVehicle, resource.Create)
	if err != nil {
		b.Fatal(err)
	}
	body := []byte(`{"connection_id":"01890a5d-ac96-774b-bcce-b302099a8057","vehicle_name":"Truck 42","oem":"Volvo","model_type":"VNL",
		"model_year":2024,"vin":"4V4NC9EH5LN215999","license_plate_region":"TX","license_plate_country":"USA","license_plate_number":"ABC123",
		"is_active":true,"status":"IN_SERVICE","engine_type":"DIESEL"}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, problems := schema.Decode(body); len(problems) > 0 {
			b.Fatal(problems)
		}
	}
}
