package perform

import (
	"context"
	"errors"
	"runtime/debug"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Begin marks an operation as being sent, unless its repetition is harmless or it is only looked
// for. Where operations of the connection were ended since it was read the store is asked whether it was one.
func (w *Writes) Begin(ctx context.Context, claim fence.Claim, item dispatch.Item[*task]) error {
	t := item.Value
	if err := unchanged(ctx, w.c.Connections, w.c.Links, t.conn, w.c.Now()); err != nil {
		return err
	}
	if err := w.name(ctx, claim, t); err != nil {
		return err
	}
	now := w.c.Now()
	doubtful := w.begun.begin(t, now)
	if w.onlyLooks(t) || !t.course().marks && !(doubtful && !t.course().unknown) {
		return nil
	}
	err := w.c.Queue.MarkSending(ctx, claim, t.op, now)
	if err != nil {
		w.begun.end(t.op.ID)
	}
	return err
}

// Perform makes one attempt, if the grant that allowed the operation is still there. An operation
// whose earlier attempt has no trustworthy answer is looked up first where the TSP can be asked.
func (w *Writes) Perform(ctx context.Context, item dispatch.Item[*task]) dispatch.End {
	t, began := item.Value, w.c.Now()
	// The lane has charged the first call before the item began.
	pacer := w.c.Limits.pacer(t.spec, t.conn, t.share()).Prepaid(t.action.Limits...)
	pacer.Until, pacer.Begun = t.deadline(), true
	ctx, over := w.traced(ctx, t)
	defer over()
	ctx = w.keeping(ctx, t)
	t.answer = w.contained(t, func() answer {
		if t.unfit != nil {
			return answer{err: t.unfit, own: true}
		}
		if gone := w.forbidden(ctx, t); gone.err != nil {
			return gone
		}
		return w.attempt(ctx, t, pacer)
	})
	end := w.ended(t, began)
	w.readBack(ctx, t)
	return end
}

// contained makes a panic on the way to the TSP and back the end of its attempt, and of its
// operation: what our bug has met once is not met again.
func (w *Writes) contained(t *task, attempt func() answer) (out answer) {
	defer func() {
		if r := recover(); r != nil {
			w.c.Log.Error("an attempt panicked", "operation_id", t.op.ID, "connection_id", t.conn.ID, "tsp", t.conn.TSP,
				"panic", r, "stack", string(debug.Stack()))
			out = answer{sent: true, err: &tsp.Error{Class: tsp.Broken,
				Message: "Waybill failed in an unforeseen way; " + operation.OutcomeUnknown}, own: true}
		}
	}()
	return attempt()
}

// forbidden is the answer to an operation that must not be sent because the grant that allowed it
// is gone, or cannot be looked up; zero if it may be sent. It is asked as late as can be: a fleet
// that takes its grant back expects nothing to be sent, and the lane was read seconds ago.
func (w *Writes) forbidden(ctx context.Context, t *task) answer {
	refusal, err := w.c.Grants.refusal(ctx, t.op)
	switch {
	case err != nil:
		return answer{open: true, own: true, err: &tsp.Error{Class: tsp.Unavailable, Err: err,
			Message: "whether the fleet still allows the write could not be looked up"}}
	case refusal != "" && t.course().unknown:
		refusal += alsoUnknown
	}
	if refusal == "" {
		return answer{}
	}
	return answer{own: true, err: &tsp.Error{Class: tsp.Forbidden, Message: notSent(refusal)}}
}

// attempt asks and sends as the operation's course says. It is the same for lanes and sync writes;
// only what it is paced by differs.
func (w *Writes) attempt(ctx context.Context, t *task, pace tsp.Pacer) answer {
	write, end := w.form(ctx, t, pace)
	if end != nil {
		return answer{err: end, open: true, own: true}
	}
	if t.course().unknown {
		return w.resolve(ctx, t, write)
	}
	return w.send(ctx, t, write)
}

// send makes the calls that are left of a write.
func (w *Writes) send(ctx context.Context, t *task, write tsp.Write) answer {
	w.looking.end(t.op.ID)
	if !t.op.ExpiresAt.IsZero() {
		write.Pace = expiring{write.Pace, w.c.Now, t.op.ExpiresAt}
	}
	written, err := w.c.TSPs.Write(ctx, w.c.Links.Target(t.conn), write)
	expired := err != nil && errors.Is(err, errExpired)
	if expired {
		said := notSent(expiredAt(t.op))
		if t.partly = anyDone(write.Progress.Steps()); t.partly {
			said = aPart + expiredAt(t.op)
		}
		if _, is := w.mayBeOut(t); is {
			said += alsoUnknown
		}
		err = &tsp.Error{Class: tsp.Unavailable, Message: said, Err: errExpired, Unsent: true}
	}
	return answer{written: written, err: err, sent: err == nil || !err.Unsent, own: expired}
}

// ended turns the answer to an attempt into its end. Its log line is what an operator sees of an
// attempt; the keys are stable.
func (w *Writes) ended(t *task, began time.Time) dispatch.End {
	end := dispatch.End{Class: dispatch.Done, Open: t.answer.open, Waits: t.answer.again,
		StartedAt: began, EndedAt: w.c.Now()}
	class := tsp.Done
	if err := t.answer.err; err != nil {
		class = err.Class
		end.Class, end.RetryAfter = meaning(class), err.RetryAfter
	}
	if t.answer.givenUp {
		end.Class = dispatch.Refused
	}
	end.Rest = w.rest(t, end)
	// What Waybill refuses says nothing of the TSP; what is broken is ours in any case.
	if !t.answer.own || t.reach() != tsp.ReachNone || class == tsp.Broken {
		w.c.Watch.Attempted(string(t.conn.TSP), string(class), end.EndedAt.Sub(began))
	}
	w.c.Log.Info("attempt ended", "operation_id", t.op.ID, "connection_id", t.conn.ID, "tsp", t.conn.TSP,
		"resource", t.op.Kind, "verb", t.op.Verb, "attempt", t.op.Tries+1, "class", class, "reach", t.reach(),
		"duration_ms", end.EndedAt.Sub(began).Milliseconds())
	return end
}

// form makes the adapter's form of an operation. Its error means that nothing was sent.
func (w *Writes) form(ctx context.Context, t *task, pace tsp.Pacer) (tsp.Write, *tsp.Error) {
	write, err := w.read(t)
	if err != nil {
		w.c.Log.Error("reading a stored operation", "operation_id", t.op.ID, "error", err)
		return write, &tsp.Error{Class: tsp.Broken, Message: "the stored operation could not be read", Err: err}
	}
	steps := &progress{store: w.c.Progress, operation: t.op.ID}
	// A first attempt has no steps, and most operations have one attempt.
	if t.op.Tries > 0 || t.course().unknown {
		if steps.steps, err = w.c.Progress.Steps(ctx, t.op.ID); err != nil {
			return write, &tsp.Error{Class: tsp.Unavailable, Err: err,
				Message: "the progress of the write could not be read"}
		}
	}
	write.SentAt = w.c.Now()
	// Find looks back to the oldest attempt that is open (decision 0005).
	if t.course().unknown && !t.op.SentAt.IsZero() {
		write.SentAt = t.op.SentAt
	}
	write.Progress, write.Pace, write.Rivals = steps, pace, w.rivals(t.op, write)
	// Behind an attempt without an answer the record may be as that one left it.
	if !t.course().unknown {
		write.Read = func(r tsp.Record) { t.before = &r }
	}
	write.Now, write.Settles = w.c.Now, w.c.Settling.of(t.spec, t.capability())
	return write, nil
}

// read returns what is stored of an operation in the adapter's form. What is stored was accepted,
// so only damage or another release's schema can make it fail.
func (w *Writes) read(t *task) (tsp.Write, error) {
	if t.op.Damaged != nil {
		return tsp.Write{}, t.op.Damaged
	}
	if t.stored.Schema != nil {
		return t.stored, nil
	}
	schema, err := resource.For(t.op.Kind, t.op.Verb)
	if err != nil {
		return tsp.Write{}, err
	}
	payload, refs, err := schema.Restore(t.op.Payload)
	if err != nil {
		return tsp.Write{}, err
	}
	t.stored = tsp.Write{Capability: t.capability(), Payload: payload, Schema: schema, Refs: refs, Target: t.op.Target(),
		Collection: t.op.Collection, Operation: t.op.ID, Attempt: t.op.Tries + 1, Secret: w.secret(t.op.ID)}
	return t.stored, nil
}

// secret derives what only the operation knows.
func (w *Writes) secret(operation uuid.UUID) func(label string) []byte {
	return func(label string) []byte { return w.c.Derive(operation, label) }
}
