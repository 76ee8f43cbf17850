package app_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/app/apptest"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/demo"
)

func TestASecondStartOfTheDemoDeliversToItsNewReceiverAlone(t *testing.T) {
	t.Parallel()
	h := open(t)
	first := h.hooks
	own := h.do("POST", "/v2/notifications/webhooks",
		`{"url":"http://127.0.0.1:9/own","event_name":"resource_operation.created"}`)
	h.stop()
	c := config.Default()
	c.Key, c.DatabaseURL = operatorKey, h.config.DatabaseURL
	c.BaseURLs["samsara"] = h.sim
	h.hooks = &hooks{t: t, checker: h.checker, answer: http.StatusAccepted, came: make(chan struct{}, 1)}
	receiver := httptest.NewServer(h.hooks)
	t.Cleanup(receiver.Close)
	for range 2 {
		h.start(c, receiver.URL)
		if got := h.do("GET", "/v2/notifications/webhooks/"+own.field("id"), ""); got.status != http.StatusOK {
			t.Errorf("a subscription that somebody made with the demo's client: %d %s", got.status, got.text)
		}
		h.stop()
	}
	h.start(c, receiver.URL)
	h.ended(h.do("POST", messages, h.message("after the move")).field("id"))
	if names := h.events(2); len(names) < 2 {
		t.Errorf("the new receiver got %v", names)
	}
	first.mu.Lock()
	defer first.mu.Unlock()
	if len(first.got) > 0 {
		t.Errorf("the old receiver got %d events", len(first.got))
	}
}

func TestTheDemoGoesOnWithoutATSPThatTakesNoneOfItsCredentials(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(other.Close)
	h := open(t)
	h.stop()
	c := config.Default()
	c.Key, c.DatabaseURL = operatorKey, apptest.Database(t)
	c.BaseURLs["samsara"], c.BaseURLs["motive"] = h.sim, other.URL
	log := slog.New(slog.DiscardHandler)
	a, err := app.Open(t.Context(), c, app.Options{Dev: true, Log: log, Adapters: adapters("samsara", "motive")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close(context.Background()) })
	made, err := demo.Fill(t.Context(), a.Rooms(), "127.0.0.1:9")
	if err != nil || made.Connection != demo.ID("connection:samsara") {
		t.Errorf("the demo uses %s, %v", made.Connection, err)
	}
	if len(made.Unconnected) != 1 || !strings.Contains(made.Unconnected[0].Error(), "motive") {
		t.Errorf("it tells %v", made.Unconnected)
	}
}

func TestTheDemoWaitsForTheRecordsOfOneTSPAlone(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.Key, c.DatabaseURL = operatorKey, apptest.Database(t)
	for _, name := range []string{"samsara", "motive"} {
		c.BaseURLs[name] = apptest.SimulatorAt(t, name)
	}
	a, err := app.Open(t.Context(), c, app.Options{Dev: true, Log: slog.New(slog.DiscardHandler),
		Adapters: adapters("samsara", "motive")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close(context.Background()) })
	if made, err := demo.Fill(t.Context(), a.Rooms(), "127.0.0.1:9"); err != nil || len(made.Unconnected) > 0 {
		t.Fatal(made.Unconnected, err)
	}
	for name, want := range map[string]bool{"samsara": true, "motive": false} {
		all, err := a.Rooms().Store.SchedulesOf(t.Context(), []uuid.UUID{demo.ID("connection:" + name)})
		if err != nil || len(all) == 0 {
			t.Fatalf("%s: %d schedules, %v", name, len(all), err)
		}
		for _, s := range all {
			if !s.LastSuccessAt.IsZero() != want || s.NextAt.IsZero() {
				t.Errorf("%s of %s was imported at %v and is due at %v", s.Kind, name, s.LastSuccessAt, s.NextAt)
			}
		}
	}
}
