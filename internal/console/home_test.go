package console

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// asks returns a page of a console.
func asks(t *testing.T, c *Console, path string) string {
	t.Helper()
	w := httptest.NewRecorder()
	c.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	return w.Body.String()
}

// busy is an installation in which much needs somebody, and of which little can be read while it fails.
type busy struct {
	quiet
	asked int
}

func (b *busy) CountFailed(context.Context, time.Time) (map[operation.Stage]operation.Count, error) {
	b.asked++
	return map[operation.Stage]operation.Count{operation.StageFailed: {N: 10_000, AtLeast: true}, operation.StageUnknown: {N: 2}}, nil
}
func (b *busy) CountTroubled(context.Context, int) (int, int, error) { return 1, mostCounted + 1, nil }
func (b *busy) StaleSubscriptions(context.Context, int) ([]webhook.Subscription, error) {
	return []webhook.Subscription{{ID: uuid.UUID{7}, Partner: uuid.UUID{1}, URL: "https://receiver.example/token-abc", EventName: "connection.updated", Status: webhook.Stale}}, nil
}
func (b *busy) Rates(context.Context, time.Time, time.Duration) ([]operation.Rate, error) {
	return []operation.Rate{{At: noon().Add(-time.Minute), TSP: "samsara", Accepted: 50, Succeeded: 40, Failed: 3, Unknown: 1}}, nil
}
func (b *busy) Replicas(context.Context) ([]Replica, error) {
	return []Replica{{Name: "waybill-0", BeatAt: noon(), Waits: map[string]int{"connection pause": 2}},
		{Name: "waybill-1", BeatAt: noon().Add(-time.Minute), Silent: time.Minute, Waits: map[string]int{"connection pause": 1}}}, nil
}

