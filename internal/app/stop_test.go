package app_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/app/apptest"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/demo"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/store"
)

// How much runs when the program is stopped, and how often it is.
const (
	stopLanes  = 200
	stopRounds = 100
)

func TestTheProgramStopsHoweverManyLanesRunAndSavesItsLimits(t *testing.T) {
	t.Parallel()
	c := loaded(t)
	for round := range stopRounds {
		began := time.Now()
		stopOnce(t, c)
		if took := time.Since(began); took > 20*time.Second {
			t.Fatalf("round %d took %v", round, took)
		}
		db, err := store.Open(t.Context(), c.DatabaseURL, store.Options{Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		limits, err := db.Meta(t.Context(), "limits")
		if err != nil || limits == nil {
			t.Fatalf("after round %d the limits are not kept: %v", round, err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// loaded fills a database with connections that have work to do.
func loaded(t *testing.T) config.Config {
	t.Helper()
	samsara := apptest.SimulatorAt(t, "samsara")
	c := config.Default()
	c.Key = operatorKey
	c.DatabaseURL, c.BaseURLs["samsara"] = apptest.Database(t), samsara
	filling := c
	// Each connection gets a token and asks who it is.
	many := config.Rate{Events: 5000, Period: time.Second}
	filling.Limits = map[string]map[string]config.Rate{"samsara": {"oauth": many, "me": many}}
	a, err := app.Open(t.Context(), filling,
		app.Options{Dev: true, Log: slog.New(slog.DiscardHandler), Adapters: adapters("samsara")})
	if err != nil {
		t.Fatal(err)
	}
	ids, err := demo.Fill(t.Context(), a.Rooms(), "127.0.0.1:9")
	if err != nil {
		t.Fatal(err)
	}
	spec := adapters("samsara")[0].Spec()
	for range stopLanes {
		conn, err := a.Rooms().Connections.Connect(t.Context(), connection.Connection{ID: uuid.Must(uuid.NewV7()),
			Fleet: demo.ID(demo.FleetRef), TSP: spec.Name, Settings: spec.SampleSettings}, spec.SampleCredentials)
		if err != nil {
			t.Fatal(err)
		}
		for n := range 3 {
			if _, err := a.Rooms().Store.Accept(t.Context(), waitingMessage(conn, ids, n), nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := a.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}

// waitingMessage is a message to a driver on a chain of its own.
func waitingMessage(conn connection.Connection, ids demo.Fixtures, n int) operation.Operation {
	now, id := time.Now().UTC().Truncate(time.Microsecond), uuid.Must(uuid.NewV7())
	payload := fmt.Appendf(nil,
		`{"connection_id":%q,"sender_id":%q,"recipient_id":%q,"message_text":"%d","source_recipient_id":"1"}`,
		conn.ID, ids.Sender, ids.Recipient, n)
	return operation.Operation{ID: id, Partner: demo.ID("partner"), Connection: conn.ID, Fleet: conn.Fleet, TSP: conn.TSP,
		Kind: resource.KindMessage, Verb: resource.Create, OrderKey: "message.create/" + id.String(), State: operation.Queued,
		Payload: payload, NextAt: now, Deadline: now.Add(time.Hour), CreatedAt: now, UpdatedAt: now}
}

// stopOnce runs the program until it answers and stops it while its lanes begin to run.
func stopOnce(t *testing.T, c config.Config) {
	t.Helper()
	addr, stop := runningOver(t, c, app.Options{Dev: true})
	resp, err := http.Get("http://" + addr + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if err := stop(); err != nil {
		t.Fatalf("stopping: %v", err)
	}
}
