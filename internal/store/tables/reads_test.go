package tables_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/demo"
	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/store/tables"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/all"
	"github.com/waybill-dev/waybill/internal/tsp/simkit"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// whole is the whole program over a database, with a TSP and one subscription.
type whole struct {
	t          *testing.T
	db         *tables.DB
	readings   func() map[string]int
	url, token string
	fixtures   demo.Fixtures
	told       chan struct{}
}

func runWhole(t *testing.T) *whole {
	t.Helper()
	w := &whole{t: t, told: make(chan struct{}, 1)}
	i := slices.IndexFunc(all.Simulators(), func(s all.Simulator) bool { return s.Info.Name == "samsara" })
	sim, err := all.Simulators()[i].New(simkit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	at := httptest.NewServer(sim)
	t.Cleanup(func() { at.CloseClientConnections(); _ = sim.Close(); at.Close() })
	receiver := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Event-Type") == event.OperationSucceeded {
			w.told <- struct{}{}
		}
	}))
	t.Cleanup(receiver.Close)
	c := config.Default()
	c.Key, c.DatabaseURL, c.BaseURLs["samsara"] = "5VKHk80XiU1YgykPoY1ssX+gcHHBu8KxxazI42zN4z0=", filepath.Join(t.TempDir(), "w.db"), at.URL
	adapters := slices.DeleteFunc(all.Adapters(), func(a tsp.Adapter) bool { return a.Spec().Name != "samsara" })
	a, err := app.Open(t.Context(), c, app.Options{Dev: true, Log: slog.New(slog.DiscardHandler), Adapters: adapters})
	if err != nil {
		t.Fatal(err)
	}
	w.db = a.Rooms().Store.(*tables.DB)
	w.readings = w.db.Readings()
	if w.fixtures, err = demo.Fill(t.Context(), a.Rooms(), strings.TrimPrefix(receiver.URL, "http://")); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.url = "http://" + l.Addr().String()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return w
}

// post sends a body and returns the answer's.
func (w *whole) post(path, kind string, body []byte) []byte {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), "POST", w.url+path, bytes.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Authorization", "Bearer "+w.token)
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	if err != nil || a.StatusCode > 299 {
		w.t.Fatalf("%s: %d %s %v", path, a.StatusCode, text, err)
	}
	return text
}

// onlyTold deletes the subscriptions to all but one kind of event.
func (w *whole) onlyTold(name string) {
	w.t.Helper()
	all, err := w.db.Subscriptions(w.t.Context(), webhook.SubscriptionQuery{Partner: demo.ID("partner"), Window: page.Window{Limit: 100}})
	for _, sub := range all {
		if sub.EventName == name {
			continue
		}
		var gone webhook.Subscription
		if gone, err = sub.Move(webhook.Delete, webhook.ByOwner, time.Now()); err == nil {
			err = w.db.ChangeSubscription(w.t.Context(), webhook.Change{From: sub, To: gone})
		}
		if err != nil {
			break
		}
	}
	if err != nil || len(all) < 2 {
		w.t.Fatal(len(all), err)
	}
}

// message sends a message and returns when its end was told.
func (w *whole) message() {
	w.t.Helper()
	w.post("/v2/telematics/messages", "application/json", fmt.Appendf(nil,
		`{"connection_id":"%s","sender_id":"%s","recipient_id":"%s","message_text":"dock 7"}`,
		w.fixtures.Connection, w.fixtures.Sender, w.fixtures.Recipient))
	<-w.told
}

// What is asked once a second or so, whatever is written.
var periodic = []string{"FROM import_schedule", "FROM connection_leaving", "FROM meta", "WITH RECURSIVE lane", "FROM revocation", "FROM client ", "FROM job "}

func TestAMessageAndItsWebhookCostThreeReadings(t *testing.T) {
	w := runWhole(t)
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {app.DemoClient}, "client_secret": {app.DemoSecret}}
	answer := w.post("/realms/waybill/protocol/openid-connect/token", "application/x-www-form-urlencoded", []byte(form.Encode()))
	_, rest, _ := strings.Cut(string(answer), `"access_token":"`)
	w.token, _, _ = strings.Cut(rest, `"`)
	w.onlyTold(event.OperationSucceeded)
	w.message()
	const messages = 20
	before, begun := w.readings(), time.Now()
	for range messages {
		w.message()
	}
	logs, others := 0, 0
	for text, n := range w.readings() {
		n -= before[text]
		of := func(part string) bool { return strings.Contains(text, part) }
		switch {
		case of("FROM change "):
			logs += n
		case n > 0 && !slices.ContainsFunc(periodic, of):
			others += n
			t.Logf("%d times %.120q", n, text)
		}
	}
	// The log is read when the message comes, and again where it was not read for a quarter of a second.
	if most := messages + int(time.Since(begun)/(250*time.Millisecond)) + 1; logs > most {
		t.Errorf("%d messages read the log of changes %d times, and not %d", messages, logs, most)
	}
	// The heads of the connection's lane and of the receiver's; what was remembered may have to be read again.
	if others > 2*messages+6 {
		t.Errorf("%d messages cost %d readings beside that", messages, others)
	}
}
