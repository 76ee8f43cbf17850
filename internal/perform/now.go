package perform

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// once decides about sync writes: one attempt, which means for the connection and its limits what
// any other does. Base and Cap matter for the pause of a throttled lane alone.
func once() dispatch.Policy { return dispatch.Policy{Once: true, Base: retryBase, Cap: retryCap} }

// Admit refuses a sync write whose limits are used up as far as sync writes may run ahead of them.
// One that it lets pass is charged for the first call of the PerformNow that follows. It is
// charged here and not at the call, so that many requests at once cannot all find the limit free
// (decision 0009).
func (w *Writes) Admit(c connection.Connection, what tsp.Capability) error {
	// Submit has refused a TSP without an adapter before.
	spec, _ := w.spec(c)
	limits := w.c.Limits.of(spec, c).only(spec.Actions[what].Limits)
	wait := w.c.Limits.borrow(limits)
	if wait <= 0 {
		return nil
	}
	return &problem.Error{Code: problem.TooMany, RetryAfter: wait,
		Detail: fmt.Sprintf("the rate at which %s takes this write is used up; nothing was stored or sent. "+
			"Send it again in %s, or at once without is_sync: then it waits for its turn by itself",
			spec.DisplayName, max(wait.Round(time.Second), time.Second))}
}

// PerformNow performs a sync operation that Admit let pass: one attempt, and a look-up if its
// outcome is unknown. The caller's hanging up does not cancel it. Its error means that the end
// could not be stored; the operation is then left as sending, and its lane finds out what became
// of it after the next start.
func (w *Writes) PerformNow(ctx context.Context, op operation.Operation) (operation.Operation, error) {
	ctx = context.WithoutCancel(ctx)
	began := w.c.Now()
	conn, err := w.c.Connections.Connection(ctx, op.Connection)
	spec, _ := w.spec(conn)
	t := w.task(op, conn, spec)
	if err != nil {
		t.answer.err = &tsp.Error{Class: tsp.Unavailable, Message: "the connection could not be read", Err: err}
	} else {
		pacer := w.c.Limits.pacer(spec, conn).Prepaid(t.action.Limits...)
		pacer.Ahead = SyncAhead
		t.answer = w.attempt(ctx, t, pacer)
		// The caller still waits, and one look now often spares it a 502.
		if e := t.answer.err; e != nil && e.Class == tsp.Unknown && t.action.Strength == tsp.VerifyFirst {
			w.lookUp(ctx, t, pacer, began)
		}
	}
	a := dispatch.Attempt[*task]{Item: w.item(t, ""), End: w.ended(t, began)}
	a.Verdict = once().Decide(a.Item.Facts(), a.End, a.End.EndedAt)
	// No lane was claimed; the number of tries keeps others off.
	settled, err := w.settle(ctx, fence.Claim{}, a)
	if err != nil {
		return op, fmt.Errorf("settling a sync operation: %w", err)
	}
	return settled, nil
}

// lookUp asks once what became of a sync attempt without an answer. Of a write of several steps
// whose first took effect it performs the rest. If it finds nothing the answer stays unknown,
// which is what the caller is told: a TSP may show a record late, and nobody asks again.
func (w *Writes) lookUp(ctx context.Context, t *task, pace tsp.Pacer, began time.Time) {
	// As it would be read after the attempt was settled as unknown.
	asked := *t
	asked.op.State, asked.op.SentAt, asked.op.Tries = operation.Unknown, began, 1
	write, end := w.form(ctx, &asked, pace)
	if end != nil {
		return
	}
	target := w.c.Links.Target(t.conn)
	written, found, end := w.c.TSPs.Find(ctx, target, write)
	if end == nil && !found && slices.ContainsFunc(write.Progress.Steps(), func(s tsp.Step) bool { return s.Done }) {
		written, end = w.c.TSPs.Write(ctx, target, write)
		found = end == nil
	}
	if end == nil && found {
		t.answer = answer{written: written, found: true}
	}
}
