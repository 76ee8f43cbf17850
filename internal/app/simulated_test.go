package app_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/api/openapi/openapitest"
	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/app/apptest"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/tsp/all"
)

// openAll opens a house of all TSPs that logs everything, with something before each of their simulators.
func openAll(t *testing.T, c config.Config, before func(name string, sim http.Handler) http.Handler) *house {
	t.Helper()
	for _, one := range all.Simulators() {
		server := httptest.NewServer(before(one.Info.Name, apptest.Simulator(t, one.Info.Name)))
		t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
		c.BaseURLs[one.Info.Name] = server.URL
	}
	h := &house{t: t, sim: c.BaseURLs["samsara"], checker: openapitest.NewChecker(t), journal: &journal{}, patience: impatient()}
	h.hooks = &hooks{t: t, checker: h.checker, answer: http.StatusAccepted, came: make(chan struct{}, 1)}
	receiver := httptest.NewServer(h.hooks)
	t.Cleanup(receiver.Close)
	c.Settling, c.Key, c.DatabaseURL = 1500*time.Millisecond, operatorKey, apptest.Database(t)
	h.config = c
	log := slog.New(slog.NewJSONHandler(h.journal, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h.serve(c, app.Options{Dev: true, Log: log}, h.demo(receiver.URL))
	h.token = h.tokenFor(app.DemoClient, app.DemoSecret, "organization")
	return h
}

// simulated asks the simulator's admin side.
func (h *house) simulated(method, path, body string) string {
	h.t.Helper()
	return h.simulatedAt(h.sim+path, method, body)
}

// simulatedAt asks a simulator at a URL; headers are pairs.
func (h *house) simulatedAt(url, method, body string, headers ...string) string {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		h.t.Fatalf("%s %s: %d %s %v", method, url, resp.StatusCode, text, err)
	}
	return string(text)
}