func TestTheFirstPageSaysWhatNeedsSomebodyOfAllReplicas(t *testing.T) {
	t.Parallel()
	o, b := newOffice(), &busy{}
	o.who, o.status = Visitor{Name: "Ada", Role: Admin, Payloads: true}, connection.Stale
	c := o.over(t)
	c.Rates, c.Troubles, c.Installation = b, b, b
	text := asks(t, c, "/console/")
	for _, want := range []string{"1 connection is broken, 1 webhook is stale, 2 writes of the last 24 hours need you and 1 replica is silent", "3 connections", "Silent", "waybill-1",
		`aria-label="Over the last hour 50 were accepted; 40 succeeded, 3 failed, 1 ended with an unknown outcome and 0 were cancelled"`,
		`title="dead letters">10,000&#43;`, `title="of the last 24 hours need you">2<`, "connection.updated"} {
		if !strings.Contains(text, want) {
			t.Errorf("the first page does not say %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "token-abc") {
		t.Error("it shows more of the URL of a receiver than the API does")
	}
	asks(t, c, "/console/tsps")
	if asks(t, c, "/console/clients"); b.asked != 1 {
		t.Errorf("three pages of one moment have counted %d times", b.asked)
	}
}

func TestWhatWasRetriedNeedsNobodyInTheNavigationNorOnTheFirstPage(t *testing.T) {
	t.Parallel()
	o, b := newOffice(), &busy{}
	o.who, o.status = Visitor{Name: "Ada", Role: Viewer}, connection.Active
	o.op.RetriedBy = uuid.UUID{8}
	c := o.over(t)
	c.Rates, c.Troubles, c.Installation = b, b, b
	if text := asks(t, c, "/console/"); strings.Contains(text, "need you") || strings.Contains(text, "needs you") {
		t.Errorf("what was retried is counted: %s", text)
	}
}

func TestTheFirstPageRefusesARangeThatItHasNot(t *testing.T) {
	t.Parallel()
	o := newOffice()
	o.who = Visitor{Name: "Ada", Role: Viewer}
	for path, status := range map[string]int{"/console/?range=24h": http.StatusOK, "/console/?range=7d": http.StatusUnprocessableEntity,
		"/console/?since=1h": http.StatusUnprocessableEntity} {
		w := httptest.NewRecorder()
		if o.over(t).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)); w.Code != status {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestAStrangerIsToldNoNumbers(t *testing.T) {
	t.Parallel()
	o, b := newOffice(), &busy{}
	c := o.over(t)
	c.Rates, c.Troubles, c.Installation = b, b, b
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/console/theme", nil)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	if c.ServeHTTP(w, r); w.Code != http.StatusForbidden || strings.Contains(w.Body.String(), "10,0") || b.asked != 0 {
		t.Errorf("%d, counted %d times: %s", w.Code, b.asked, w.Body)
	}
}

func TestAChartHoldsWhatWasCountedAndLosesNoFailure(t *testing.T) {
	t.Parallel()
	of := stretches()[0]
	at := noon().Add(30 * time.Second)
	c := chartOf(of, []operation.Rate{{At: noon(), TSP: "a", Accepted: 60_000, Succeeded: 59_999}, {At: noon(), TSP: "b", Failed: 1},
		{At: noon().Add(-59 * time.Minute), TSP: "a", Accepted: 1, Succeeded: 1}, {At: noon().Add(-60 * time.Minute), TSP: "a", Accepted: 7}}, at)
	if len(c.Rows) != 2 || c.Rows[0].Accepted != 60_000 || c.Rows[0].Failed != 1 || !c.Rows[1].At.Equal(noon().Add(-59*time.Minute)) {
		t.Errorf("its table is %+v", c.Rows)
	}
	if c.Width != 600 || strings.Join(c.Scale, " ") != "60,000 30,000 0" || len(c.Ticks) != 5 || c.Ticks[4].Before(at) || !strings.Contains(c.Says, "60,001 were accepted") {
		t.Errorf("%d wide, %q, %v, %q", c.Width, c.Scale, c.Ticks, c.Says)
	}
	heights := map[string]int{}
	for _, b := range c.Bars {
		heights[b.Colour] += b.Height
		if b.Y < 0 || b.Y+b.Height > chartHeight || b.X >= c.Width {
			t.Errorf("a bar stands outside: %+v", b)
		}
	}
	if heights[bad] == 0 {
		t.Errorf("one failure of 60,000 is not seen: %v", heights)
	}
	if empty := chartOf(of, nil, at); len(empty.Bars) != 0 || strings.Join(empty.Scale, " ") != "1 0.5 0" {
		t.Errorf("of nothing: %+v", empty)
	}
}

func TestTheScaleOfAChartIsRound(t *testing.T) {
	t.Parallel()
	for n, want := range map[float64]string{1.0 / 15: "0.1 0.05", 0.4: "0.4 0.2", 1: "1 0.5", 3: "4 2", 5: "6 3", 61: "100 50", 250: "400 200", 60_001: "100,000 50,000"} {
		if top := roundUp(n); short(top)+" "+short(top/2) != want {
			t.Errorf("of %v it has %s and %s", n, short(top), short(top/2))
		}
	}
}

func TestTheHeadlineSaysWhichTSPsTakeNoWrites(t *testing.T) {
	t.Parallel()
	for want, of := range map[string][]connection.Tally{
		"Nothing needs you":                     nil,
		"Nothing needs you: 1 TSP takes writes": {{Status: connection.Active, TSP: "samsara", N: 2}},
		"Nothing needs you: 1 TSP takes writes, and 1 is paused": {{Status: connection.Active, TSP: "samsara", N: 2},
			{Status: connection.Paused, TSP: "samsara", N: 1}, {Status: connection.Paused, TSP: "motive", N: 1}},
		"Nothing needs you, and no TSP takes writes: all connections are paused": {{Status: connection.Paused, TSP: "samsara", N: 2}},
		"2 connections are broken": {{Status: connection.Active, TSP: "samsara", N: 2}, {Status: connection.Stale, TSP: "samsara", N: 2}},
		"1 connection is broken":   {{Status: connection.Active, TSP: "samsara", N: 2}, {Status: connection.Failed, TSP: "samsara", N: 1}},
	} {
		c := newOffice().over(t)
		if got := c.headline(overview{links: of}, &homeView{}); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}
