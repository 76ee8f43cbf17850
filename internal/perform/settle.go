package perform

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Settle writes the end of an attempt: attempt, state, record and event in one transaction. What
// else follows from it has its own time: a failure of that does not make the settling be repeated.
func (w *Writes) Settle(ctx context.Context, claim fence.Claim, a dispatch.Attempt[*task]) error {
	t, without := a.Item.Value, a.End.Class == ""
	if without && a.Verdict.Reason == dispatch.Late && t.expires(w.c.Now()) {
		t.stops = operation.Expired
	}
	if without && t.many != nil {
		return w.stopMany(ctx, claim, a)
	}
	if without && t.stops != "" {
		return w.stop(ctx, claim, a)
	}
	if without && a.Verdict.Reason == dispatch.Late && t.op.CutAt.IsZero() {
		if err := w.reached(ctx, t); err != nil {
			return err
		}
		if t.partly {
			w.round(ctx, &a)
		}
		t.partly = false
	}
	_, err := w.settle(ctx, claim, a)
	return err
}

// settle returns what it wrote. Its error leaves everything as it was; a lane's runner settles the
// same attempt again.
func (w *Writes) settle(ctx context.Context, claim fence.Claim, a dispatch.Attempt[*task]) (
	operation.Settlement, error) {
	s, err := w.settlement(ctx, a)
	if err != nil {
		return s, err
	}
	s.Claim = claim
	err = w.c.Queue.Settle(ctx, s)
	if err == nil || errors.Is(err, fence.ErrOvertaken) {
		w.claims.release(s.Operation.ID)
		w.begun.end(s.Operation.ID)
	}
	if err != nil {
		return s, err
	}
	w.watch(s.Operation)
	w.follow(ctx, a.Item.Value, a.Verdict)
	return s, nil
}

// settlement is everything that the end of an attempt changes.
func (w *Writes) settlement(ctx context.Context, a dispatch.Attempt[*task]) (s operation.Settlement, err error) {
	t, v := a.Item.Value, a.Verdict
	now := stored(w.c.Now())
	op := t.op
	// Heads leaves the log out, which most operations do not have yet.
	if op.Tries > 0 {
		if op.Attempts, err = w.c.Progress.Attempts(ctx, op.ID); err != nil {
			return s, fmt.Errorf("reading earlier attempts: %w", err)
		}
	}
	s.From, s.Attempts = op.Tries, entries(&op, a)
	s.Kept = w.kept(t, s.Attempts)
	// An open attempt keeps its time, back to which a look-up goes.
	if !t.course().unknown {
		op.SentAt = a.End.StartedAt
	}
	if op, err = op.To(after(v.Fate), now); err != nil {
		return s, err
	}
	op.CutAt = w.cutAt(t, a.End)
	if h, ok := op.Held(w.c.Settling.of(t.spec, t.capability())); ok && h.Until.After(now) {
		s.Hold = &h
	}
	// What took effect is known, although its chain waits for what is still under way.
	if v.Fate == dispatch.Succeeds {
		op.CutAt = time.Time{}
		if err = w.firstLook(ctx, &op, t); err != nil {
			return s, err
		}
		if s.Record, err = w.recorded(ctx, &op, t); err != nil {
			return s, err
		}
		s.Image = t.image
	}
	why := t.stops
	if why != "" {
		s.Unsent = t.op.State
	} else if v.Fate == dispatch.Fails && t.answer.err != nil && errors.Is(t.answer.err, errExpired) {
		why = operation.Expired
	}
	// What has taken effect in part, or may have, did not end because it was not sent.
	if op.CutAt.IsZero() && !t.partly {
		op.Reason = why
	}
	op.Tries, op.NextAt, op.RetryAfter = op.Tries+1, v.At, toldToWait(a)
	if v.Counts {
		op.Counted++
	}
	if v.Grows {
		op.Streak++
	}
	s.Events, err = op.Tells(now)
	s.Operation = op
	return s, err
}

// toldToWait is until when the TSP wants nothing more of an operation, by its answer; zero if it did not say so.
func toldToWait(a dispatch.Attempt[*task]) time.Time {
	if a.End.RetryAfter > 0 || a.End.Class == dispatch.Throttled {
		return a.Verdict.At
	}
	return time.Time{}
}

// cutAt is when the newest attempt ended that may still take effect, or has; zero if there is none.
func (w *Writes) cutAt(t *task, end dispatch.End) time.Time {
	op, course := t.op, t.course()
	// Before the stop that cut it off it may have been sent without a mark.
	if cut, is := w.mayBeOut(t); is {
		op.CutAt = cut
	}
	switch {
	case t.answer.sent && t.answer.mayHaveTaken():
		return stored(end.EndedAt)
	case !t.answer.cutAt.IsZero():
		return stored(t.answer.cutAt)
	// What can be asked for was found, or was not there before it was sent again.
	case end.Class != "" && course.asks && !end.Open && !t.answer.givenUp:
		return time.Time{}
	}
	return op.CutAt
}

// mayHaveTaken tells whether an answer leaves open whether the TSP took what it was sent.
func (r answer) mayHaveTaken() bool {
	return r.err != nil && (r.err.Class == tsp.Unknown || r.err.Class == tsp.Broken)
}

// rest is until when the chain of an operation rests if this is its end.
func (w *Writes) rest(t *task, end dispatch.End) time.Time {
	if cut := w.cutAt(t, end); !cut.IsZero() {
		return cut.Add(w.c.Settling.of(t.spec, t.capability()))
	}
	return time.Time{}
}

// follow does what an attempt that is settled means for others: for the limits of its TSP, for the
// connection, and for what is known of its records.
func (w *Writes) follow(ctx context.Context, t *task, v dispatch.Verdict) {
	if t.op.Damaged != nil {
		w.c.Log.Error("an operation has failed because what is stored of it cannot be read", "operation_id", t.op.ID,
			"connection_id", t.conn.ID, "tsp", t.conn.TSP, "error", t.op.Damaged)
	}
	if !v.Pause.IsZero() {
		w.c.Limits.shut(t, v.Pause.Sub(w.c.Now()))
	}
	if v.Stop {
		refused(ctx, w.c.Links, w.c.Log, t.conn, t.answer.err)
	}
	if t.answer.err != nil && t.answer.err.Class == tsp.Missing {
		w.c.Imports.Recheck(ctx, t.conn)
	}
}
