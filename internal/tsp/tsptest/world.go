package tsptest

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// world is one adapter connected to a simulator of its own.
type world struct {
	t       *trial
	adapter tsp.Adapter
	sim     simulator
	net     *network
	front   *front
	client  *http.Client
	setup   setup
	vault   *vault
	session tsp.Session
	log     *bytes.Buffer
	stop    func()
}

// setup is what a world is made with; its zero value is the config's settings, the sample
// credentials and limits that nobody enforces.
type setup struct {
	// settings replace the config's.
	settings tsp.Settings
	// renewable asks for credentials with a session that can end, if the config has some.
	renewable bool
	// limits are enforced: all that the simulator has or, with stated, those that the TSP states.
	limits, stated bool
	pace           tsp.Pacer
	// switches are turned on before anything is asked.
	switches map[string]bool
	// ahead is by how much the TSP's clock is before ours.
	ahead time.Duration
}

// world starts a simulator and connects the adapter to it.
func (t *trial) world(of setup) *world {
	config := t.suite.config
	host, err := config.Simulator(simkit.Options{Limits: of.limits || of.stated, Seeds: &t.suite.seeds})
	if err != nil {
		t.fatalf("the simulator does not start: %v", err)
	}
	if of.settings == nil {
		of.settings = t.suite.settings()
	}
	if of.pace == nil {
		of.pace = Free{}
	}
	w := &world{t: t, adapter: config.New(), sim: simulator{t, host}, net: newNetwork(), setup: of, log: new(bytes.Buffer)}
	if of.limits {
		w.sim.turn(map[string]bool{simkit.AssumedLimits: true})
	}
	if of.switches != nil {
		w.sim.turn(of.switches)
	}
	w.sim.advance(of.ahead)
	w.front = &front{simulator: host}
	var stopServer func()
	w.client, stopServer = w.net.serve(w.front)
	w.vault = newVault(t.suite.credentials(of))
	closed := false
	w.stop = func() {
		if closed {
			return
		}
		closed = true
		w.client.CloseIdleConnections()
		if err := host.Close(); err != nil {
			t.errorf("the simulator does not close: %v", err)
		}
		stopServer()
	}
	t.cleanup(w.stop)
	w.exchange()
	w.connect()
	return w
}

// access is what the adapter's sessions are made from.
func (w *world) access() tsp.Access {
	return tsp.Access{Credentials: w.vault.stored(), Settings: w.setup.settings, BaseURL: "http://" + tspHost,
		Client: w.client, Pace: w.setup.pace, Renew: w.vault.renew}
}

// exchange turns credentials that work once into ones that can be kept.
func (w *world) exchange() {
	e, ok := w.adapter.(tsp.Exchanger)
	if !ok {
		return
	}
	kept, err := e.Exchange(w.t.ctx, w.access())
	if err != nil {
		w.t.unready("connected", "the credentials cannot be exchanged: %v", err)
	}
	w.vault.put(kept)
}

// connect makes a session from what is stored.
func (w *world) connect() {
	s, err := w.adapter.Connect(w.t.ctx, w.access())
	if err != nil {
		w.t.unready("connected", "Connect: %v", err)
	}
	w.session = s
}

// restart is what a crash leaves: a new adapter and a new session with what is stored.
func (w *world) restart() {
	w.adapter = w.t.suite.config.New()
	w.connect()
}

// caller returns what the rest of the program would hold, with a log of its own.
func (w *world) caller() (*tsp.Caller, tsp.Target) {
	r, err := tsp.NewRegistry([]tsp.Adapter{w.adapter}, map[tsp.Name]string{w.t.suite.spec.Name: "http://" + tspHost})
	if err != nil {
		w.t.fatalf("the registry: %v", err)
	}
	log := slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	return tsp.NewCaller(r, w.client, 0, log), tsp.Target{Connection: connectionID, TSP: w.t.suite.spec.Name,
		Settings: w.setup.settings, Credentials: w.vault.read, Renew: w.vault.renew}
}

// classOf is the class of an end; Broken, with a failure, if it carries none.
func (t *trial) classOf(err error) tsp.Class {
	if err == nil {
		return tsp.Done
	}
	e := t.classified(err)
	if e.Class == tsp.Done {
		t.errorf("the error is of class %s, which no failure can have: %v", tsp.Done, err)
		return tsp.Broken
	}
	return e.Class
}

func (t *trial) classified(err error) *tsp.Error {
	var e *tsp.Error
	if direct, ok := err.(*tsp.Error); ok {
		return direct
	}
	if errors.As(err, &e) {
		t.errorf("the error is wrapped in a %T; adapters return a *tsp.Error as it is: %v", err, err)
		return e
	}
	t.errorf("the error is a %T and carries no class: %v", err, err)
	return &tsp.Error{Class: tsp.Broken, Message: err.Error()}
}
