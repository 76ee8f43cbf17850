package perform

import (
	"context"
	"fmt"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// An operation may name others of its lane by their ids, whose records are made yet. It waits in its chain until they have
// ended, for which nothing is written: they are earlier, so no two wait for each other (decision 50).

// handledLook is how often it is looked whether a sync operation has ended that another one names. Its end wakes the lane,
// so this makes a lost hint harmless.
const handledLook = 2 * time.Second

// hangs notes what an operation waits for that names others.
func (t *task) hangs(on operation.Standings) {
	if len(t.op.Awaits) == 0 {
		return
	}
	t.named = on
	for _, of := range on.Behind(t.op) {
		t.waits = append(t.waits, of.Seq)
		t.handled = t.handled || of.Sync
	}
	if t.unmade = on.Fails(t.op); t.unmade != "" && t.stops == "" && stoppable(t.op) {
		t.stops = operation.Unmade
	}
}

// notBefore is when an item may begin. What waits for others begins when these have ended.
func (t *task) notBefore(now time.Time) time.Time {
	switch {
	case len(t.op.Awaits) == 0:
		return t.op.NextAt
	case t.handled:
		return now.Add(handledLook)
	}
	return time.Time{}
}

// name puts the records into an operation that those have made which it names, before anything of it is sent. What has
// no place for one of them is not sent at all.
func (w *Writes) name(ctx context.Context, claim fence.Claim, t *task) error {
	if len(t.op.Awaits) == 0 {
		return nil
	}
	uses := t.action.Under(t.spec.Effective(t.conn.Settings)).Uses
	op, unfit, err := t.op.Named(t.named, uses)
	if err != nil {
		return fmt.Errorf("naming what operation %s stands behind: %w", t.op.ID, err)
	}
	if unfit != "" {
		t.unfit = &tsp.Error{Class: tsp.Rejected, Unsent: true, Message: notSent(unfit)}
		return nil
	}
	now := stored(w.c.Now())
	if op, err = w.c.Chained.Name(ctx, claim, op, now); err != nil {
		return err
	}
	t.op, t.stored = op, tsp.Write{}
	// What was sent for an earlier one of its chain may take effect yet.
	if op.NextAt.After(now) {
		return fence.ErrOvertaken
	}
	return nil
}

// hanging puts in front of an operation what it names and what has not ended.
func hanging(op operation.Operation, ahead operation.Ahead, on operation.Standings) operation.Ahead {
	if live := on.Behind(op); len(live) > 0 {
		ahead.First, ahead.Partner, ahead.Named = live[0].ID, op.Partner, true
	}
	return ahead
}
