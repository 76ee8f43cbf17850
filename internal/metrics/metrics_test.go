package metrics

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// filled are metrics that were told of everything once.
func filled() *Metrics {
	m := New(Sets{TSPs: []string{"acme"}, Routes: []string{"GET /healthz"}}, Figures{
		Lanes: func() []Lanes {
			return []Lanes{{Kind: "connection", TSP: "acme", Waits: "limit", Lanes: 2, Flying: 1}}
		},
		Slots: func() []Slots { return []Slots{{Queue: "connection", Used: 2, All: 2000, Due: 1}} },
		Backlog: func() []Backlog {
			return []Backlog{{Kind: "connection", TSP: "acme", Waiting: 7, Age: time.Minute}}
		},
		Limits: func() []UsedUp { return []UsedUp{{TSP: "acme", Limit: "writes", Budgets: 1}} },
		Queued: func() map[string]int { return map[string]int{"accepts": 3} },
		Space:  func() (Space, bool) { return Space{Database: 4096, Log: 0, Free: 1 << 30}, true },
		Ready:  func() map[string]bool { return map[string]bool{"draining": false} },
	}, slog.New(slog.DiscardHandler))
	m.tell("acme", "GET /healthz", "done")
	return m
}

// tell tells of everything that can be told, by three values of a caller.
func (m *Metrics) tell(tsp, route, value string) {
	m.Answered(route, 200, time.Second)
	m.Attempted(tsp, value, time.Second)
	m.Ended(tsp, value, time.Second)
	m.Imported(tsp, value)
	m.Delivered(value, time.Second, time.Second)
	m.Read(time.Millisecond)
	m.Wrote(time.Millisecond)
	m.Committed(3, time.Millisecond)
	m.Swept(value, time.Millisecond, errors.New("busy"))
}

// scrape are the lines of a scrape that are samples.
func (m *Metrics) scrape(t *testing.T) (lines []string) {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != 200 {
		t.Fatalf("a scrape is answered %d: %s", w.Code, w.Body)
	}
	for line := range strings.Lines(w.Body.String()) {
		if !strings.HasPrefix(line, "#") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

func TestWhatIsToldIsInTheNextScrape(t *testing.T) {
	t.Parallel()
	lines := filled().scrape(t)
	for _, want := range []string{
		`waybill_http_requests_total{code="200",method="GET",route="/healthz"} 1`,
		`waybill_http_request_duration_seconds_count{method="GET",route="/healthz"} 1`,
		`waybill_attempts_total{class="done",tsp="acme"} 1`,
		`waybill_attempt_duration_seconds_sum{tsp="acme"} 1`,
		`waybill_delivery_lag_seconds_count 1`,
		`waybill_lane_depth{kind="connection",tsp="acme"} 7`,
		`waybill_lane_oldest_seconds{kind="connection",tsp="acme"} 60`,
		`waybill_lanes{kind="connection",tsp="acme",waits="limit"} 2`,
		`waybill_attempts_in_flight{kind="connection",tsp="acme"} 1`,
		`waybill_limits_used_up{limit="writes",tsp="acme"} 1`,
		`waybill_store_queued_writes{class="accepts"} 3`,
		`waybill_store_group_writes_sum 3`,
		`waybill_ready{check="draining"} 0`,
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("no line %s", want)
		}
	}
	for _, of := range []string{"go_goroutines", "process_open_fds"} {
		if !slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, of+" ") }) {
			t.Errorf("nothing of %s", of)
		}
	}
}

func TestADeliveryThatWasNotSentOrTakenHasNoTimes(t *testing.T) {
	t.Parallel()
	m := New(Sets{}, Figures{}, slog.New(slog.DiscardHandler))
	m.Delivered("withheld", -1, -1)
	m.Delivered("retried", time.Second, -1)
	lines := m.scrape(t)
	for _, want := range []string{`waybill_deliveries_total{outcome="withheld"} 1`,
		`waybill_delivery_attempt_duration_seconds_count 1`, `waybill_delivery_lag_seconds_count 0`} {
		if !slices.Contains(lines, want) {
			t.Errorf("no line %s", want)
		}
	}
}

func TestFilesAreToldOfWhereTheDiskSaysNothing(t *testing.T) {
	t.Parallel()
	lines := New(Sets{}, Figures{Space: func() (Space, bool) { return Space{Database: 4096, Log: 7, Free: -1}, true }},
		slog.New(slog.DiscardHandler)).scrape(t)
	for _, want := range []string{`waybill_store_file_bytes{file="database"} 4096`, `waybill_store_file_bytes{file="log"} 7`} {
		if !slices.Contains(lines, want) {
			t.Errorf("no line %s", want)
		}
	}
	if slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, "waybill_store_free_bytes") }) {
		t.Error("what is free is told, and nobody knows")
	}
}

