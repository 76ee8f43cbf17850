//go:build unix

package torture_test

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/api/openapi/openapitest"
	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/app/apptest"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

// torture is some processes of the real binary on one database, with late TSPs and a moody receiver around them, all
// of which is killed, stopped and brought back.
type torture struct {
	*house
	rand      *rand.Rand
	processes []*process
	// urls are where callers find them, and env is what all run with.
	urls, env []string
	// secret is that of the callers, and plain is what the siege says of them.
	secret string
	plain  bool
	// server is that of the database; nil for SQLite.
	server *postgrestest.Server
	// disk is where the tables of that database lie, if there is a small one.
	disk     string
	tsps     []*lateTSP
	trap     *trap
	receiver *moody
	// takeovers are how long no TSP was without calls after a process was killed or stopped, and returns after the
	// database came back.
	takeovers, returns []time.Duration
}

// newTorture fills a database and prepares n processes on it.
func newTorture(t *testing.T, seed uint64, n int) *torture {
	t.Helper()
	w := newTortureAround(t)
	w.rand = rand.New(rand.NewPCG(seed, seed))
	url := filepath.Join(t.TempDir(), "waybill.db")
	if n > 1 {
		w.disk = smallDisk(t)
		w.server = postgrestest.New(t, postgrestest.Options{Durable: true})
		url = w.server.Database(t)
		if w.disk != "" {
			onDisk(t, w.server, url, w.disk)
		}
	}
	w.fill(url)
	w.man(n, apptest.Built(t), url)
	return w
}

// newTortureAround makes what is around processes and their database: TSPs, and a receiver.
func newTortureAround(t *testing.T) *torture {
	t.Helper()
	w := &torture{house: &house{t: t, checker: openapitest.NewChecker(t), config: config.Default(), listens: apptest.FreeAddr(t)},
		tsps: lateTSPs(), receiver: &moody{failed: map[string]int{}}, trap: &trap{heard: map[string]time.Time{}}}
	w.config.Key = apptest.OperatorKey
	w.env = []string{"WAYBILL_KEY=" + apptest.OperatorKey, "WAYBILL_SETTLING=" + lateSettling,
		"WAYBILL_OUTBOUND_ALLOW=127.0.0.0/8", "WAYBILL_RATE_TOKEN=9000/s", "WAYBILL_LOG_LEVEL=warn"}
	for _, l := range w.tsps {
		w.trap.before(t, l)
		w.config.BaseURLs[l.name] = l.url
		w.env = append(w.env, l.env()...)
	}
	return w
}

// receive lets the receiver listen.
func (w *torture) receive() {
	w.t.Helper()
	l, err := net.Listen("tcp", w.listens)
	if err != nil {
		w.t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(w.trap.receives(w.receiver))
	_ = server.Listener.Close()
	server.Listener = l
	server.Start()
	w.t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
}

// man prepares n processes of a binary on a database.
func (w *torture) man(n int, binary, url string) {
	w.t.Helper()
	logs := cmp.Or(os.Getenv("TORTURE_LOGS"), w.t.TempDir())
	for range n {
		i := len(w.processes)
		p := &process{t: w.t, binary: binary, addr: apptest.FreeAddr(w.t), log: filepath.Join(logs, fmt.Sprint("log-", i)),
			env: append(slices.Clone(w.env), "WAYBILL_DATABASE_URL="+url)}
		w.processes, w.urls = append(w.processes, p), append(w.urls, p.url())
		w.t.Cleanup(func() {
			p.kill()
			if w.t.Failed() {
				w.t.Logf("process %d said at last:\n%s", i, p.said())
			}
		})
	}
	w.trap.processes, w.url = w.processes, w.urls[0]
}

// fill makes the demo's fixtures, and a client whose secret not everybody knows.
func (w *torture) fill(url string) {
	w.t.Helper()
	w.receive()
	ctx, c := w.t.Context(), w.config
	c.DatabaseURL = url
	a, err := app.Open(ctx, c, app.Options{Dev: true, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() {
		if err := a.Close(context.WithoutCancel(ctx)); err != nil {
			w.t.Fatal(err)
		}
	}()
	made, err := apptest.Filled(ctx, a.Rooms(), w.listens)
	if err != nil || len(made.Unconnected) > 0 {
		w.t.Fatal(err, made.Unconnected)
	}
	db := a.Rooms().Store
	known, err := db.Client(ctx, app.DemoClient)
	if err != nil {
		w.t.Fatal(err)
	}
	w.secret = "a-secret-of-the-torture"
	known.ID, known.Secrets = "torture", []access.Secret{access.NewSecret(w.secret, time.Now())}
	if err := db.InsertClient(ctx, known); err != nil {
		w.t.Fatal(err)
	}
	if err := access.NewOperator(db, time.Now).DeleteClient(ctx, app.DemoClient); err != nil {
		w.t.Fatal(err)
	}
}

// begin starts all processes and the load.
func (w *torture) begin(over <-chan struct{}, callers *sync.WaitGroup) *siege {
	w.t.Helper()
	w.serve()
	w.authorize()
	s := newSiege(w.house, over, w.urls...)
	s.accepted, s.plain = w.trap.accepted, w.plain
	for _, of := range sides(w.house, w.tsps) {
		of.ask(w.t, "POST", "/_sim/lag", fmt.Sprintf(`{"delay_ms":%d}`, listsLag))
		s.begin(callers, of)
	}
	return s
}

// serve starts what does not run and returns when all answer.
func (w *torture) serve() {
	w.t.Helper()
	for _, p := range w.processes {
		p.start()
		p.resume()
	}
	for _, p := range w.processes {
		w.within(time.Minute, "a process answers", p.answers)
	}
}

// within waits for something that others do.
func (w *torture) within(d time.Duration, what string, is func() bool) {
	w.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(d); !is(); <-tick.C {
		if time.Now().After(deadline) {
			w.t.Fatalf("not within %v: %s", d, what)
		}
	}
}

func (w *torture) authorize() { w.token = w.tokenFor("torture", w.secret) }
