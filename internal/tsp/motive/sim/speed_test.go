package sim_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp/motive/sim"
	"github.com/waybill-dev/waybill/internal/tsp/simkit"
	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
)

func BenchmarkMessages(b *testing.B) {
	simtest.Bench(b, sim.New, `"message"`, func(simkit.Simulator) func() *http.Request {
		return func() *http.Request {
			body := strings.NewReader(`{"sender_id":520008,"receiver_ids":[520001],"body":"hello"}`)
			r := httptest.NewRequest(http.MethodPost, "/v2/messages", body)
			r.Header.Set("X-Api-Key", everything)
			r.Header.Set("Content-Type", "application/json")
			return r
		}
	})
}
