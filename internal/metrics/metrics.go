// Package metrics gives the service's figures to Prometheus. Rooms know nothing of it: each says by a
// port of its own what it has to tell, and this package fits them all. Every label has its values from a
// closed set, so that how many series there are follows from the adapters and the routes and never from
// what callers send; a value that is in no set counts as "other". docs/metrics.md says what each means.
package metrics

import (
	"log/slog"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// prefix is that of all names but those of Go and of the process.
const prefix = "waybill_"

// Other is the value of a label for whatever is in no closed set.
const Other = "other"

// The buckets of times, in seconds: of what happens within the process and its disk, of answers over the
// network, and of what may wait for hours.
var (
	quick = []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .1, .5, 2}
	calls = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}
	waits = []float64{.01, .05, .1, .5, 1, 5, 15, 60, 300, 900, 3600, 14400, 86400}
)

// Sets are the closed sets of what the program itself is made of.
type Sets struct {
	// TSPs are the names of those of this installation.
	TSPs []string
	// Routes are the patterns of the API's table, such as "GET /healthz".
	Routes []string
}

// Metrics is what is counted. It may be used from many goroutines.
type Metrics struct {
	registry *prometheus.Registry
	log      *slog.Logger
	tsps     map[string]bool

	api      requests
	attempts attempts
	webhooks deliveries
	store    timings
	sweeps   sweeps
}

// New returns metrics over closed sets, with what is asked at each scrape.
func New(s Sets, f Figures, log *slog.Logger) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry(), log: log, tsps: map[string]bool{}}
	for _, name := range s.TSPs {
		m.tsps[name] = true
	}
	m.registry.MustRegister(collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.api = newRequests(m.registry, s.Routes)
	m.attempts = newAttempts(m.registry)
	m.webhooks = newDeliveries(m.registry)
	m.store = newTimings(m.registry)
	m.sweeps = newSweeps(m.registry)
	m.registry.MustRegister(newFigures(f, m.tsp))
	return m
}

// Handler answers scrapes.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry,
		ErrorLog: slog.NewLogLogger(m.log.Handler(), slog.LevelWarn)})
}

// None is the value of a label for what has nothing to do with it, as webhooks with a TSP.
const None = "none"

// tsp is the label of a TSP.
func (m *Metrics) tsp(name string) string {
	if name == "" {
		return None
	}
	return within(m.tsps, name)
}

func within(set map[string]bool, value string) string {
	if set[value] {
		return value
	}
	return Other
}

func counter(r prometheus.Registerer, name, help string, labels ...string) *prometheus.CounterVec {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: prefix + name, Help: help}, labels)
	r.MustRegister(c)
	return c
}

// alone is a histogram without labels.
func alone(r prometheus.Registerer, name, help string, buckets []float64) prometheus.Histogram {
	h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: prefix + name, Help: help, Buckets: buckets})
	r.MustRegister(h)
	return h
}

func histogram(r prometheus.Registerer, o prometheus.HistogramOpts, labels ...string) *prometheus.HistogramVec {
	o.Name = prefix + o.Name
	h := prometheus.NewHistogramVec(o, labels)
	r.MustRegister(h)
	return h
}
