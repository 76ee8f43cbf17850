package perform

import (
	"context"
	"errors"
	"time"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// expires tells whether an item whose time is over has expired, and was not merely waiting for too long.
func (t *task) expires(now time.Time) bool {
	return !t.course().unknown && t.op.IsExpired(now) && !t.op.Deadline.Before(t.op.ExpiresAt)
}

// deadline is when an item ends without another attempt. What became of one that is unknown is found out after it has
// expired, too.
func (t *task) deadline() time.Time {
	if !t.course().unknown && !t.op.ExpiresAt.IsZero() && t.op.ExpiresAt.Before(t.op.Deadline) {
		return t.op.ExpiresAt
	}
	return t.op.Deadline
}

func expiredAt(op operation.Operation) string {
	return "it expired at " + op.Expiry()
}

// errExpired keeps a call from being made.
var errExpired = errors.New("the write has expired")

// expiring is the pacer of the calls of a write: none begins after it has expired, unless something was changed by one
// before, for half of a write helps nobody.
type expiring struct {
	tsp.Pacer
	now func() time.Time
	at  time.Time
}

// Wait returns when a call may be made.
func (e expiring) Wait(ctx context.Context, limits ...string) error {
	if err := e.Pacer.Wait(ctx, limits...); err != nil {
		return err
	}
	return e.late(ctx)
}

// Enter returns when a call may be in flight.
func (e expiring) Enter(ctx context.Context, limits ...string) (func(), error) {
	leave, err := e.Pacer.Enter(ctx, limits...)
	if err != nil {
		return nil, err
	}
	if err := e.late(ctx); err != nil {
		leave()
		return nil, err
	}
	return leave, nil
}

func (e expiring) late(ctx context.Context) error {
	if !e.now().Before(e.at) && !tsp.Changed(ctx) {
		return errExpired
	}
	return nil
}

// notAgain is the end of an operation that has expired and whose earlier attempt was looked for and is not there, or not
// whole: then the look-up has marked the steps that are.
func notAgain(op operation.Operation, steps []tsp.Step) answer {
	if anyDone(steps) {
		return answer{givenUp: true, own: true, err: &tsp.Error{Class: tsp.Unknown, Unsent: true,
			Message: operation.OutcomeUnknown + " in part: " + aPart + expiredAt(op)}}
	}
	return answer{own: true, err: &tsp.Error{Class: tsp.Rejected, Unsent: true, Err: errExpired, Message: "an earlier attempt " +
		"without an answer was looked for at the TSP and had not taken effect; not sent again: " + expiredAt(op)}}
}

// notRepeated is the end of one that cannot be looked for.
func notRepeated(op operation.Operation) answer {
	return answer{givenUp: true, own: true, err: &tsp.Error{Class: tsp.Unknown, Unsent: true, Message: operation.OutcomeUnknown +
		"; it was not sent again to find out, since " + expiredAt(op)}}
}

// round makes the end of an operation that has expired a success where all of its steps are done: whoever made the last
// call was stopped before the end was stored. Its adapter tells so without a call.
func (w *Writes) round(ctx context.Context, a *dispatch.Attempt[*task]) {
	t, began := a.Item.Value, w.c.Now()
	write, end := w.form(ctx, t, uncalled{})
	if end != nil {
		return
	}
	written, err := w.c.TSPs.Write(ctx, w.c.Links.Target(t.conn), write)
	if err != nil {
		return
	}
	t.answer, t.stops, t.partly = answer{written: written}, "", false
	if !t.op.SentAt.IsZero() {
		began = t.op.SentAt
	}
	a.End = dispatch.End{Class: dispatch.Done, StartedAt: began, EndedAt: w.c.Now()}
	a.Verdict = dispatch.Verdict{Fate: dispatch.Succeeds, At: a.End.EndedAt, Counts: true}
}

// uncalled is the pacer of a write of which no call may be made.
type uncalled struct{}

// Wait refuses the call.
func (uncalled) Wait(context.Context, ...string) error { return errExpired }

// Enter refuses the call.
func (uncalled) Enter(context.Context, ...string) (func(), error) { return nil, errExpired }
