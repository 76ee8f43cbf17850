package sim_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
)

func BenchmarkMessages(b *testing.B) {
	simtest.Bench(b, open, `"result"`, func(s simkit.Simulator) func() *http.Request {
		request := func(method, params string) *http.Request {
			body := strings.NewReader(`{"method":"` + method + `","params":` + params + `}`)
			return httptest.NewRequest(http.MethodPost, "/apiv1", body)
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, request("Authenticate", login(service)))
		var in answer
		if err := json.Unmarshal(w.Body.Bytes(), &in.body); err != nil {
			b.Fatal(err)
		}
		message := with(entity("TextMessage", newText), `"credentials":`+in.credentials())
		return func() *http.Request { return request("Add", message) }
	})
}
