package app

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/api"
	"github.com/waybill-dev/waybill/internal/listen"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/store"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// awaiting is how many callers wait at once.
const awaiting = 5000

// BenchmarkCallersWhoAwaitTheirWrites tells what callers cost who wait for the ends of their writes, over HTTP, as open
// connections and in all, with their own ends of them; and how long after its end was stored each is answered, where
// ends come one by one and many at once.
//
//	go test ./internal/app -run xxx -bench CallersWhoAwait -benchtime 1x
func BenchmarkCallersWhoAwaitTheirWrites(b *testing.B) {
	for range b.N {
		l := newLobby(b)
		none := held()
		conns := l.connect()
		l.callAll(conns, "respond-async")
		for range l.listen(conns, http.StatusAccepted) {
		}
		b.ReportMetric(held()-none, "open-MB")
		l.db.ops = nil
		l.callAll(conns, "wait=60")
		// Who has been accepted is about to wait.
		time.Sleep(time.Second)
		b.ReportMetric(held()-none, "waiting-MB")
		answers := l.listen(conns, http.StatusOK)
		ops := l.db.ops
		l.end("one", ops[:awaiting/5], 1)
		l.end("many", ops[awaiting/5:], 32)
		for one := range answers {
			l.took[one.id] = one.at.Sub(l.ended[one.id])
		}
		l.tell("one", ops[:awaiting/5])
		l.tell("many", ops[awaiting/5:])
	}
}

// held is the memory in use, in megabytes.
func held() float64 {
	var m runtime.MemStats
	for range 3 {
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return float64(m.HeapInuse+m.StackInuse) / (1 << 20)
}

// lobby is an API whose writes are accepted as they are, over a store.
type lobby struct {
	b     *testing.B
	db    *accepting
	addr  string
	ended map[uuid.UUID]time.Time
	took  map[uuid.UUID]time.Duration
}

// accepting accepts whatever comes.
type accepting struct {
	*operation.Service
	store store.Store

	mu  sync.Mutex
	ops []operation.Operation
}

func (a *accepting) Submit(ctx context.Context, r operation.Request) (operation.Operation, bool, error) {
	now := time.Now().UTC().Truncate(time.Microsecond)
	id := uuid.Must(uuid.NewV7())
	op, err := a.store.Accept(ctx, operation.Operation{ID: id, Partner: r.Partner, Connection: r.Partner, TSP: "samsara",
		Kind: r.Kind, Verb: r.Verb, OrderKey: "vehicle/" + id.String(), Payload: r.Body, State: operation.Queued, NextAt: now,
		Deadline: now.Add(time.Hour), CreatedAt: now, UpdatedAt: now}, nil)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ops = append(a.ops, op)
	return op, false, err
}

func (a *accepting) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.ops)
}

// everybody is let in.
type everybody struct{ api.Tokens }

func (everybody) Caller(string) (access.Principal, error) { return who, nil }

func (everybody) Verify(context.Context, string) (access.Principal, error) { return who, nil }

var who = access.Principal{Client: "c", Partner: access.Partner{ID: uuid.Max}, Scopes: access.Scopes()}

func newLobby(b *testing.B) *lobby {
	waiters := operation.NewWaiters(4 * awaiting)
	db, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "w.db"), store.Options{Now: time.Now, Ended: waiters.Ended})
	if err != nil {
		b.Fatal(err)
	}
	registry, err := tsp.NewRegistry(nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	room := &accepting{Service: operation.New(operation.Config{Store: db, Now: time.Now, Waiters: waiters}), store: db}
	ctx, stop := context.WithCancel(b.Context())
	go func() { _ = waiters.Run(ctx, db, false, log) }()
	server := &http.Server{Handler: api.New(api.Config{Tokens: everybody{}, Operations: room, TSPs: registry, Now: time.Now,
		Log: log}), ReadTimeout: arrivalTime, ReadHeaderTimeout: headerTime, ConnContext: listen.WithConn}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go func() { _ = server.Serve(listen.New(l, listen.Config{Most: 2 * awaiting, Now: time.Now, Log: log})) }()
	b.Cleanup(func() { stop(); _ = server.Close(); _ = db.Close() })
	return &lobby{b, room, l.Addr().String(), map[uuid.UUID]time.Time{}, map[uuid.UUID]time.Duration{}}
}

