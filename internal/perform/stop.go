package perform

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// An operation that must not be sent any more, since it has expired or is to be cancelled, ends only if nothing of it
// was sent. Whoever runs its lane knows that, and nobody else: what can be repeated without harm begins without a mark
// in the store (decision 45).

// stopKey begins the key of an operation that is ended wherever it stands in its chain.
const stopKey = "stop/"

// stops returns what must end of what was read of a lane, and of the rest of it unless that was all.
func (w *Writes) stops(ctx context.Context, read []operation.Operation, whole bool, conn connection.Connection,
	spec tsp.Spec) (items []dispatch.Item[*task], err error) {
	now := w.c.Now()
	if !whole {
		if read, err = w.c.Stops.Stops(ctx, conn.ID, now); err != nil {
			return nil, fmt.Errorf("reading operations that must not be sent any more: %w", err)
		}
	}
	var many []*task
	for _, op := range read {
		// One that expires while it is under way ends with that.
		if !stoppable(op) || !op.Stops(now) || !op.IsAsked() && !w.begun.since(op.ID).IsZero() {
			continue
		}
		t := w.task(op, conn, spec)
		t.stops = stopped(op)
		if together(op) {
			many = append(many, t)
			continue
		}
		items = append(items, dispatch.Item[*task]{Seq: op.Seq, Key: stopKey + op.ID.String(), Share: t.share(),
			End: string(t.stops), Value: t})
	}
	if len(many) > 0 {
		items = append(items, w.among(many))
	}
	return items, nil
}

// stoppable tells whether an operation may be one of which nothing was sent.
func stoppable(op operation.Operation) bool {
	return op.State == operation.Queued || op.State == operation.Retry
}

// stopped is why an operation ends that must not be sent any more.
func stopped(op operation.Operation) operation.Reason {
	if op.IsAsked() {
		return operation.Cancelled
	}
	return operation.Expired
}

// stop ends an operation of which nothing was sent. One of which something was, or may have been, goes on.
func (w *Writes) stop(ctx context.Context, claim fence.Claim, a dispatch.Attempt[*task]) error {
	t := a.Item.Value
	if since, under := w.begun.stop(t); under {
		// The lane itself says that no call of it is under way: one was made and could not be settled.
		if !strings.HasPrefix(a.Item.Key, stopKey) {
			return w.doubt(ctx, claim, t, w.c.Now())
		}
		return w.keepOn(ctx, claim, t, since)
	}
	cut, doubtful := w.mayBeOut(t)
	if doubtful && w.c.Lines != nil {
		before, err := w.c.Lines.Ahead(ctx, []operation.Operation{t.op})
		if err != nil {
			return fmt.Errorf("reading what comes before an operation: %w", err)
		}
		t.behind = before[0].First != uuid.Nil
	}
	if doubtful && !t.behind {
		return w.doubt(ctx, claim, t, cut)
	}
	if err := w.reached(ctx, t); err != nil {
		return err
	}
	if t.stops == operation.Cancelled && (t.partly || !t.op.CutAt.IsZero()) {
		return w.keepOn(ctx, claim, t, time.Time{})
	}
	why := t.stops
	if why == operation.Expired && t.partly && t.op.CutAt.IsZero() {
		w.round(ctx, &a)
	}
	_, err := w.settle(ctx, claim, a)
	if err != nil {
		// The same is settled again.
		t.stops, t.answer = why, answer{}
	}
	return err
}

// keepOn says that an operation is not cancelled. Its item is given up, as it did not end.
func (w *Writes) keepOn(ctx context.Context, claim fence.Claim, t *task, since time.Time) error {
	var err error
	if t.op.IsAsked() {
		err = w.c.Stops.KeepOn(ctx, claim, t.op, stored(since), stored(w.c.Now()))
	}
	return cmp.Or(err, fence.ErrOvertaken)
}

