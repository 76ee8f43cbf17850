package perform

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// world is everything that writes need, in memory, with one connection to one TSP.
type world struct {
	tsp    *provider
	budget *dispatch.Budget
	writes *Writes
	lanes  *dispatch.InProcess

	mu       sync.Mutex
	conn     connection.Connection
	grant    access.Grant
	ops      []operation.Operation
	log      map[uuid.UUID][]operation.Attempt
	steps    []tsp.Step
	events   []string
	settles  func() error
	settled  int
	staled   int
	unmarked error
	// suspect lets the connection's lanes wait.
	suspect bool
	// paused lets the connection be paused right after it is read for the first time.
	paused   bool
	rechecks int
	holds    []operation.Hold
	kept     []operation.Kept
	// records are those that were stored with their writes, and peers those that are known before.
	records []record.Record
	peers   []record.Record
	// reached are those that the connection reaches, and images what updates have changed.
	reached []record.Record
	images  []record.Image
	// resolves is what the store does before it resolves an operation.
	resolves func() error
	// lookUps counts how often known records were asked for.
	lookUps   int
	verifying verifying
}

var (
	partner = uuid.UUID{1}
	fleet   = uuid.UUID{2}
)

const (
	oneLimit = "writes"
	perHour  = 3600
)

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{tsp: newProvider(), log: map[uuid.UUID][]operation.Attempt{}, lanes: dispatch.NewInProcess(time.Now),
		conn: connection.Connection{ID: uuid.UUID{3}, Fleet: fleet, TSP: "acme", Status: connection.Active,
			UpdatedAt: time.Now()},
		grant: access.Grant{Partner: partner, Fleet: fleet, Status: access.GrantActive,
			Levels: map[resource.Kind]string{resource.KindVehicle: access.ReadWrite}}}
	registry, err := tsp.NewRegistry([]tsp.Adapter{w.tsp}, nil)
	if err != nil {
		t.Fatal(err)
	}
	quiet := slog.New(slog.DiscardHandler)
	w.budget = dispatch.NewBudget(time.Now, map[string]time.Time{})
	caller := tsp.NewCaller(registry, nil, 30*time.Second, quiet)
	w.writes = NewWrites(WritesConfig{Exchanges: true, Queue: w, Progress: w, Stops: w, Chained: w, Verifications: w,
		Importer: record.Importer{Caller: caller, Store: w, Now: time.Now}, Resolutions: w, Connections: w, Links: w,
		Records: w, Imports: w, Grants: NewGrants(w, time.Now), TSPs: caller, Limits: NewLimits(registry, w.budget, nil),
		Settling: Settling{Registry: registry, Deadline: 30 * time.Second},
		Derive:   func(uuid.UUID, string) []byte { return nil }, Now: time.Now, Log: quiet})
	return w
}

// add stores an operation on a vehicle of its own.
func (w *world) add(change ...func(*operation.Operation)) uuid.UUID {
	w.mu.Lock()
	defer w.mu.Unlock()
	now, n := time.Now(), len(w.ops)+1
	op := operation.Operation{ID: uuid.Must(uuid.NewV7()), Seq: int64(n), Partner: partner, Connection: w.conn.ID, Fleet: fleet,
		TSP: "acme", Kind: resource.KindVehicle, Verb: resource.Update, State: operation.Queued,
		NextAt: now, Deadline: now.Add(72 * time.Hour),
		Resource: uuid.UUID{9, byte(n)}, SourceID: "v1", Collection: "vehicles", CreatedAt: now,
		Payload: []byte(`{"connection_id":"` + w.conn.ID.String() + `","vehicle_name":"Truck 42"}`)}
	op.OrderKey = "vehicle.update/" + op.Resource.String()
	for _, c := range change {
		c(&op)
	}
	w.ops = append(w.ops, op)
	w.lanes.Activate(w.lane(), now)
	return op.ID
}

func (w *world) lane() fence.Lane { return fence.Lane{Kind: fence.Connections, ID: w.conn.ID} }

// run works the lane for some virtual time.
func (w *world) run(t *testing.T, d time.Duration) {
	t.Helper()
	runLanes(t, dispatch.Config{Source: w.lanes, Budget: w.budget,
		Kinds: map[string]dispatch.Kind{fence.Connections: w.writes.Kind()}}, d)
}

// runLanes runs lanes for some virtual time and returns how long their stop took.
func runLanes(t *testing.T, c dispatch.Config, d time.Duration) time.Duration {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	c.Now, c.Log = time.Now, slog.New(slog.DiscardHandler)
	disp := dispatch.New(c)
	done := make(chan error)
	go func() { done <- disp.Run(ctx) }()
	time.Sleep(d)
	cancel()
	stopped := time.Now()
	if err := <-done; err != nil {
		t.Error(err)
	}
	return time.Since(stopped)
}