// connect makes the connections of callers.
func (l *lobby) connect() []net.Conn {
	conns := make([]net.Conn, awaiting)
	for i := range conns {
		conn, err := new(net.Dialer).DialContext(l.b.Context(), "tcp", l.addr)
		if err != nil {
			l.b.Fatal(err)
		}
		l.b.Cleanup(func() { _ = conn.Close() })
		conns[i] = conn
	}
	return conns
}

// callAll sends a write by each connection, of which so many may be under way as the store lets wait, and returns when
// all are accepted.
func (l *lobby) callAll(conns []net.Conn, preference string) {
	for i, conn := range conns {
		l.call(conn, preference)
		for l.db.count() < i-1000 {
			time.Sleep(time.Millisecond)
		}
	}
	for l.db.count() < len(conns) {
		time.Sleep(time.Millisecond)
	}
}

// call sends a write with a preference.
func (l *lobby) call(conn net.Conn, preference string) {
	const body = `{"connection_id":"01987b00-0000-7000-8000-000000000003","vehicle_name":"Truck 12","notes":"by the gate"}`
	_, err := fmt.Fprintf(conn, "POST /v2/telematics/vehicles HTTP/1.1\r\nHost: w\r\nAuthorization: Bearer t\r\n"+
		"Content-Type: application/json\r\nPrefer: %s\r\nContent-Length: %d\r\n\r\n%s", preference, len(body), body)
	if err != nil {
		l.b.Fatal(err)
	}
}

// reply is an answer and when it came.
type reply struct {
	id uuid.UUID
	at time.Time
}

// listen reads an answer to each caller.
func (l *lobby) listen(conns []net.Conn, status int) <-chan reply {
	answers := make(chan reply, len(conns))
	var all sync.WaitGroup
	for _, conn := range conns {
		all.Go(func() {
			var one reply
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if one.at = time.Now(); err != nil {
				l.b.Error(err)
				return
			}
			var op struct {
				ID uuid.UUID `json:"id"`
			}
			if err := json.UnmarshalRead(resp.Body, &op); err != nil || resp.StatusCode != status {
				l.b.Error(resp.StatusCode, err)
			}
			_, one.id = resp.Body.Close(), op.ID
			answers <- one
		})
	}
	go func() { all.Wait(); close(answers) }()
	return answers
}

// end ends writes, so many at once.
func (l *lobby) end(name string, ops []operation.Operation, atOnce int) {
	began := time.Now()
	var mu sync.Mutex
	var all sync.WaitGroup
	next := make(chan operation.Operation)
	for range atOnce {
		all.Go(func() {
			for op := range next {
				s := operation.Settlement{Operation: op}
				s.Operation.State, s.Operation.Tries, s.Operation.Resource = operation.Succeeded, 1, op.ID
				s.Operation.SourceID = resource.SourceID(op.ID.String())
				if err := l.db.store.Settle(l.b.Context(), s); err != nil {
					l.b.Error(err)
				}
				mu.Lock()
				l.ended[op.ID] = time.Now()
				mu.Unlock()
			}
		})
	}
	for _, op := range ops {
		next <- op
	}
	close(next)
	all.Wait()
	l.b.ReportMetric(float64(len(ops))/time.Since(began).Seconds(), name+"-ends/s")
}

// tell reports how long after their ends writes were answered.
func (l *lobby) tell(name string, ops []operation.Operation) {
	var took []time.Duration
	for _, op := range ops {
		took = append(took, max(l.took[op.ID], 0))
	}
	slices.Sort(took)
	l.b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, name+"-p50-ms")
	l.b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, name+"-p99-ms")
}
