package perform

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// How verifications go on where the first look, within the attempt, does not decide (decision 53).
const (
	// firstPause is how long after the end of a write its record is read again, and each pause is as long as all before.
	firstPause = time.Second
	// syncLooks is how long the caller of a sync write waits for its verification beyond the end of the write.
	syncLooks = 5 * time.Second
	// lookTime bounds a reading, with what it waits for limits.
	lookTime = 10 * time.Second
	// lookGrace is how long after its time a record is still read: what it shows much later tells nothing of the write.
	lookGrace = time.Minute
)

// firstLook decides what the reading within the attempt tells of an operation that is verified, or until when it is read
// again. What the TSP shows before it shows the write is none of the record.
func (w *Writes) firstLook(ctx context.Context, op *operation.Operation, t *task) error {
	if !op.Verify {
		return nil
	}
	if t.left().SourceID == "" {
		op.Verification = operation.NewVerification(operation.Unverifiable, t.spec.DisplayName+" tells no id of the record")
		return nil
	}
	before, err := w.before(ctx, *op)
	if err != nil {
		return err
	}
	told := w.told(t, *op, before, false)
	switch told.Status {
	case operation.Unverified:
		op.VerifyAt = op.UpdatedAt.Add(firstPause)
		if op.Sync {
			op.VerifyAt = op.VerifyAt.Add(syncLooks)
		}
		told = told.Again(op.UpdatedAt.Add(w.c.Settling.of(t.spec, t.capability())), before)
	case operation.Verified:
		t.answer.written.Record = &t.look.read
	case operation.Unverifiable:
	}
	op.Verification = told
	return nil
}

