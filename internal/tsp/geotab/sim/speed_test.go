package sim_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/tsp/geotab/sim"
	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// BenchmarkMessages is one Add of a TextMessage in-process, with state on disk. The goal is over 2,000 a second.
func BenchmarkMessages(b *testing.B) {
	s, err := sim.New(simkit.Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	send := func(body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "/apiv1", strings.NewReader(body))
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w
	}
	var in reply
	signIn := send(`{"method":"Authenticate","params":{"userName":"demo-service@waybill.example","password":"geotab-demo-password"}}`)
	if err := json.Unmarshal(signIn.Body.Bytes(), &in.body); err != nil {
		b.Fatal(err)
	}
	body := `{"method":"Add","params":{"credentials":` + in.credentials() + `,"typeName":"TextMessage","entity":` + newText + `}}`
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if w := send(body); !strings.Contains(w.Body.String(), `"result"`) {
				b.Fatalf("%d %s", w.Code, w.Body)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}
