package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// deliveries counts what came of webhooks. Receivers are the partners', so none is a label.
type deliveries struct {
	total     *prometheus.CounterVec
	took, lag prometheus.Histogram
}

// outcomes are those of perform.Outcome.
var outcomes = set("delivered", "refused", "retried", "dead", "gone", "withheld")

func newDeliveries(r prometheus.Registerer) deliveries {
	return deliveries{
		total: counter(r, "deliveries_total", "Attempts to deliver a webhook, by what came of them.", "outcome"),
		took:  alone(r, "delivery_attempt_duration_seconds", "How long receivers took, answers and failures alike.", calls),
		lag:   alone(r, "delivery_lag_seconds", "From when an event occurred to when its receiver had taken it.", waits),
	}
}

// Delivered counts an attempt at a delivery. took is negative if nothing was sent; lag is how long ago its
// event had occurred when the receiver took it, negative if it did not.
func (m *Metrics) Delivered(outcome string, took, lag time.Duration) {
	m.webhooks.total.WithLabelValues(within(outcomes, outcome)).Inc()
	if took >= 0 {
		m.webhooks.took.Observe(took.Seconds())
	}
	if lag >= 0 {
		m.webhooks.lag.Observe(lag.Seconds())
	}
}