func TestWhatADatabaseDoesNotTellHasNoFigure(t *testing.T) {
	t.Parallel()
	lines := New(Sets{}, Figures{
		Space: func() (Space, bool) { return Space{Database: 4096, Log: -1, Free: -1}, true },
		Slots: func() []Slots { return []Slots{{Queue: "connection", Used: 2, All: 2000, Due: -1}} },
	}, slog.New(slog.DiscardHandler)).scrape(t)
	for _, line := range lines {
		if strings.Contains(line, `file="log"`) || strings.HasPrefix(line, "waybill_lanes_due") {
			t.Errorf("%s is told, and nobody knows", line)
		}
	}
	if !slices.Contains(lines, `waybill_lane_slots_used{queue="connection"} 2`) {
		t.Error("what is known is not told")
	}
}

// Whatever callers, TSPs or receivers send, it makes no series.
func TestNoValueFromOutsideMakesASeries(t *testing.T) {
	t.Parallel()
	m := filled()
	m.tell("", "", "")
	m.tell("x", "x", "x")
	before := len(m.scrape(t))
	for i := range 1000 {
		id := fmt.Sprintf("018f2b7a-%04d", i)
		m.tell(id, "GET /v2/telematics/vehicles/"+id, id)
		m.Answered("GET /healthz", 1000+i, time.Second)
	}
	if after := len(m.scrape(t)); after > before+1 {
		t.Errorf("%d lines became %d", before, after)
	}
}

func TestTwoOfOneLabelAreOneFigure(t *testing.T) {
	t.Parallel()
	two := func(of string) []string { return []string{"unknown-" + of, "strange-" + of} }
	m := New(Sets{}, Figures{
		Lanes: func() (all []Lanes) {
			for _, tsp := range two("tsp") {
				all = append(all, Lanes{Kind: "connection", TSP: tsp, Waits: "time", Lanes: 1})
			}
			return all
		},
		Backlog: func() (all []Backlog) {
			for i, tsp := range two("tsp") {
				all = append(all, Backlog{Kind: "connection", TSP: tsp, Waiting: 1,
					Age: time.Duration(i) * time.Second})
			}
			return all
		},
		Limits: func() (all []UsedUp) {
			for _, tsp := range two("tsp") {
				all = append(all, UsedUp{TSP: tsp, Limit: "writes", Budgets: 1})
			}
			return all
		},
	}, slog.New(slog.DiscardHandler))
	lines := m.scrape(t)
	for _, want := range []string{
		`waybill_lanes{kind="connection",tsp="other",waits="time"} 2`,
		`waybill_lane_depth{kind="connection",tsp="other"} 2`,
		`waybill_lane_oldest_seconds{kind="connection",tsp="other"} 1`,
		`waybill_limits_used_up{limit="writes",tsp="other"} 2`,
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("no line %s", want)
		}
	}
}

// The hot path calls these for every operation.
func TestCountingAllocatesNothing(t *testing.T) {
	m := filled()
	for what, do := range map[string]func(){
		"a request":  func() { m.Answered("GET /healthz", 200, time.Millisecond) },
		"an attempt": func() { m.Attempted("acme", "done", time.Millisecond) },
		"an end":     func() { m.Ended("acme", "success", time.Millisecond) },
		"a delivery": func() { m.Delivered("delivered", time.Millisecond, time.Second) },
		"a reading":  func() { m.Read(time.Millisecond) },
		"a write":    func() { m.Wrote(time.Millisecond) },
		"a commit":   func() { m.Committed(3, time.Millisecond) },
	} {
		if n := testing.AllocsPerRun(100, do); n != 0 {
			t.Errorf("counting %s allocates %v times", what, n)
		}
	}
}

// docs/metrics.md has a row for each metric of ours: name, type, labels, meaning, alert.
func TestTheDocumentListsEveryMetric(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]string{}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		if name := ""; len(cells) > 4 {
			if name = strings.Trim(cells[1], " `"); strings.HasPrefix(name, prefix) {
				labels := strings.ReplaceAll(strings.TrimSpace(cells[3]), "`", "")
				told[name] = strings.TrimSpace(cells[2]) + " " + labels
			}
		}
	}
	families, err := filled().registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, f := range families {
		if !strings.HasPrefix(f.GetName(), prefix) {
			continue
		}
		labels := map[string]bool{}
		for _, pair := range f.GetMetric()[0].GetLabel() {
			labels[pair.GetName()] = true
		}
		want[f.GetName()] = strings.ToLower(f.GetType().String()) + " " +
			strings.Join(slices.Sorted(maps.Keys(labels)), ", ")
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("the document (-the registry +it):\n%s", diff)
	}
}