// before are the fields that a write gives, as they were known before it; nil where they were not.
func (w *Writes) before(ctx context.Context, op operation.Operation) (map[string]jsontext.Value, error) {
	if op.Verb != resource.Update {
		return nil, nil
	}
	known, err := w.c.Records.Record(ctx, op.Connection, op.Resource)
	switch {
	case errors.Is(err, record.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("looking up the record before its write: %w", err)
	}
	held, err := known.Held(op.Payload)
	if err != nil {
		// One that is damaged is none.
		return nil, nil
	}
	return held, nil
}

// told is what the look of a task tells of its operation, before which some fields were known. last says that there is no
// other look.
func (w *Writes) told(t *task, op operation.Operation, before map[string]jsontext.Value, last bool) (
	out *operation.Verification) {
	status := operation.Unverified
	if last {
		status = operation.Unverifiable
	}
	l := t.look
	defer func() {
		// The write took effect, whatever our bug makes of what is read.
		if r := recover(); r != nil {
			w.c.Log.Error("comparing what was read back panicked", "operation_id", op.ID, "tsp", op.TSP, "panic", r)
			out = operation.NewVerification(operation.Unverifiable, "Waybill failed in an unforeseen way")
		}
		if !l.at.IsZero() && l.end == nil {
			out = out.ReadOn(l.at)
		}
	}()
	name := t.spec.DisplayName
	switch {
	case l.at.IsZero() || l.end != nil && errors.Is(l.end, tsp.ErrNoBudget):
		return operation.NewVerification(status, "the limits of "+name+" left no room for reading the record")
	case l.end != nil && l.end.Class == tsp.Unsupported:
		return operation.NewVerification(operation.Unverifiable, l.end.Message)
	case l.end != nil && l.end.Class == tsp.Missing:
		return operation.NewVerification(status, name+" does not show the record")
	case l.end != nil:
		return operation.NewVerification(status, "the record could not be read: "+l.end.Message)
	}
	found, err := w.compared(t, op, before)
	if err != nil {
		w.c.Log.Error("comparing what was read back", "operation_id", op.ID, "tsp", op.TSP, "error", err)
		return operation.NewVerification(operation.Unverifiable, "what was read could not be compared")
	}
	if found.Open() && !last {
		return operation.NewVerification(status, name+" does not show yet what was written")
	}
	out = operation.NewVerification(operation.Verified, "")
	out.Comparison = found
	return out
}

// compared holds what was read against what was sent.
func (w *Writes) compared(t *task, op operation.Operation, before map[string]jsontext.Value) (record.Comparison, error) {
	dropped, err := w.dropped(t)
	if err != nil {
		return record.Comparison{}, err
	}
	uses := t.action.Under(t.spec.Effective(t.conn.Settings)).Uses
	by := record.Judge{Verb: op.Verb, Before: before, Unread: func(field string) string { return uses[field].Unread }}
	return record.Write{Payload: op.Payload, Record: &t.look.read, Dropped: dropped}.Compare(op.Kind, by)
}

// lookAgain reads the record of an operation once more, and returns what that tells, though it may be that it is to be read
// again. last says that there is no other look. Its error is one of the store.
func (w *Writes) lookAgain(ctx context.Context, op operation.Operation, last bool) (*operation.Verification, error) {
	told, err := w.looked(ctx, op, last)
	if err != nil {
		return nil, err
	}
	return told.Behind(op.Verification), nil
}

func (w *Writes) looked(ctx context.Context, op operation.Operation, last bool) (*operation.Verification, error) {
	conn, err := w.c.Connections.Connection(lately(ctx, w.c.Now()), op.Connection)
	if err != nil {
		return nil, fmt.Errorf("looking up the connection: %w", err)
	}
	spec, _ := w.spec(conn)
	t := w.task(op, conn, spec)
	refusal, err := w.c.Grants.refusal(ctx, op)
	switch {
	case err != nil:
		return nil, err
	case refusal != "":
		return operation.NewVerification(operation.Unverifiable, "the record was not read: "+refusal), nil
	case conn.Status.Ended():
		return operation.NewVerification(operation.Unverifiable, "the record was not read: the connection was "+
			string(conn.Status)), nil
	case conn.Status != connection.Active || w.c.Links.Shut(conn):
		t.look = look{at: w.c.Now(), end: &tsp.Error{Class: tsp.Unavailable, Message: "the connection is not active"}}
	default:
		t.look = w.readOne(ctx, t, tsp.Single{Kind: op.Kind, Collection: op.Collection, SourceID: op.SourceID,
			Pace: w.c.Limits.together(spec, conn, t.share())}, lookTime)
	}
	if end := t.look.end; end != nil && end.Class == tsp.Unauthorized {
		refused(ctx, w.c.Links, w.c.Log, conn, end)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var before map[string]jsontext.Value
	if op.Verification != nil {
		before = op.Verification.Before
	}
	told := w.told(t, op, before, last)
	if told.Status == operation.Verified && told.Open() || told.Status == operation.Unverified && t.look.end == nil {
		if told, err = w.unlessRewritten(ctx, op, told); err != nil {
			return nil, err
		}
	}
	if told.Status == operation.Verified {
		w.take(ctx, t)
	}
	return told, nil
}

// unlessRewritten returns what was told, unless the record may show what a later write has made of it.
func (w *Writes) unlessRewritten(ctx context.Context, op operation.Operation, told *operation.Verification) (
	*operation.Verification, error) {
	rewritten, err := w.c.Verifications.Rewritten(ctx, op, w.c.Now())
	if err == nil && !rewritten {
		var known record.Record
		known, err = w.c.Records.Record(ctx, op.Connection, op.Resource)
		rewritten = known.SeenAt.After(op.UpdatedAt)
	}
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		return nil, fmt.Errorf("looking for later writes of the record: %w", err)
	}
	if rewritten {
		return operation.NewVerification(operation.Unverifiable, "a later write of the record came before it was read"), nil
	}
	return told, nil
}

// take lets the record be known as it was read. Without that it is by the next import.
func (w *Writes) take(ctx context.Context, t *task) {
	defer func() {
		if r := recover(); r != nil {
			w.c.Log.Error("saving a record that was read back panicked; the next import brings it", "operation_id", t.op.ID,
				"tsp", t.op.TSP, "panic", r)
		}
	}()
	from := record.Source{Target: w.c.Links.Target(t.conn), Fleet: t.conn.Fleet, Account: t.conn.Account}
	if err := w.c.Importer.Take(ctx, from, t.op.Kind, t.look.at, t.look.read); err != nil {
		w.c.Log.Error("a record that was read back could not be saved; the next import brings it", "operation_id", t.op.ID,
			"error", err)
	}
}
