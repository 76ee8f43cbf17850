package app_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/config"
)

// seen is the configuration of a house at which operators can look.
func seen() config.Config {
	c := config.Default()
	c.AdminAddr = "127.0.0.1:0"
	return c
}

// look asks the admin address as an operator does, under the name of a host.
func (h *house) look(path, host string) (status int, text string) {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), "GET", "http://"+h.app.AdminAddr()+path, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	req.Host = host
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// scraped are the samples of a scrape.
func (h *house) scraped() []string {
	h.t.Helper()
	status, text := h.look("/metrics", "")
	if status != http.StatusOK {
		h.t.Fatalf("a scrape is answered %d: %s", status, text)
	}
	return strings.Split(text, "\n")
}

func TestAWriteIsSeenFromItsRequestToItsWebhook(t *testing.T) {
	t.Parallel()
	h := openWith(t, seen())
	op := h.do("POST", messages, h.message("seen")).field("id")
	h.until("the write and its webhooks are counted", func() bool {
		lines := h.scraped()
		return !slices.ContainsFunc([]string{
			`waybill_http_requests_total{code="202",method="POST",route="/v2/telematics/messages"} 1`,
			`waybill_attempts_total{class="done",tsp="samsara"} 1`,
			`waybill_operations_total{end="success",tsp="samsara"} 1`,
			`waybill_deliveries_total{outcome="delivered"} 2`,
			`waybill_delivery_lag_seconds_count 2`,
			`waybill_lane_slots{queue="connection/samsara"} 2000`,
			`waybill_ready{check="store_write"} 1`,
			`waybill_lane_depth{kind="receiver",tsp="none"} 0`,
		}, func(want string) bool { return !slices.Contains(lines, want) })
	})
	for _, line := range h.scraped() {
		if strings.Contains(line, op) || strings.Contains(line, "127.0.0.1") {
			t.Errorf("a scrape tells of one operation or receiver: %s", line)
		}
	}
}

func TestEachKindOfSweepIsSeen(t *testing.T) {
	t.Parallel()
	h := openWith(t, seen())
	for _, what := range []string{"deleted_webhooks", "receivers", "old_secrets", "dead_letters", "delivery_logs",
		"idempotency_keys", "exchanges", "operations", "records", "waiting_deliveries", "deleted_fleets"} {
		h.until("there are sweeps of "+what, func() bool {
			return slices.ContainsFunc(h.scraped(), func(line string) bool {
				return strings.HasPrefix(line, `waybill_sweeps_total{result="done",what="`+what+`"}`)
			})
		})
	}
}

func TestLanesThatWaitSayForWhat(t *testing.T) {
	t.Parallel()
	c := seen()
	c.Limits["samsara"] = map[string]config.Rate{"messages.write": {Events: 1, Period: time.Minute}}
	h := openWith(t, c)
	for n := range 20 {
		h.do("POST", messages, h.message(fmt.Sprint(n)))
	}
	h.until("the lane waits for its limit", func() bool {
		lines := h.scraped()
		return slices.Contains(lines, `waybill_lanes{kind="connection",tsp="samsara",waits="limit"} 1`) &&
			slices.Contains(lines, `waybill_limits_used_up{limit="messages.write",tsp="samsara"} 1`)
	})
}

func TestAStopIsToldBeforeNothingIsTakenAnyMore(t *testing.T) {
	t.Parallel()
	c := seen()
	c.DrainDelay = 5 * time.Second // longer than what follows takes
	h := openWith(t, c)
	if a := h.do("GET", "/readyz", ""); a.status != http.StatusOK {
		t.Fatalf("before: %d %s", a.status, a.text)
	}
	stopped := make(chan struct{})
	go func() { defer close(stopped); h.stop() }()
	stops := `"name":"draining","status":"failed","detail":"the service is about to stop`
	h.until("readiness says that it stops", func() bool {
		a := h.do("GET", "/readyz", "")
		return a.status == http.StatusServiceUnavailable && strings.Contains(a.text, stops)
	})
	if a := h.do("GET", "/healthz", ""); a.status != http.StatusOK {
		t.Errorf("health: %d %s", a.status, a.text)
	}
	if a := h.do("POST", messages, h.message("late")); a.status != http.StatusAccepted {
		t.Errorf("a write: %d %s", a.status, a.text)
	}
	h.until("the late write is sent", func() bool { return h.sent("late") == 1 })
	<-stopped
	if _, err := net.Dial("tcp", h.app.AdminAddr()); err == nil {
		t.Error("the admin address is served after the stop")
	}
}

func TestProfilesAreForThisMachineByItsOwnName(t *testing.T) {
	t.Parallel()
	h := openWith(t, seen())
	for host, want := range map[string]int{"127.0.0.1:9090": 200, "localhost": 200, "[::1]:9090": 200,
		"rebound.example:9090": 403, "10.0.0.7": 403} {
		status, text := h.look("/debug/pprof/", host)
		if status != want || status == 403 && !strings.Contains(text, "kubectl port-forward") {
			t.Errorf("asked for at %s: %d %s", host, status, text)
		}
	}
	if status, _ := h.look("/debug/pprof/cmdline", "127.0.0.1"); status != http.StatusNotFound {
		t.Errorf("the command line is answered with %d", status)
	}
}
