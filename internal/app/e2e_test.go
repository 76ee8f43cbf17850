package app_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/api/openapi/openapitest"
	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/app/apptest"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/demo"
	"github.com/waybill-dev/waybill/internal/store"
	"github.com/waybill-dev/waybill/internal/store/faults"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/all"
)

// house is the whole program over a fresh database, with a simulated Samsara, a receiver of
// webhooks and the demo's fixtures. Everything is asked over HTTP, and every answer is held
// against the OpenAPI document.
type house struct {
	// strict tells that answers lack what the document demands and the contract does not have.
	strict  bool
	t       *testing.T
	url     string
	sim     string
	app     *app.App
	db      store.Store
	ids     demo.Fixtures
	token   string
	checker *openapitest.Checker
	hooks   *hooks
	// config and listens are what the house was started with.
	config  config.Config
	listens string
	// journal holds the errors that were logged.
	journal *journal
	// patience is that of the house; zero members are those of a real one.
	patience connection.Patience
	// faults are those of its store, nil if that does not fail.
	faults *faults.Database
	stop   func()
}

const operatorKey = apptest.OperatorKey

// adapters returns the adapters of the TSPs named.
func adapters(names ...tsp.Name) []tsp.Adapter {
	return slices.DeleteFunc(all.Adapters(), func(a tsp.Adapter) bool { return !slices.Contains(names, a.Spec().Name) })
}

// impatient proves within a second what takes half a minute otherwise, and probes as often.
func impatient() connection.Patience {
	return connection.Patience{First: 20 * time.Millisecond, Apart: 50 * time.Millisecond, Probe: 200 * time.Millisecond,
		Longest: time.Second}
}

func open(t *testing.T) *house { return openWith(t, config.Default()) }

func openWith(t *testing.T, c config.Config) *house {
	t.Helper()
	samsara := apptest.SimulatorAt(t, "samsara")
	h := &house{t: t, sim: samsara, patience: impatient(), checker: openapitest.NewChecker(t)}
	h.hooks = &hooks{t: t, checker: h.checker, answer: http.StatusAccepted, came: make(chan struct{}, 1)}
	receiver := httptest.NewServer(h.hooks)
	t.Cleanup(receiver.Close)
	// The simulators apply at once, so that a look-up proves something early.
	c.Settling = 1500 * time.Millisecond
	c.Key = operatorKey
	c.DatabaseURL = apptest.Database(t)
	c.BaseURLs["samsara"] = samsara
	h.start(c, receiver.URL)
	return h
}

// start runs the program with the demo's fixtures.
func (h *house) start(c config.Config, receiver string) {
	h.t.Helper()
	h.config, h.listens = c, receiver
	h.journal = &journal{}
	log := slog.New(slog.NewTextHandler(h.journal, &slog.HandlerOptions{Level: slog.LevelError}))
	h.serve(c, app.Options{Dev: true, Log: log, Adapters: adapters("samsara")}, h.demo(receiver))
	h.token = h.tokenFor(app.DemoClient, app.DemoSecret, "organization")
}

// demo fills the database as that of the demo is.
func (h *house) demo(receiver string) func(context.Context) error {
	return func(ctx context.Context) (err error) {
		h.app.Rooms().Connections.Patience = h.patience
		h.ids, err = apptest.Filled(ctx, h.app.Rooms(), strings.TrimPrefix(receiver, "http://"))
		return err
	}
}

// serve opens the program, fills its database and runs it until stop.
func (h *house) serve(c config.Config, o app.Options, fill func(context.Context) error) {
	t := h.t
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var err error
	if strings.Contains(t.Name(), overFaults) {
		h.failing(&o)
	}
	if h.app, err = app.Open(ctx, c, o); err != nil {
		t.Fatal(err)
	}
	h.db = h.app.Rooms().Store
	if err := fill(ctx); err != nil {
		t.Fatal(err)
	}
	if h.faults != nil {
		h.faults.Turn(true)
	}
	server := httptest.NewUnstartedServer(nil)
	h.url = "http://" + server.Listener.Addr().String()
	ended := make(chan error, 1)
	go func() { ended <- h.app.Run(ctx, server.Listener) }()
	h.stop = sync.OnceFunc(func() {
		if h.faults != nil {
			h.faults.Turn(false)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("stopping: %v", err)
		}
	})
	t.Cleanup(h.stop)
}

