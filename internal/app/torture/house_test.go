// Package torture_test holds the real program against every way of dying, being deaf and being replaced: killed, stopped,
// without a disk, a clock or a database, alone and as replicas, under load and among TSPs that are late.
package torture_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/api/openapi/openapitest"
	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/app/apptest"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/demo"
	"github.com/waybill-dev/waybill/internal/store/engine"
	"github.com/waybill-dev/waybill/internal/store/faults"
)

func TestMain(m *testing.M) { apptest.Main(m) }

const (
	messages   = "/v2/telematics/messages"
	vehicles   = "/v2/telematics/vehicles"
	users      = "/v2/telematics/users"
	operations = "/v2/integrations/connections/resource-operations"

	keyHeader = "Idempotency-Key"
)

// house is the program as its callers find it, in processes of its own or in this one, and what was put into its database.
type house struct {
	t          *testing.T
	url, token string
	checker    *openapitest.Checker
	ids        demo.Fixtures
	// config fills its database, and listens is where that has receivers of webhooks.
	config  config.Config
	listens string
	// faults are those of its store, nil if that does not fail.
	faults *faults.Database
}

// do sends one request with the house's token.
func (h *house) do(method, path, body string) (status int, text string) {
	h.t.Helper()
	resp, text := apptest.Caller{URL: h.url, Token: h.token, Checker: h.checker}.Do(h.t, method, path, body)
	return resp.StatusCode, text
}

// read reads an object that must be there.
func (h *house) read(path string, into any) {
	h.t.Helper()
	status, text := h.do("GET", path, "")
	if err := json.Unmarshal([]byte(text), into); err != nil || status != http.StatusOK {
		h.t.Fatalf("%s: %d %s %v", path, status, text, err)
	}
}

// list is a page of a list.
type list struct {
	Items []map[string]any `json:"items"`
	Next  string           `json:"next_page"`
}

// list reads a page that must be there; query are pairs.
func (h *house) list(path string, query ...string) (page list) {
	h.t.Helper()
	q := url.Values{}
	for i := 0; i+1 < len(query); i += 2 {
		q.Add(query[i], query[i+1])
	}
	h.read(path+"?"+q.Encode(), &page)
	return page
}

// tokenFor gets a client a token of all its scopes.
func (h *house) tokenFor(id, secret string) string {
	h.t.Helper()
	return apptest.Caller{URL: h.url, Checker: h.checker}.TokenFor(h.t, id, secret, "")
}

// message is the body of a message with a text of its own.
func (h *house) message(text string) string {
	return fmt.Sprintf(`{"connection_id":"%s","sender_id":"%s","recipient_id":"%s","message_text":%q}`,
		h.ids.Connection, h.ids.Sender, h.ids.Recipient, text)
}

// endedWithin waits until the operation is no longer pending and returns it.
func (h *house) endedWithin(d time.Duration, id string) (op object) {
	h.t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(d); time.Now().Before(deadline); <-tick.C {
		op = nil
		h.read(fmt.Sprintf("/v2/integrations/connections/%s/resource-operations/%s", h.ids.Connection, id), &op)
		if op.text("status") != "pending" {
			return op
		}
	}
	h.t.Fatalf("operation %s did not end: %v", id, op)
	return nil
}

// failing runs the program in this process, over a store that fails from when its faults are turned on.
func (h *house) failing(c config.Config, seed uint64, receiver string) {
	t := h.t
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	o := app.Options{Dev: true, Log: slog.New(slog.DiscardHandler), Behind: func(db engine.Database) engine.Database {
		h.faults = faults.Before(db, seed)
		return h.faults
	}}
	a, err := app.Open(ctx, c, o)
	if err != nil {
		t.Fatal(err)
	}
	if h.ids, err = apptest.Filled(ctx, a.Rooms(), strings.TrimPrefix(receiver, "http://")); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(nil)
	h.url = "http://" + server.Listener.Addr().String()
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx, server.Listener) }()
	t.Cleanup(func() {
		t.Logf("the store failed so: %s", h.faults.Told())
		h.faults.Turn(false)
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("stopping: %v", err)
		}
	})
}