// op returns an operation with its log.
func (w *world) op(id uuid.UUID) operation.Operation {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := slices.IndexFunc(w.ops, func(op operation.Operation) bool { return op.ID == id })
	op := w.ops[i]
	op.Attempts = w.log[id]
	return op
}

func (w *world) do(change func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change()
}

func (w *world) Heads(_ context.Context, q fence.Query) ([]operation.Operation, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	live := slices.DeleteFunc(slices.Clone(w.ops), func(op operation.Operation) bool { return op.State.Ended() })
	slices.SortFunc(live, func(a, b operation.Operation) int {
		return cmp.Or(strings.Compare(a.OrderKey, b.OrderKey), cmp.Compare(a.Seq, b.Seq))
	})
	after, before := q.Bounds()
	var out []operation.Operation
	chains, depth := 0, 0
	for i, op := range live {
		if op.OrderKey <= after || op.OrderKey >= before {
			continue
		}
		if i == 0 || live[i-1].OrderKey != op.OrderKey || len(out) == 0 {
			chains, depth = chains+1, 0
		}
		if depth++; chains <= q.Chains && depth <= q.Depth {
			out = append(out, op)
		}
	}
	return out, nil
}

func (w *world) Streams(context.Context, uuid.UUID) ([]fence.Stream, error) {
	return []fence.Stream{{Name: "vehicle.update"}}, nil
}

func (w *world) WaitingConnections(context.Context) ([]uuid.UUID, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if slices.ContainsFunc(w.ops, func(op operation.Operation) bool { return !op.State.Ended() }) {
		return []uuid.UUID{w.conn.ID}, nil
	}
	return nil, nil
}

func (w *world) MarkSending(_ context.Context, _ fence.Claim, op operation.Operation, at time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range w.ops {
		if w.ops[i].ID == op.ID {
			if w.ops[i].State != op.State || w.ops[i].Tries != op.Tries {
				return fence.ErrOvertaken
			}
			w.ops[i].State, w.ops[i].SentAt, w.ops[i].StopAt = operation.Sending, at, op.ExpiresAt
		}
	}
	return nil
}

func (w *world) Settle(_ context.Context, s operation.Settlement) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.settles != nil {
		if err := w.settles(); err != nil {
			return err
		}
	}
	w.settled++
	i := slices.IndexFunc(w.ops, func(op operation.Operation) bool { return op.ID == s.Operation.ID })
	if err := s.Check(w.ops[i]); err != nil {
		return err
	}
	w.ops[i] = s.Operation
	w.ops[i].StopAt = s.Operation.ExpiresAt
	if s.Unsent != "" {
		w.lanes.Activate(w.lane(), time.Now())
	}
	if s.Kept != nil {
		w.kept = append(w.kept, *s.Kept)
	}
	w.log[s.Operation.ID] = slices.Clone(s.Operation.Attempts)
	if s.Record != nil {
		w.records = append(w.records, *s.Record)
	}
	if s.Image != nil {
		w.images = append(w.images, s.Image)
	}
	if s.Hold != nil {
		w.holds = append(w.holds, *s.Hold)
		for i := range w.ops {
			if w.ops[i].OrderKey == s.Hold.Chain && !w.ops[i].State.Ended() && w.ops[i].NextAt.Before(s.Hold.Until) {
				w.ops[i].NextAt = s.Hold.Until
			}
		}
	}
	for _, e := range s.Events {
		w.events = append(w.events, e.Name)
	}
	return nil
}

func (w *world) Attempts(_ context.Context, id uuid.UUID) ([]operation.Attempt, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.log[id]), nil
}

func (w *world) Steps(context.Context, uuid.UUID) ([]tsp.Step, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.steps), nil
}

func (w *world) MarkStep(_ context.Context, _ uuid.UUID, s tsp.Step) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.steps = append(slices.DeleteFunc(w.steps, func(one tsp.Step) bool { return one.Key == s.Key }), s)
	return nil
}

// Rivals are the other operations of the world that took effect or may have.
func (w *world) Rivals(_ context.Context, _ uuid.UUID, since time.Time) ([]operation.Operation, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(w.ops), func(op operation.Operation) bool {
		open := op.State == operation.Sending || op.State == operation.Unknown
		took := op.State == operation.Succeeded || !op.CutAt.IsZero()
		return !open && (!took || op.UpdatedAt.Before(since))
	}), nil
}
