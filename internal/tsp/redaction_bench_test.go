package tsp_test

import (
	"net/http"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp"
)

func BenchmarkACallIsMadeFitToBeKept(b *testing.B) {
	r := tsp.Redaction{Secrets: tsp.SecretsOf("samsara_api_0123456789abcdef0123", "client-secret-0123456789", "refresh-0123456789abcdef")}
	body := []byte(`{"name":"Truck 1234","notes":"serviced in Rotterdam","externalIds":{"waybill":"01987c3e-5a10-7c3b-9f8e-2b6d4a7c1e91"}}`)
	answer := []byte(`{"data":{"id":"281474976710657","name":"Truck 1234","vin":"1FUJGLDR0CSBR1234","make":"Freightliner","tags":[]}}`)
	of, err := http.NewRequestWithContext(b.Context(), "PATCH", "https://api.samsara.com/fleet/vehicles/281474976710657", http.NoBody)
	if err != nil {
		b.Fatal(err)
	}
	of.Header = http.Header{"Accept": {"application/json"}, "User-Agent": {"waybill"}, "Content-Type": {"application/json"},
		"Authorization": {"Bearer samsara_api_0123456789abcdef0123"}}
	came := http.Header{"Content-Type": {"application/json"}, "Date": {"Fri, 27 Nov 2026 17:12:43 GMT"}, "X-Request-Id": {"1b2c"}}
	b.ReportAllocs()
	for b.Loop() {
		r.Request(of, body)
		r.Response(200, came, answer)
	}
}
