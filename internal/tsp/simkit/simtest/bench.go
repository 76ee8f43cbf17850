package simtest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// Bench makes a request again and again in-process, with state on disk, and tells how many a second are answered, each
// with what is wanted. The goal is over 2,000. prepare may sign in.
func Bench(
	b *testing.B, open func(simkit.Options) (simkit.Simulator, error), want string,
	prepare func(simkit.Simulator) func() *http.Request,
) {
	b.Helper()
	s, err := open(simkit.Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	request := prepare(s)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			w := httptest.NewRecorder()
			s.ServeHTTP(w, request())
			if !strings.Contains(w.Body.String(), want) {
				b.Fatalf("%d %s", w.Code, w.Body)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}
