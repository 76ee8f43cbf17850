package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/cli"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/demo"
	"github.com/waybill-dev/waybill/internal/store/sqlite/sqlitetest"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/all"
	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// gateway is the whole program with a simulated Samsara and the demo's fixtures, to be worked with by the command line.
type gateway struct {
	t        *testing.T
	url, sim string
	database string
	app      *app.App
	ids      demo.Fixtures
	env      map[string]string
	// in is what a command reads; asks tells that a person sits there.
	in   string
	asks bool
}

// running starts a gateway.
func running(t *testing.T) *gateway {
	t.Helper()
	g := &gateway{t: t}
	c := config.Default()
	c.Key, c.DatabaseURL, c.Settling = "5VKHk80XiU1YgykPoY1ssX+gcHHBu8KxxazI42zN4z0=", sqlitetest.Migrated(t), 1500*time.Millisecond
	var adapters []tsp.Adapter
	for _, a := range all.Adapters() {
		if a.Spec().Name == "samsara" {
			adapters = append(adapters, a)
		}
	}
	for _, s := range all.Simulators() {
		if s.Info.Name == "samsara" {
			sim, err := s.New(simkit.Options{Dir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			server := httptest.NewServer(sim)
			t.Cleanup(func() { server.CloseClientConnections(); _ = sim.Close(); server.Close() })
			g.sim = server.URL
		}
	}
	c.BaseURLs["samsara"], g.database = g.sim, c.DatabaseURL
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) }))
	t.Cleanup(receiver.Close)
	ctx, cancel := context.WithCancel(t.Context())
	a, err := app.Open(ctx, c, app.Options{Dev: true, Log: slog.New(slog.DiscardHandler), Adapters: adapters})
	if err != nil {
		t.Fatal(err)
	}
	g.app = a
	// It proves within a second what takes half a minute otherwise.
	a.Rooms().Connections.Patience = connection.Patience{First: 20 * time.Millisecond, Apart: 50 * time.Millisecond,
		Probe: 200 * time.Millisecond, Longest: time.Second}
	if g.ids, err = demo.Fill(ctx, a.Rooms(), strings.TrimPrefix(receiver.URL, "http://")); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(nil)
	g.url = "http://" + server.Listener.Addr().String()
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx, server.Listener) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("stopping: %v", err)
		}
	})
	g.env = map[string]string{"WAYBILL_URL": g.url, "WAYBILL_CLIENT_ID": app.DemoClient, "WAYBILL_CLIENT_SECRET": app.DemoSecret,
		"XDG_CONFIG_HOME": t.TempDir(), "HOME": t.TempDir()}
	return g
}

// strict makes a client of the demo's partner whose answers are kept to the contract.
func (g *gateway) strict() (id, secret string) {
	g.t.Helper()
	secret, err := access.NewOperator(g.app.Rooms().Store, time.Now).CreateClient(g.t.Context(), access.ClientOrder{ID: "strict", Owner: "demo", Strict: true})
	if err != nil {
		g.t.Fatal(err)
	}
	return "strict", secret
}

// said is what a command wrote, and how it ended.
type said struct {
	t        *testing.T
	line     string
	out, err string
	code     int
}

// waybill runs one command line and waits for its end.
func (g *gateway) waybill(args ...string) said {
	g.t.Helper()
	var out, errs bytes.Buffer
	code := run(g.session(g.t.Context(), &out, &errs), args)
	return said{g.t, strings.Join(args, " "), out.String(), errs.String(), code}
}

// session is one that a command of a test works with.
func (g *gateway) session(ctx context.Context, out, errs io.Writer) *cli.Session {
	return &cli.Session{Context: ctx, In: strings.NewReader(g.in), Out: out, Err: errs, Asks: g.asks,
		Getenv: func(name string) string { return g.env[name] }}
}

// ends fails unless the command ended so, and wrote each part.
func (s said) ends(code int, parts ...string) said {
	s.t.Helper()
	if s.code != code {
		s.t.Errorf("waybill %s ends with %d, not %d\n%s%s", s.line, s.code, code, s.out, s.err)
	}
	for _, part := range parts {
		if !strings.Contains(s.out+s.err, part) {
			s.t.Errorf("waybill %s does not say %q:\n%s%s", s.line, part, s.out, s.err)
		}
	}
	return s
}

// text is the whole output, which must be one line.
func (s said) text() string {
	s.t.Helper()
	text := strings.TrimSpace(s.out)
	if s.code != 0 || text == "" || strings.Contains(text, "\n") {
		s.t.Fatalf("waybill %s says %q and ends with %d: %s", s.line, s.out, s.code, s.err)
	}
	return text
}

// fault has the simulator meet requests so.
func (g *gateway) fault(method, text string) {
	g.t.Helper()
	req, err := http.NewRequestWithContext(g.t.Context(), method, g.sim+"/_sim/faults", strings.NewReader(text))
	if err != nil {
		g.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		g.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode >= 300 {
		g.t.Fatalf("%s: %s", text, resp.Status)
	}
}

// lately is what is written while a command still runs.
type lately struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lately) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lately) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// until waits for a condition, on a machine that may be busy with other tests.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !holds(); {
		if time.Now().After(deadline) {
			t.Fatal(fmt.Sprint("waited in vain until ", what))
		}
		select {
		case <-t.Context().Done():
			t.Fatal(t.Context().Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}
