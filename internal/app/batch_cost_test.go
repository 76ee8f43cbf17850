package app_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/app/apptest"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/demo"
)

// TestWhatALineOfABatchCosts measures, in turns, how fast single posts of 64 callers and the lines of one batch are accepted, and the CPU time of
// each, the callers' part included. Nothing of what is accepted is sent, so that accepting alone is measured. It holds nothing:
// figures are ratios that people read. BATCH_COST=100000 asks for it, with so many lines.
func TestWhatALineOfABatchCosts(t *testing.T) {
	lines := 0
	if _, err := fmt.Sscan(os.Getenv("BATCH_COST"), &lines); err != nil {
		t.Skip("measures for people; BATCH_COST=100000 asks for it")
	}
	for _, over := range []string{"OverSQLite", "OverPostgreSQL"} {
		t.Run(over, func(t *testing.T) {
			h := accepting(t)
			var rates, costs []float64
			for turn := range 5 {
				single, cpu := h.measure(t, lines/10, func() { h.posts(64, lines/10) })
				line, cpuOfLine := h.measure(t, lines, func() { h.lines(lines) })
				rates, costs = append(rates, line/single), append(costs, cpuOfLine/cpu)
				t.Logf("turn %d: %.0f posts/s, %.3f ms each; %.0f lines/s, %.3f ms each", turn+1, single, cpu, line, cpuOfLine)
			}
			slices.Sort(rates)
			slices.Sort(costs)
			t.Logf("lines are accepted at x %.1f (%.1f to %.1f) the rate of posts, for x %.2f of the CPU time", rates[2], rates[0], rates[4], costs[2])
		})
	}
}

// accepting is a house whose lanes stand still.
func accepting(t *testing.T) *house {
	t.Helper()
	c := config.Default()
	c.Key, c.DatabaseURL, c.BaseURLs["samsara"] = operatorKey, apptest.Database(t), apptest.SimulatorAt(t, "samsara")
	c.RateClient, c.RatePartner = config.Rate{Events: 1_000_000, Period: time.Second}, config.Rate{Events: 1_000_000, Period: time.Second}
	a, err := app.Open(t.Context(), c, app.Options{Dev: true, Log: slog.New(slog.DiscardHandler), Adapters: adapters("samsara")})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, strict: true, app: a}
	if h.ids, err = demo.Fill(t.Context(), a.Rooms(), "127.0.0.1:9"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(a.Handler())
	t.Cleanup(func() { server.Close(); _ = a.Close(context.WithoutCancel(t.Context())) })
	h.url = server.URL
	h.token = h.tokenFor(app.DemoClient, app.DemoSecret, "organization")
	return h
}

// measure returns how many of n are done in a second, and the milliseconds of CPU time of each.
func (h *house) measure(t *testing.T, n int, do func()) (perSecond, cpu float64) {
	before, began := used(t), time.Now()
	do()
	return float64(n) / time.Since(began).Seconds(), float64((used(t) - before).Microseconds()) / 1000 / float64(n)
}

// posts sends n messages by callers of which each sends one at a time.
func (h *house) posts(callers, n int) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: callers}}
	defer client.CloseIdleConnections()
	var all errgroup.Group
	all.SetLimit(callers)
	for range n {
		all.Go(func() error {
			r, err := http.NewRequestWithContext(h.t.Context(), "POST", h.url+messages, strings.NewReader(h.message("by itself")))
			if err != nil {
				return err
			}
			r.Header = http.Header{"Authorization": {"Bearer " + h.token}, "Content-Type": {"application/json"}}
			resp, err := client.Do(r)
			if err != nil {
				return err
			}
			defer resp.Body.Close()
			if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != http.StatusAccepted {
				return fmt.Errorf("%d %w", resp.StatusCode, err)
			}
			return nil
		})
	}
	if err := all.Wait(); err != nil {
		h.t.Fatal(err)
	}
}

// lines sends n messages with one batch.
func (h *house) lines(n int) {
	one := line("POST", messages, h.message("in a batch"), "")
	resp := h.beginBatch("", strings.NewReader(strings.Repeat(one, n)))
	defer resp.Body.Close()
	text := make([]byte, 64<<10)
	var last string
	for {
		got, err := resp.Body.Read(text)
		last = (last + string(text[:got]))[max(0, len(last)+got-300):]
		if err == io.EOF {
			break
		}
		if err != nil {
			h.t.Fatal(err)
		}
	}
	if !strings.Contains(last, fmt.Sprintf(`{"end":"complete","lines":%d,"accepted":%[1]d,`, n)) {
		h.t.Fatalf("the batch ended with %s", last)
	}
}
