package perform

import (
	"context"
	"fmt"
	"slices"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Heads returns chains of a connection's operations. Those of a connection that takes no writes
// now wait, unless they must end.
func (w *Writes) Heads(ctx context.Context, q fence.Query) (dispatch.Batch[*task], error) {
	none := dispatch.Batch[*task]{}
	conn, err := w.c.Connections.Connection(lately(ctx, w.c.Now()), q.Lane.ID)
	if err != nil {
		return none, fmt.Errorf("looking up the connection: %w", err)
	}
	read := w.begun.read()
	spec, known := w.spec(conn)
	batch := dispatch.Batch[*task]{Parallel: spec.Parallel, Owner: owner(conn), Label: string(conn.TSP)}
	// An ended connection's lane stays open, because everything in it must be ended.
	if conn.Status != connection.Active && !conn.Status.Ended() || !known || w.c.Links.Shut(conn) {
		batch.Closed = w.c.Now().Add(closedFor)
		if conn.Status == connection.Paused {
			batch.Closed = w.c.Now().Add(pausedFor)
		}
	}
	now := w.c.Now()
	if again := w.crowds.until(conn.ID, now); q.Stream.Name == "" && !again.IsZero() {
		if batch.Again = again; w.crowds.ends(conn.ID) {
			batch.Again = now.Add(endingEvery)
			return batch, nil
		}
		batch.Stops, err = w.stops(ctx, nil, false, conn, spec)
		return batch, err
	}
	ops, err := w.c.Queue.Heads(ctx, q)
	if err != nil {
		return none, fmt.Errorf("reading operations: %w", err)
	}
	chains, most := extent(ops)
	whole := q.Stream.Name == "" && chains < q.Chains
	w.waited.note(conn.ID, ops, whole && q.After == "", w.taken(conn.ID))
	if conn.Rate.Events > 0 && len(ops) > 0 {
		batch.Again = now.Add(pausedFor)
	}
	if batch.Items, err = w.items(ctx, ops, reading{conn, spec, read}); err != nil {
		return none, err
	}
	leave(batch.Items)
	if q.Stream.Name != "" {
		return batch, nil
	}
	crowd := w.crowds.ends(conn.ID)
	if crowd {
		batch.Again = now.Add(endingEvery)
	} else if batch.Stops, err = w.stops(ctx, ops, whole && most < q.Depth, conn, spec); err != nil {
		return none, err
	}
	w.crowds.note(conn.ID, crowd || slices.ContainsFunc(batch.Stops, ofJob), now)
	// Only a full page of the whole lane asks for streams; see dispatch.Batch.
	if chains == q.Chains {
		if batch.Streams, err = w.c.Queue.Streams(ctx, conn.ID); err != nil {
			return none, fmt.Errorf("reading the streams of operations: %w", err)
		}
	}
	return batch, nil
}

// reading is under what operations of a lane were read; begun is as in task.read.
type reading struct {
	conn  connection.Connection
	spec  tsp.Spec
	begun int64
}

// items returns operations as their lane sees them.
func (w *Writes) items(ctx context.Context, ops []operation.Operation, r reading) ([]dispatch.Item[*task], error) {
	named, err := operation.StandingsOf(ctx, w.c.Chained, ops)
	if err != nil {
		return nil, err
	}
	items := make([]dispatch.Item[*task], 0, len(ops))
	for _, op := range ops {
		t := w.task(op, r.conn, r.spec)
		t.read = r.begun
		// One that waits behind others of its chain is among the Stops.
		if op.IsAsked() && stoppable(op) {
			t.stops = operation.Cancelled
		}
		t.hangs(named)
		reason, err := w.c.Grants.refusal(ctx, op)
		if err != nil {
			return nil, err
		}
		items = append(items, w.item(t, reason))
	}
	return items, nil
}

// extent counts the chains of operations that were read in their order, and the operations of the longest.
func extent(ops []operation.Operation) (chains, most int) {
	long := 0
	for i, op := range ops {
		if i == 0 || op.OrderKey != ops[i-1].OrderKey {
			chains, long = chains+1, 0
		}
		long++
		most = max(most, long)
	}
	return chains, most
}
