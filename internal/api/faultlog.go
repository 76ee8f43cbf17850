package api

import (
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"github.com/waybill-dev/waybill/internal/problem"
)

// awayEvery is how often the log tells of requests that were refused because the service cannot work. All have one cause,
// and as many come as callers try.
const awayEvery = time.Second

// faultLog tells of requests that failed by our own fault.
type faultLog struct {
	away rate.Sometimes
	// untold is how many were refused since the log told of one.
	untold atomic.Int64
}

// refused logs a request that was refused with a problem, if it was not the caller's fault alone.
func (s *Server) refused(w http.ResponseWriter, r *http.Request, p *problem.Error, err error) {
	// A problem that has a cause is our trouble, too, and not only the caller's, as a store that
	// does not answer. A refused token has one as well, but would let anybody fill the log.
	if p.Code != problem.Internal && (p.Err == nil || p.Code == problem.Unauthorized) {
		return
	}
	log := s.Log.With("method", r.Method, "path", r.URL.Path, "request_id", w.Header().Get("X-Request-Id"), "error", err)
	if p.Code != problem.Unavailable {
		log.Error("request failed")
		return
	}
	s.faults.untold.Add(1)
	s.faults.away.Do(func() {
		log.Error("request failed", "not_logged", s.faults.untold.Swap(0)-1)
	})
}
