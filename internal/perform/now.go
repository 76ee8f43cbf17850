package perform

import (
	"context"
	"errors"
	"fmt"
	"math"
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
func (w *Writes) Admit(c connection.Connection, op operation.Operation) error {
	// Submit has refused a TSP without an adapter before.
	spec, _ := w.spec(c)
	t := w.task(op, c, spec)
	return usedUp(spec, c.Rate, w.c.Limits.borrow(t.share(), w.c.Limits.of(spec, c).paced(t.action.Limits)))
}

// usedUp refuses a sync write that would have to wait. kept is the rate to which an operator keeps its connection.
func usedUp(spec tsp.Spec, kept connection.Rate, wait time.Duration) error {
	if wait <= 0 {
		return nil
	}
	rate := "the rate at which " + spec.DisplayName + " takes this write"
	if kept.Events > 0 {
		rate += ", or to which the operator of this Waybill keeps the connection (" + kept.String() + "),"
	}
	return &problem.Error{Code: problem.TooMany, RetryAfter: wait,
		Detail: fmt.Sprintf("%s is used up; nothing was stored or sent. "+
			"Send it again in %s, or at once without is_sync: then it waits for its turn by itself",
			rate, time.Duration(math.Ceil(wait.Seconds()))*time.Second)}
}

// Fenced returns a context under which calls are made in the present life of this process alone.
func (w *Writes) Fenced(ctx context.Context) context.Context { return w.c.Limits.budget.Fenced(ctx) }

// PerformNow performs a sync operation that Admit let pass, under the Fenced context under which it was
// accepted: one attempt, and one more look or repetition if its outcome is unknown. The caller's hanging
// up does not cancel it. Its error means that the end could not be stored yet: it is stored as soon as it
// can be, whatever becomes of the caller.
func (w *Writes) PerformNow(ctx context.Context, op operation.Operation) (operation.Operation, error) {
	ctx = context.WithoutCancel(ctx)
	began := w.c.Now()
	conn, err := w.c.Connections.Connection(ctx, op.Connection)
	spec, _ := w.spec(conn)
	t := w.task(op, conn, spec)
	if err != nil {
		t.answer.err, t.answer.own = &tsp.Error{Class: tsp.Unavailable, Message: "the connection could not be read", Err: err}, true
	} else {
		ctx, over := w.traced(ctx, t)
		defer over()
		ctx = w.keeping(ctx, t)
		pacer := w.c.Limits.pacer(spec, conn, t.share()).Prepaid(t.action.Limits...)
		pacer.Ahead, pacer.Begun = SyncAhead, true
		t.answer = w.contained(t, func() answer {
			first := w.attempt(ctx, t, pacer)
			if first.err == nil || first.err.Class != tsp.Unknown {
				return first
			}
			return w.again(ctx, t, first, pacer)
		})
	}
	a := dispatch.Attempt[*task]{Item: w.item(t, ""), End: w.ended(t, began)}
	a.Verdict = once().Decide(a.Item.Facts(), a.End, a.End.EndedAt)
	w.readBack(ctx, t)
	op, err = w.settleNow(ctx, a)
	if err != nil || op.VerifyAt.IsZero() {
		return op, err
	}
	return w.verifyNow(ctx, op), nil
}

// again asks once what became of a sync attempt without an answer, or repeats what can be repeated:
// the caller still waits, and one more call often spares it a 502. Of a write that marks the steps it
// begins it performs the rest where each that was begun took effect. If it finds nothing the answer
// stays unknown, which is what the caller is told: a TSP may take or show a write late, and nobody
// asks again.
func (w *Writes) again(ctx context.Context, t *task, first answer, pace tsp.Pacer) answer {
	cut := w.c.Now()
	// As it would be read after the attempt was settled as unknown.
	asked := *t
	asked.op.State, asked.op.CutAt, asked.op.Tries, asked.op.Sync = operation.Unknown, cut, 1, false
	if asked.course().blind {
		return first
	}
	asked.looks = true
	write, end := w.form(ctx, &asked, pace)
	if end != nil {
		return first
	}
	marks := len(write.Progress.Steps()) > 0
	second := w.resolve(ctx, &asked, write)
	open := slices.ContainsFunc(write.Progress.Steps(), func(s tsp.Step) bool { return !s.Done })
	if second.missed && marks && !open {
		second = w.send(ctx, t, write)
	}
	if second.err != nil {
		return first
	}
	if !second.found {
		second.cutAt = cut
	}
	return second
}

// settleNow settles a sync write. No lane was claimed; the number of tries keeps others off. What
// was done at the TSP belongs to the operation and not to the request: where its end cannot be
// stored the caller is told so, and it is stored as soon as it can be.
func (w *Writes) settleNow(ctx context.Context, a dispatch.Attempt[*task]) (operation.Operation, error) {
	op, err := w.trySettle(ctx, a)
	for pause := settlePause; err != nil && pause < lastPause && passes(err); pause *= 2 {
		time.Sleep(pause)
		op, err = w.trySettle(ctx, a)
	}
	if err == nil {
		return op, nil
	}
	if errors.Is(err, fence.ErrOvertaken) {
		return op, &problem.Error{Code: problem.Unavailable, RetryAfter: lastPause, Err: err,
			Detail: fmt.Sprintf("the TSP was asked, but this service was silent for so long that another replica has "+
				"ended the operation; read operation %s, and look at the TSP before you send the write again", op.ID)}
	}
	if fence.IsLost(err) {
		return op, &problem.Error{Code: problem.Unavailable, RetryAfter: latePause, Err: err,
			Detail: fmt.Sprintf("the TSP was asked, but what came of it can be stored only once the database was "+
				"mended; read operation %s then, and do not send the write again before", op.ID)}
	}
	w.c.Log.Error("the end of a sync write cannot be stored; it is tried again until it can be",
		"operation_id", op.ID, "connection_id", op.Connection, "error", err)
	w.late.Go(func() { w.settleLate(ctx, a) })
	return op, &problem.Error{Code: problem.Unavailable, RetryAfter: lastPause, Err: err,
		Detail: fmt.Sprintf("the TSP was asked, but what came of it cannot be stored yet; read operation %s until it "+
			"has ended, and do not send the write again before", op.ID)}
}

// Forgo ends a sync operation of which nobody knows whether it was accepted, as soon as that can be stored. Nothing was sent
// for it, so its key is free for the caller who sends it again. One that was not accepted, which may come about as long as
// nothing else can be stored, is overtaken.
func (w *Writes) Forgo(ctx context.Context, op operation.Operation) {
	ctx = context.WithoutCancel(ctx)
	conn := connection.Connection{ID: op.Connection, TSP: op.TSP}
	spec, _ := w.spec(conn)
	t := w.task(op, conn, spec)
	t.answer.err, t.answer.own = &tsp.Error{Class: tsp.Unavailable, Message: forgone}, true
	a := dispatch.Attempt[*task]{Item: w.item(t, ""), End: w.ended(t, w.c.Now())}
	a.Verdict = once().Decide(a.Item.Facts(), a.End, a.End.EndedAt)
	w.late.Go(func() {
		if _, err := w.trySettle(ctx, a); err != nil && passes(err) {
			w.settleLate(ctx, a)
		}
	})
}

// How long a caller waits for its end to be stored, and how often it is tried behind its back.
const (
	settlePause = 50 * time.Millisecond
	lastPause   = 2 * time.Second
	latePause   = 5 * time.Second
)

// settleLate settles a sync write whose caller is gone. What the end of this process leaves is
// found out as any other interrupted write is.
func (w *Writes) settleLate(ctx context.Context, a dispatch.Attempt[*task]) {
	tick := time.NewTicker(latePause)
	defer tick.Stop()
	for {
		over := false
		select {
		case <-w.over:
			over = true
		case <-tick.C:
		}
		if _, err := w.trySettle(ctx, a); err == nil || over || errors.Is(err, fence.ErrOvertaken) {
			return
		}
	}
}

// passes tells whether what could not be settled may be in a moment.
func passes(err error) bool { return !fence.IsLost(err) && !errors.Is(err, fence.ErrOvertaken) }

// trySettle makes a panic an error.
func (w *Writes) trySettle(ctx context.Context, a dispatch.Attempt[*task]) (op operation.Operation, err error) {
	defer func() {
		if r := recover(); r != nil {
			op, err = a.Item.Value.op, fmt.Errorf("settling panicked: %v", r)
		}
	}()
	s, err := w.settle(ctx, fence.Claim{}, a)
	if err != nil {
		return a.Item.Value.op, err
	}
	return s.Operation, nil
}

// Stop ends what settles sync writes behind their callers' backs, after one more try of each.
func (w *Writes) Stop() {
	close(w.over)
	w.late.Wait()
}
