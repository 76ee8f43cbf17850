package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// attempts counts what TSPs were asked to do.
type attempts struct {
	total, ended, imports *prometheus.CounterVec
	took, age             *prometheus.HistogramVec
}

// The classes of attempts (tsp.Class) and of imports (dispatch.Class), and the ends of operations.
var (
	classes = set("done", "rejected", "unsupported", "unauthorized", "forbidden", "missing", "throttled", "unavailable",
		"unknown", "broken", "refused", "later", "barred")
	ends = set("success", "failed")
)

func set(values ...string) map[string]bool {
	out := map[string]bool{}
	for _, v := range values {
		out[v] = true
	}
	return out
}

func newAttempts(r prometheus.Registerer) attempts {
	return attempts{
		total: counter(r, "attempts_total", "Attempts at writes that ended, by TSP and the class of the end.",
			"tsp", "class"),
		took: histogram(r, prometheus.HistogramOpts{Name: "attempt_duration_seconds",
			Help:    "How long attempts at writes took, with all their calls and what they waited for limits.",
			Buckets: calls}, "tsp"),
		ended: counter(r, "operations_total", "Operations that ended, by TSP and how.", "tsp", "end"),
		age: histogram(r, prometheus.HistogramOpts{Name: "operation_duration_seconds",
			Help: "From an operation's acceptance to its end.", Buckets: waits}, "tsp"),
		imports: counter(r, "imports_total", "Imports of a kind of records that ended, by TSP and the class of the end.",
			"tsp", "class"),
	}
}

// Attempted counts an attempt at a write, by the class of its end.
func (m *Metrics) Attempted(tsp, class string, took time.Duration) {
	tsp = m.tsp(tsp)
	m.attempts.total.WithLabelValues(tsp, within(classes, class)).Inc()
	m.attempts.took.WithLabelValues(tsp).Observe(took.Seconds())
}

// Ended counts an operation that has ended, so long after it was accepted.
func (m *Metrics) Ended(tsp, end string, age time.Duration) {
	tsp = m.tsp(tsp)
	m.attempts.ended.WithLabelValues(tsp, within(ends, end)).Inc()
	m.attempts.age.WithLabelValues(tsp).Observe(age.Seconds())
}

// Imported counts the end of an import.
func (m *Metrics) Imported(tsp, class string) {
	m.attempts.imports.WithLabelValues(m.tsp(tsp), within(classes, class)).Inc()
}
