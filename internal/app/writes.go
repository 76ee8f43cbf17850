package app

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// writesStore is what the lanes of connections need of the store.
type writesStore interface {
	operation.Queue
	WaitingConnections(ctx context.Context) ([]uuid.UUID, error)
}

// writes is the work of connections' lanes: operations performed at their TSPs.
type writes struct {
	store       writesStore
	connections connection.Store
	service     *connection.Service
	records     recordStore
	caller      *tsp.Caller
	budget      *dispatch.Budget
	limits      agreed
	grants      *grants
	derive      func(operation uuid.UUID, label string) []byte
	now         func() time.Time
	log         *slog.Logger
}

// task is an operation on its way to the TSP, the value of a dispatch.Item.
type task struct {
	op     operation.Operation
	conn   connection.Connection
	spec   tsp.Spec
	action tsp.Action
}

// closedFor is how long the lane of a connection that is not active sleeps between looks for
// operations that are too old. Its becoming active wakes it at once.
const closedFor = time.Minute

// Heads returns the operations of a connection. Those of a connection that takes no writes
// now wait, unless they are past their deadline.
func (w *writes) Heads(ctx context.Context, lane fence.Lane, after int64, n int) (dispatch.Batch, error) {
	conn, err := w.connections.Connection(ctx, lane.ID)
	if err != nil {
		return dispatch.Batch{}, fmt.Errorf("looking up the connection: %w", err)
	}
	ops, err := w.store.Heads(ctx, lane.ID, after, n)
	if err != nil {
		return dispatch.Batch{}, fmt.Errorf("reading operations: %w", err)
	}
	adapter, ok := w.caller.Registry().Adapter(conn.TSP)
	if !ok {
		return dispatch.Batch{Closed: w.now().Add(closedFor)}, nil
	}
	spec := adapter.Spec()
	batch := dispatch.Batch{Parallel: spec.Parallel}
	if conn.Status.Ended() {
		ops = ending(conn, ops)
	} else if conn.Status != connection.Active {
		batch.Closed = w.now().Add(closedFor)
		ops = slices.DeleteFunc(ops, func(op operation.Operation) bool { return w.now().Before(op.Deadline) })
	}
	for _, op := range ops {
		batch.Items = append(batch.Items, w.item(task{op, conn, spec, spec.Actions[capability(op)]}))
	}
	return batch, w.unpaid(ctx, batch.Items)
}

func capability(op operation.Operation) tsp.Capability {
	return tsp.Capability{Kind: op.Kind, Verb: op.Verb}
}

func (w *writes) item(t task) dispatch.Item {
	named := w.limits.named(t.spec, t.conn)
	item := dispatch.Item{Seq: t.op.Seq, Key: t.op.OrderKey, NotBefore: t.op.NextAt, Deadline: t.op.Deadline,
		Counted: t.op.Counted, Streak: t.op.Tries, Strength: t.action.Strength, Value: t}
	// A sync operation that is being sent belongs to its handler. Any other that is marked as
	// being sent and yet read here was left so by a write whose commit failed.
	sending := t.op.State == operation.Sending
	item.Held, item.Unknown = sending && t.op.Sync, t.op.State == operation.Unknown || sending && !t.op.Sync
	if t.op.Sync && item.Unknown && repeatable(t.action.Strength) {
		// After a crash nobody waits for a sync operation any more, so it is never sent again.
		item.Strength = tsp.None
	}
	for _, key := range t.action.Limits {
		if l, ok := named[key]; ok {
			item.Limits = append(item.Limits, l)
		}
	}
	return item
}

// repeatable tells whether sending a write again does no harm.
func repeatable(s tsp.Strength) bool { return s == tsp.Native || s == tsp.NaturalKey }

// Begin marks an operation as being sent, unless its repetition is harmless.
func (w *writes) Begin(ctx context.Context, item dispatch.Item) error {
	t := item.Value.(task)
	if w.service.Shut(t.conn) {
		return fence.ErrOvertaken
	}
	if repeatable(t.action.Strength) {
		return nil
	}
	return w.store.MarkSending(ctx, t.op, w.now())
}

// Perform makes one attempt. An operation whose earlier attempt has no trustworthy answer is
// looked up first where the TSP can be asked, and never sent again where it cannot.
func (w *writes) Perform(ctx context.Context, item dispatch.Item) dispatch.End {
	t := item.Value.(task)
	if end, is := w.forbidden(ctx, t, item.Unknown); is {
		return end
	}
	pacer := &dispatch.Pacer{Budget: w.budget, Named: w.limits.named(t.spec, t.conn)}
	return w.attempt(ctx, t, pacer.Prepaid(t.action.Limits...), item.Unknown)
}

// done is what an attempt leaves for its settling.
type done struct {
	written tsp.Written
	err     *tsp.Error
	found   bool
}