// operator works on the house's database beside the service.
func (h *house) operator() *access.Operator { return access.NewOperator(h.db, time.Now) }

func (h *house) tokenFor(id, secret, scope string) string {
	h.t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret},
		"scope": {scope}}
	a := h.do("POST", "/realms/waybill/protocol/openid-connect/token", form.Encode(), "Content-Type",
		"application/x-www-form-urlencoded")
	if a.status != http.StatusOK {
		h.t.Fatalf("no token: %d %s", a.status, a.text)
	}
	return a.field("access_token")
}

// answer is what the service said.
type answer struct {
	t      *testing.T
	status int
	header http.Header
	text   string
}

// do sends one request with the house's token; headers are pairs that override its own.
func (h *house) do(method, path, body string, headers ...string) answer {
	h.t.Helper()
	if h.faults != nil {
		return h.persists(method, path, body, headers)
	}
	return h.once(method, path, body, headers)
}

func (h *house) once(method, path, body string, headers []string) answer {
	h.t.Helper()
	c := apptest.Caller{URL: h.url, Token: h.token}
	if !h.strict {
		c.Checker = h.checker
	}
	resp, text := c.Do(h.t, method, path, body, headers...)
	return answer{h.t, resp.StatusCode, resp.Header, text}
}

// value returns a member of the answer's object.
func (a answer) value(name string) any {
	a.t.Helper()
	var object map[string]any
	if err := json.Unmarshal([]byte(a.text), &object); err != nil {
		a.t.Fatalf("%d %s: %v", a.status, a.text, err)
	}
	return object[name]
}

func (a answer) field(name string) string {
	a.t.Helper()
	text, _ := a.value(name).(string)
	return text
}

// message is the body of a message with a text of its own.
func (h *house) message(text string) string {
	return fmt.Sprintf(`{"connection_id":"%s","sender_id":"%s","recipient_id":"%s","message_text":%q}`,
		h.ids.Connection, h.ids.Sender, h.ids.Recipient, text)
}

const (
	messages   = "/v2/telematics/messages"
	operations = "/v2/integrations/connections/resource-operations"
)

// ended waits until the operation is no longer pending and returns it.
func (h *house) ended(id string) answer {
	h.t.Helper()
	return h.endedWithin(2*time.Minute, id)
}

func (h *house) endedWithin(d time.Duration, id string) answer {
	h.t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	var a answer
	for deadline := time.Now().Add(d); time.Now().Before(deadline); <-tick.C {
		a = h.do("GET", fmt.Sprintf("/v2/integrations/connections/%s/resource-operations/%s", h.ids.Connection, id), "")
		if a.field("status") != "pending" {
			return a
		}
	}
	h.t.Fatalf("operation %s did not end: %s", id, a.text)
	return answer{}
}

// events waits for n verified events and returns their names with the operation's id.
func (h *house) events(n int) []string {
	h.t.Helper()
	timeout := time.After(2 * time.Minute)
	for {
		h.hooks.mu.Lock()
		got := len(h.hooks.got)
		h.hooks.mu.Unlock()
		if got >= n {
			break
		}
		select {
		case <-h.hooks.came:
		case <-timeout:
			h.t.Fatalf("%d events came, not %d", got, n)
		}
	}
	h.hooks.mu.Lock()
	defer h.hooks.mu.Unlock()
	var names []string
	for _, e := range h.hooks.got {
		names = append(names, e.header.Get("X-Event-Type"))
	}
	return names
}
