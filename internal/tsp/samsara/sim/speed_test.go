package sim_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp/samsara/sim"
	"github.com/waybill-dev/waybill/internal/tsp/simkit"
	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
)

func BenchmarkMessages(b *testing.B) {
	simtest.Bench(b, sim.New, `"data"`, func(simkit.Simulator) func() *http.Request {
		return func() *http.Request {
			body := strings.NewReader(`{"driverIds":[48400010],"text":"hello"}`)
			r := httptest.NewRequest(http.MethodPost, "/v1/fleet/messages", body)
			r.Header.Set("Authorization", "Bearer "+everything)
			r.Header.Set("Content-Type", "application/json")
			return r
		}
	})
}
