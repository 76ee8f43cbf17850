package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// figures is Figures as a collector.
type figures struct {
	Figures
	descriptions
	of func(tsp string) string
}

func newFigures(f Figures, of func(tsp string) string) *figures { return &figures{f, described(), of} }

func gauge(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(prefix+name, help, labels, nil)
}

// descriptions are the figures of a scrape.
type descriptions struct {
	lanes, flying, slots, used, due, depth, oldest, limits, queued, file, free, ready *prometheus.Desc
}

func described() descriptions {
	return descriptions{
		lanes:  gauge("lanes", "Lanes that run or wait, by what they wait for.", "kind", "tsp", "waits"),
		flying: gauge("attempts_in_flight", "Attempts under way.", "kind", "tsp"),
		slots:  gauge("lane_slots", "How many lanes of a queue may run at once.", "queue"),
		used:   gauge("lane_slots_used", "How many do.", "queue"),
		due:    gauge("lanes_due", "Lanes whose time has come and that have no slot.", "queue"),
		depth:  gauge("lane_depth", "How much waits or is under way in lanes.", "kind", "tsp"),
		oldest: gauge("lane_oldest_seconds", "How long ago the oldest of it was accepted, or came due.", "kind", "tsp"),
		limits: gauge("limits_used_up", "Budgets that are used up and that somebody waits for.", "tsp", "limit"),
		queued: gauge("store_queued_writes", "Writes that wait for the writer.", "class"),
		file:   gauge("store_file_bytes", "The size of the database and of its log.", "file"),
		free:   gauge("store_free_bytes", "What is free on the database's disk."),
		ready:  gauge("ready", "1 where a check of readiness passes, 0 where not.", "check"),
	}
}

// Describe implements prometheus.Collector.
func (f *figures) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{f.lanes, f.flying, f.slots, f.used, f.due, f.depth, f.oldest, f.limits,
		f.queued, f.file, f.free, f.ready} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (f *figures) Collect(out chan<- prometheus.Metric) {
	tell := func(of *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(of, prometheus.GaugeValue, v, labels...)
	}
	f.collectLanes(tell)
	f.collectBacklog(tell)
	limits := map[UsedUp]int{}
	for _, l := range asked(f.Limits) {
		limits[UsedUp{TSP: f.of(l.TSP), Limit: l.Limit}] += l.Budgets
	}
	for l, n := range limits {
		tell(f.limits, float64(n), l.TSP, l.Limit)
	}
	if f.Queued != nil {
		for class, n := range f.Queued() {
			tell(f.queued, float64(n), class)
		}
	}
	if f.Ready != nil {
		for check, passes := range f.Ready() {
			tell(f.ready, one(passes), check)
		}
	}
	if f.Space == nil {
		return
	}
	if s, ok := f.Space(); ok {
		tell(f.file, float64(s.Database), "database")
		if s.Log >= 0 {
			tell(f.file, float64(s.Log), "log")
		}
		if s.Free >= 0 {
			tell(f.free, float64(s.Free))
		}
	}
}

// at is where lanes stand.
type at struct{ kind, tsp string }

// teller tells one value. What it is told must be summed by its labels: a scrape that tells a series twice
// is refused whole.
type teller func(of *prometheus.Desc, v float64, labels ...string)

func (f *figures) collectLanes(tell teller) {
	lanes, flying := map[Lanes]int{}, map[at]int{}
	for _, l := range asked(f.Lanes) {
		l.TSP = f.of(l.TSP)
		flying[at{l.Kind, l.TSP}] += l.Flying
		lanes[Lanes{Kind: l.Kind, TSP: l.TSP, Waits: l.Waits}] += l.Lanes
	}
	for l, n := range lanes {
		tell(f.lanes, float64(n), l.Kind, l.TSP, l.Waits)
	}
	for l, n := range flying {
		tell(f.flying, float64(n), l.kind, l.tsp)
	}
	for _, s := range asked(f.Slots) {
		tell(f.slots, float64(s.All), s.Queue)
		tell(f.used, float64(s.Used), s.Queue)
		if s.Due >= 0 {
			tell(f.due, float64(s.Due), s.Queue)
		}
	}
}

func (f *figures) collectBacklog(tell teller) {
	depth, oldest := map[at]int{}, map[at]time.Duration{}
	for _, b := range asked(f.Backlog) {
		of := at{b.Kind, f.of(b.TSP)}
		depth[of] += b.Waiting
		oldest[of] = max(oldest[of], b.Age)
	}
	for l, n := range depth {
		tell(f.depth, float64(n), l.kind, l.tsp)
		tell(f.oldest, oldest[l].Seconds(), l.kind, l.tsp)
	}
}

func asked[T any](f func() []T) []T {
	if f == nil {
		return nil
	}
	return f()
}

func one(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