// mayBeOut tells whether whoever had the lane before, until cut, may have been sending an operation without a mark. One
// that names others is stored with what they have made before it is sent, and one that waited behind another was not, nor one
// that was to rest until later for what had been sent for another.
func (w *Writes) mayBeOut(t *task) (cut time.Time, is bool) {
	cut = w.taken(t.op.Connection)
	return cut, !t.behind && len(t.op.Awaits) == 0 && !t.course().marks && t.op.CreatedAt.Before(cut) &&
		t.op.CutAt.Before(cut) && !rests(t.op, cut) && !w.waited.behind(t.op, cut)
}

// rests tells whether an operation that was never tried may not begin before a time has passed.
func rests(op operation.Operation, at time.Time) bool {
	return op.State == operation.Queued && op.Tries == 0 && op.NextAt.After(at)
}

// doubt makes an operation unknown that may have been sent by whoever had the lane until a time.
func (w *Writes) doubt(ctx context.Context, claim fence.Claim, t *task, cut time.Time) (err error) {
	op := t.op
	if op.Attempts, err = w.c.Progress.Attempts(ctx, op.ID); err != nil {
		return fmt.Errorf("reading earlier attempts: %w", err)
	}
	if op.SentAt.IsZero() {
		op.SentAt = op.CreatedAt
	}
	next, entry, err := op.Interrupt(stored(w.c.Now()))
	if err != nil {
		return err
	}
	next.CutAt = stored(cut)
	err = w.c.Queue.Settle(ctx, operation.Settlement{Claim: claim, Operation: next, From: op.Tries, Unsent: op.State,
		Attempts: []operation.Attempt{entry}})
	if err == nil {
		w.begun.end(op.ID)
	}
	return cmp.Or(err, fence.ErrOvertaken)
}

// reached finds out whether an operation has reached its TSP in part.
func (w *Writes) reached(ctx context.Context, t *task) error {
	if t.op.Tries == 0 {
		return nil
	}
	steps, err := w.c.Progress.Steps(ctx, t.op.ID)
	if err != nil {
		return fmt.Errorf("reading what was done of an operation: %w", err)
	}
	t.partly = anyDone(steps)
	return nil
}

func anyDone(steps []tsp.Step) bool {
	return slices.ContainsFunc(steps, func(s tsp.Step) bool { return s.Done })
}

// unsent is the entry of a log about an operation that ends because nothing of it was sent, or is sent again; last is the
// one before. own is how much of it is Waybill's own words.
func (t *task) unsent(last *operation.Attempt) (class tsp.Class, text string, own int) {
	class, text = t.unsentAs(last)
	if text == "" {
		text, own = t.keptBy(notSent(expiredAt(t.op)), last)
		return class, text, own
	}
	return class, text, len(text)
}

// unsentAs is unsent where nothing is to be said of what kept it; "" of any other.
func (t *task) unsentAs(last *operation.Attempt) (tsp.Class, string) {
	switch {
	case t.stops == operation.Unmade:
		return "", notSent(t.unmade)
	case t.stops == operation.Cancelled && last != nil:
		return "", "cancelled: nothing of it was applied by the attempts before, and nothing more of it is sent"
	case t.stops == operation.Cancelled:
		return "", "cancelled before anything of it reached the TSP"
	case !t.op.CutAt.IsZero():
		return tsp.Unknown, operation.OutcomeUnknown + "; it was not sent again to find out, since " + expiredAt(t.op)
	case t.partly:
		return "", aPart + expiredAt(t.op)
	}
	return "", ""
}

// aPart begins the sentence about an operation of which the TSP has a part.
const aPart = "a part of it has reached the TSP, and the rest was not sent: "

// StoppedLanes lists those in which operations wait that must not be sent any more.
func (w *Writes) StoppedLanes(ctx context.Context) ([]fence.Lane, error) {
	ids, err := w.c.Stops.Stopping(ctx, w.c.Now())
	return lanes(fence.Connections, ids), err
}