func (w *writes) attempt(ctx context.Context, t task, pace tsp.Pacer, unknown bool) dispatch.End {
	end := dispatch.End{Class: tsp.Done, StartedAt: w.now()}
	write, err := w.write(ctx, t, pace)
	if err != nil {
		w.log.Error("reading a stored operation", "operation_id", t.op.ID, "error", err)
		end.Class, end.EndedAt = tsp.Broken, w.now()
		end.Value = done{err: &tsp.Error{Class: tsp.Broken, Message: "the stored operation could not be read"}}
		return end
	}
	var d done
	switch {
	case unknown && (t.action.Strength == tsp.None || t.op.Sync && repeatable(t.action.Strength)):
		d.err = &tsp.Error{Class: tsp.Unknown, Message: "the TSP cannot be asked whether it took the write"}
	case unknown && !repeatable(t.action.Strength):
		d.written, d.found, d.err = w.caller.Find(ctx, w.service.Target(t.conn), write)
		end.Open = d.err != nil
		if d.found || d.err != nil {
			break
		}
		if t.op.Sync {
			d.err = &tsp.Error{Class: tsp.Rejected, Message: "the TSP did not take the write before Waybill stopped, and nobody waits for it now"}
			break
		}
		fallthrough
	default:
		d.written, d.err = w.caller.Write(ctx, w.service.Target(t.conn), write)
	}
	if d.err != nil {
		end.Class, end.RetryAfter = d.err.Class, d.err.RetryAfter
	}
	end.EndedAt, end.Value = w.now(), d
	w.log.Info("attempt ended", "operation_id", t.op.ID, "connection_id", t.conn.ID, "tsp", t.spec.Name,
		"resource", t.op.Kind, "verb", t.op.Verb, "attempt", t.op.Tries+1, "class", end.Class,
		"duration_ms", end.EndedAt.Sub(end.StartedAt).Milliseconds())
	return end
}

// write makes the adapter's form of an operation.
func (w *writes) write(ctx context.Context, t task, pace tsp.Pacer) (tsp.Write, error) {
	schema, err := resource.For(t.op.Kind, t.op.Verb)
	if err != nil {
		return tsp.Write{}, err
	}
	payload, refs, err := schema.Restore(t.op.Payload)
	if err != nil {
		return tsp.Write{}, err
	}
	sent := w.now()
	if t.op.State == operation.Unknown && !t.op.SentAt.IsZero() {
		sent = t.op.SentAt
	}
	steps := &progress{store: w.store, operation: t.op.ID}
	if t.op.Tries > 0 {
		if steps.steps, err = w.store.Steps(ctx, t.op.ID); err != nil {
			return tsp.Write{}, fmt.Errorf("reading the steps done so far: %w", err)
		}
	}
	return tsp.Write{Capability: capability(t.op), Payload: payload, Schema: schema, Refs: refs, Target: t.op.SourceID,
		Collection: t.op.Collection, Operation: t.op.ID, Attempt: t.op.Tries + 1, SentAt: sent,
		Secret: w.secret(t.op.ID), Progress: steps, Pace: pace}, nil
}

// Waiting lists the connections that hold live operations.
func (w *writes) Waiting(ctx context.Context) ([]fence.Lane, error) {
	ids, err := w.store.WaitingConnections(ctx)
	return lanes(fence.Connections, ids), err
}

func lanes(kind string, ids []uuid.UUID) []fence.Lane {
	out := make([]fence.Lane, len(ids))
	for i, id := range ids {
		out[i] = fence.Lane{Kind: kind, ID: id}
	}
	return out
}

// PerformNow performs a sync operation: one attempt, and a look-up if its outcome is
// unknown. Its calls are charged to the lane's budget without waiting for it, and the
// caller's hanging up does not cancel it.
func (w *writes) PerformNow(ctx context.Context, op operation.Operation) (operation.Operation, error) {
	ctx = context.WithoutCancel(ctx)
	conn, err := w.connections.Connection(ctx, op.Connection)
	if err != nil {
		return op, fmt.Errorf("looking up the connection: %w", err)
	}
	adapter, _ := w.caller.Registry().Adapter(conn.TSP)
	spec := adapter.Spec()
	t := task{op, conn, spec, spec.Actions[capability(op)]}
	pacer := &dispatch.Pacer{Budget: w.budget, Named: w.limits.named(spec, conn), Free: true}
	end := w.attempt(ctx, t, pacer, false)
	if end.Class == tsp.Unknown && t.action.Strength == tsp.VerifyFirst {
		end = w.lookUp(ctx, t, pacer, end)
	}
	if end.Class == tsp.Throttled {
		w.budget.Charge(slices.Collect(maps.Values(pacer.Named)))
	}
	v := dispatch.Verdict{Fate: dispatch.Fails, Counts: true}
	switch end.Class {
	case tsp.Done:
		v.Fate = dispatch.Succeeds
	case tsp.Unknown:
		v.Reason = "outcome unknown: the TSP may have taken the write"
	}
	item, err := w.Settle(ctx, w.item(t), end, v)
	if err != nil {
		return op, fmt.Errorf("settling a sync operation: %w", err)
	}
	return item.Value.(task).op, nil
}

// lookUp asks once what became of a sync attempt without an answer. Of a write of several
// steps whose first took effect it performs the rest.
func (w *writes) lookUp(ctx context.Context, t task, pace tsp.Pacer, end dispatch.End) dispatch.End {
	t.op.State, t.op.SentAt, t.op.Tries = operation.Unknown, end.StartedAt, 1
	write, err := w.write(ctx, t, pace)
	if err != nil {
		return end
	}
	written, found, problem := w.caller.Find(ctx, w.service.Target(t.conn), write)
	if problem == nil && !found && slices.ContainsFunc(write.Progress.Steps(), func(s tsp.Step) bool { return s.Done }) {
		written, problem = w.caller.Write(ctx, w.service.Target(t.conn), write)
		found = problem == nil
	}
	if problem == nil && found {
		end.Class, end.EndedAt, end.Value = tsp.Done, w.now(), done{written: written, found: true}
	}
	return end
}
