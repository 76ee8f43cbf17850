package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// timings are what the store costs.
type timings struct {
	read, write, commit, group prometheus.Histogram
	away                       prometheus.Counter
}

func newTimings(r prometheus.Registerer) timings {
	return timings{
		read: alone(r, "store_read_duration_seconds",
			"How long readings took, with what they waited for a connection.", quick),
		write: alone(r, "store_write_duration_seconds",
			"How long writes took, from when they were asked for until they were on disk.", quick),
		commit: alone(r, "store_commit_duration_seconds", "How long the transaction of a group of writes took.", quick),
		group: alone(r, "store_group_writes", "How many writes shared a commit.",
			[]float64{1, 2, 4, 8, 16, 32, 64, 128, 256}),
		away: counter(r, "store_sent_away_total", "Operations that were answered 503 since the store was behind.").
			WithLabelValues(),
	}
}

// Read counts a reading of the store.
func (m *Metrics) Read(took time.Duration) { m.store.read.Observe(took.Seconds()) }

// Wrote counts a write of the store, whatever came of it.
func (m *Metrics) Wrote(took time.Duration) { m.store.write.Observe(took.Seconds()) }

// Committed counts a transaction with so many writes.
func (m *Metrics) Committed(writes int, took time.Duration) {
	m.store.group.Observe(float64(writes))
	m.store.commit.Observe(took.Seconds())
}

// SentAway counts an operation that was refused since the store was behind.
func (m *Metrics) SentAway() { m.store.away.Inc() }

// sweeps counts what is done to keep the tables bounded.
type sweeps struct {
	total *prometheus.CounterVec
	took  *prometheus.HistogramVec
}

// swept is what is swept: see the names that the program gives to Swept.
var swept = set("deleted_webhooks", "receivers", "old_secrets", "dead_letters", "delivery_logs", "idempotency_keys",
	"exchanges", "operations", "records", "waiting_deliveries", "deleted_fleets")

func newSweeps(r prometheus.Registerer) sweeps {
	return sweeps{
		total: counter(r, "sweeps_total", "Batches of removing what is kept no longer, by what, and whether they worked.",
			"what", "result"),
		took: histogram(r, prometheus.HistogramOpts{Name: "sweep_duration_seconds",
			Help: "How long such a batch took, for which other writes may wait.", Buckets: quick}, "what"),
	}
}

// Swept counts a batch of removing what is kept no longer.
func (m *Metrics) Swept(what string, took time.Duration, err error) {
	what, result := within(swept, what), "done"
	if err != nil {
		result = "failed"
	}
	m.sweeps.total.WithLabelValues(what, result).Inc()
	m.sweeps.took.WithLabelValues(what).Observe(took.Seconds())
}
