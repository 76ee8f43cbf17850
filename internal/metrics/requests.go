package metrics

import (
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// requests counts what callers of the API are answered.
type requests struct {
	// routes are the label values of each pattern: method and path.
	routes map[string][2]string
	// codes are the statuses as text, so that none is made anew.
	codes [600]string
	total *prometheus.CounterVec
	took  *prometheus.HistogramVec
}

func newRequests(r prometheus.Registerer, patterns []string) requests {
	q := requests{routes: map[string][2]string{},
		total: counter(r, "http_requests_total", "Requests answered, by route and status.", "method", "route", "code"),
		took: histogram(r, prometheus.HistogramOpts{Name: "http_request_duration_seconds",
			Help: "From a request's headers to its answer.", Buckets: calls}, "method", "route")}
	for _, p := range patterns {
		method, path, _ := strings.Cut(p, " ")
		q.routes[p] = [2]string{method, path}
	}
	q.codes[0] = "none"
	for status := 100; status < len(q.codes); status++ {
		q.codes[status] = strconv.Itoa(status)
	}
	return q
}

// Answered counts a request that was answered. Its route is the pattern; "" for what no route answers. A
// status of 0 stands for an answer that was cut off before it began.
func (m *Metrics) Answered(route string, status int, took time.Duration) {
	of, ok := m.api.routes[route]
	if !ok {
		of = [2]string{Other, Other}
	}
	code := Other
	if status >= 0 && status < len(m.api.codes) && m.api.codes[status] != "" {
		code = m.api.codes[status]
	}
	m.api.total.WithLabelValues(of[0], of[1], code).Inc()
	m.api.took.WithLabelValues(of[0], of[1]).Observe(took.Seconds())
}
