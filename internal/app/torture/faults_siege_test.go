//go:build unix

package torture_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/api/openapi/openapitest"
	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/app/apptest"
	"github.com/waybill-dev/waybill/internal/config"
)

// faultsRound is how long the store fails for each of the TORTURE_ROUNDS.
const faultsRound = 4 * time.Second

// TestEveryWriteIsKeptOverAStoreThatFails has callers write to late TSPs, with a moody receiver, while the store fails.
// Then all their records are held against each other.
func TestEveryWriteIsKeptOverAStoreThatFails(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	for _, over := range []string{"OverSQLite", "OverPostgreSQL"} {
		t.Run(over, func(t *testing.T) {
			t.Parallel()
			w := besieged(t)
			past, s := w.throughFaults(apptest.Rounds(t))
			past.report(t, 1)
			w.toldAll(past)
			w.fedAll(past)
			t.Logf("%d writes without an answer", s.unanswered)
		})
	}
}

// besieged is a house over a store that fails, with late TSPs and a moody receiver around it.
func besieged(t *testing.T) *torture {
	t.Helper()
	w := &torture{house: &house{t: t, checker: openapitest.NewChecker(t)}, tsps: lateTSPs(),
		receiver: &moody{failed: map[string]int{}}}
	receiver := httptest.NewServer(w.receiver)
	t.Cleanup(func() { receiver.CloseClientConnections(); receiver.Close() })
	env := []string{"WAYBILL_DATABASE_URL=" + apptest.Database(t), "WAYBILL_KEY=" + apptest.OperatorKey,
		"WAYBILL_SETTLING=" + lateSettling, "WAYBILL_RATE_TOKEN=9000/s"}
	for _, l := range w.tsps {
		l.open(t)
		env = append(env, l.env()...)
	}
	c, wrong := config.FromEnv(env, app.TSPs())
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	w.failing(c, apptest.Seed(t), receiver.URL)
	w.house.authorize()
	status, text := w.do("POST", "/v2/notifications/webhooks", `{"url":"waybill:feed","event_name":"resource_operation.*"}`)
	if status != http.StatusOK {
		t.Fatalf("%d %s", status, text)
	}
	return w
}

// throughFaults lets callers write while the store fails, and then waits until all has ended.
func (w *torture) throughFaults(rounds int) (history, *siege) {
	w.t.Helper()
	over, callers := make(chan struct{}), sync.WaitGroup{}
	s := newSiege(w.house, over, w.url)
	for _, of := range sides(w.house, w.tsps) {
		of.ask(w.t, "POST", "/_sim/lag", fmt.Sprintf(`{"delay_ms":%d}`, listsLag))
		s.begin(&callers, of)
	}
	w.faults.Turn(true)
	for range rounds {
		for _, l := range w.tsps {
			l.plague(w.t)
		}
		<-time.After(faultsRound/2 + time.Duration(rand.Int64N(int64(faultsRound))))
	}
	close(over)
	for _, l := range w.tsps {
		l.calm(w.t)
	}
	callers.Wait()
	w.faults.Turn(false)
	return w.past(s, w.tsps), s
}

// env sets the program to the TSP.
func (l *lateTSP) env() []string {
	name := "WAYBILL_TSP_" + strings.ToUpper(l.name)
	return []string{name + "_BASE_URL=" + l.url, name + "_LIMITS=" + l.limits}
}

// fedAll holds the feed against a history: it has each event of an accepted write once, the beginning before the end.
func (w *torture) fedAll(h history) {
	w.t.Helper()
	told, seen := map[string][]string{}, map[any]bool{}
	type page struct {
		Items  []map[string]any `json:"items"`
		Cursor string           `json:"cursor"`
	}
	next := func(after ...string) (p page) {
		w.read("/v2/notifications/events?"+url.Values{"size": {"100"}, "cursor": after}.Encode(), &p)
		return p
	}
	for p := next(); len(p.Items) > 0; p = next(p.Cursor) {
		for _, item := range p.Items {
			if seen[item["id"]] {
				w.t.Errorf("the feed has %v twice", item["id"])
			}
			seen[item["id"]] = true
			of, name := item["data"].([]any)[0].(map[string]any)["id"].(string), item["event_name"].(string)
			told[of] = append(told[of], strings.TrimPrefix(name, "resource_operation."))
		}
	}
	for _, one := range h.writes {
		if !h.accepted(one) {
			continue
		}
		names := told[one.id]
		begun := len(names) > 0 && names[0] == "created" && !slices.Contains(names[1:], "created")
		if !begun || !one.live && len(names) != 2 || len(names) > 2 {
			w.t.Errorf("the feed tells %q of %s", names, one)
		}
	}
}
