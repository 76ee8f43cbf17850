package simkit

import (
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Host runs one simulator: the TSP side, the admin side and what they share. It is a Simulator.
type Host struct {
	// Store holds the simulator's objects.
	Store *Store
	// Limiter enforces the TSP's rate limits while it is enabled.
	Limiter *Limiter

	def       Definition
	opts      Options
	tsp       TSP
	admin     http.Handler
	clock     *clock
	requests  *requestLog
	faults    *faultList
	switches  *switches
	lates     *lates
	done      chan struct{}
	closeOnce sync.Once
	closeErr  error
}

// New opens the simulator's state, seeds it when it is empty, and returns the running simulator.
func New(opts Options, def Definition) (*Host, error) {
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	h := &Host{
		def: def, opts: opts,
		clock:    newClock(opts.Now),
		requests: &requestLog{},
		faults:   &faultList{},
		switches: newSwitches(def.Switches),
		lates:    newLates(),
		Limiter:  &Limiter{},
		done:     make(chan struct{}),
	}
	h.Limiter.assumed = func() bool { return h.On(AssumedLimits) }
	h.Limiter.Enable(opts.Limits)
	path := ""
	if opts.Dir != "" {
		path = filepath.Join(opts.Dir, def.Info.Name+".jsonl")
	}
	store, err := openStore(path, h.Now)
	if err != nil {
		return nil, fmt.Errorf("open the state of the %s simulator: %w", def.Info.Name, err)
	}
	h.Store = store
	h.tsp = def.Build(h)
	h.admin = h.adminRoutes()
	if store.empty() {
		if opts.Seeds == nil || path != "" {
			opts.Seeds = new(Seeds)
		}
		if err := opts.Seeds.sow(store, h.tsp.Seed); err != nil {
			return nil, fmt.Errorf("seed the %s simulator: %w", def.Info.Name, err)
		}
	}
	opts.Logger.Info("simulator ready", "tsp", def.Info.Name, "state", path)
	return h, nil
}

// Open is New for those who need no more than a Simulator of it.
func Open(opts Options, def Definition) (Simulator, error) {
	host, err := New(opts, def)
	if err != nil {
		return nil, err
	}
	return host, nil
}

// Now is the simulator's time: the injected clock plus what the admin side added.
func (h *Host) Now() time.Time { return h.clock.now() }

// On reports whether a switch is on.
func (h *Host) On(name string) bool { return h.switches.on(name) }

// Close releases hanging requests and drops those that would be applied later, then writes and closes the state.
func (h *Host) Close() error {
	h.closeOnce.Do(func() {
		close(h.done)
		h.lates.drop(true)
		h.closeErr = h.Store.close()
	})
	return h.closeErr
}

// ServeHTTP sends /_sim/ to the admin side; everything else is recorded, possibly spoiled by a fault, and answered by
// the TSP side.
func (h *Host) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/_sim/") {
		h.admin.ServeHTTP(w, r)
		return
	}
	readBody(r)
	record := h.requests.begin(h.Now(), r)
	seen := &statusWriter{ResponseWriter: w, now: h.Now}
	defer func() { h.requests.end(record, seen.status) }()
	fault, found := h.faults.take(r, h.tsp.Expire)
	if !found {
		h.tsp.ServeHTTP(seen, r)
		return
	}
	h.requests.spoil(record, fault.Kind)
	h.perform(fault, record, seen, r)
}

// reset brings everything back to how it was when the simulator was first opened.
func (h *Host) reset() error {
	h.faults.clear()
	h.lates.drop(false)
	h.Store.Lag(0)
	h.switches.reset()
	h.clock.reset()
	h.Limiter.Enable(h.opts.Limits)
	h.requests.clear()
	return h.Store.reset(h.tsp.Seed)
}

// statusWriter remembers the status that was answered, 0 meaning that none was, and dates the answer by the simulator's
// clock.
type statusWriter struct {
	http.ResponseWriter
	now    func() time.Time
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
		w.Header().Set("Date", w.now().UTC().Format(http.TimeFormat))
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
