package perform

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
)

// Operations that are to be cancelled and were never tried end many at a time, in one transaction: a job may ask for a
// hundred thousand of them. What is decided of each is what stop decides of one.

// together tells whether an operation is one of many that end so.
func together(op operation.Operation) bool {
	return op.IsAsked() && op.State == operation.Queued && op.Tries == 0
}

// wholeEvery is how often a lane is read whole in which a job has operations cancelled: a step of it gives the lane a few,
// and each end of some may let others go on, while reading what else waits costs more than to end these.
const wholeEvery = time.Second

// endingEvery is how often it is looked whether many have ended. Their end wakes the lane, but may do so before it is known
// here.
const endingEvery = 20 * time.Millisecond

// crowds are the connections in whose lanes a job has operations cancelled, each with when its lane is to be read whole
// again. Until then it is read for those alone. So neither does a job wait for what others have waiting in its lanes, nor
// they for the end of the job.
type crowds struct {
	mu  sync.Mutex
	all map[uuid.UUID]time.Time
	// ending counts, by connection, the items by which many are being ended.
	ending map[uuid.UUID]int
}

// begin notes that many operations of a connection are being ended, until over. They would be read again and again
// meanwhile, as a store that is busy ends those of one lane after those of another.
func (c *crowds) begin(connection uuid.UUID) (over func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ending[connection]++
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.ending[connection]--; c.ending[connection] == 0 {
			delete(c.ending, connection)
		}
	}
}

// ends tells whether many operations of a connection are being ended.
func (c *crowds) ends(connection uuid.UUID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ending[connection] > 0
}

// note notes what reading a lane whole has found: operations that a job has asked to cancel, or none.
func (c *crowds) note(connection uuid.UUID, asked bool, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if asked {
		c.all[connection] = now.Add(wholeEvery)
	} else {
		delete(c.all, connection)
	}
}

// until is when a lane is to be read whole again; zero for at once.
func (c *crowds) until(connection uuid.UUID, now time.Time) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at := c.all[connection]; now.Before(at) {
		return at
	}
	return time.Time{}
}

// ofJob tells whether a job has asked to cancel what ends by an item.
func ofJob(i dispatch.Item[*task]) bool {
	return i.Value.op.AskedJob() != 0 || slices.ContainsFunc(i.Value.many, func(t *task) bool { return t.op.AskedJob() != 0 })
}

// among is the item by which many operations end. Its key follows from the first of them, so that the next ones may be
// taken while it is being settled.
func (w *Writes) among(many []*task) dispatch.Item[*task] {
	first := *many[0]
	first.many, first.stops = many, operation.Cancelled
	return dispatch.Item[*task]{Seq: first.op.Seq, Key: stopKey + "from/" + first.op.ID.String(), Share: first.share(),
		End: string(operation.Cancelled), Value: &first}
}

// leave keeps the chains of many from going on before they have ended, which is not for their heads' own items to tell.
func leave(items []dispatch.Item[*task]) {
	for i := range items {
		if together(items[i].Value.op) && items[i].End == string(operation.Cancelled) {
			items[i].Held, items[i].End = true, ""
		}
	}
}

// stopMany ends those of many operations of which nothing was sent. The others are dealt with as one is.
func (w *Writes) stopMany(ctx context.Context, claim fence.Claim, a dispatch.Attempt[*task]) error {
	defer w.crowds.begin(a.Item.Value.op.Connection)()
	unsent, err := w.unsentOf(ctx, claim, a.Item.Value.many)
	if err != nil || len(unsent) == 0 {
		return err
	}
	ends := make([]operation.Settlement, len(unsent))
	for i, t := range unsent {
		one := a
		one.Item.Value = t
		if ends[i], err = w.settlement(ctx, one); err != nil {
			return err
		}
	}
	if err := w.c.Stops.EndUnsent(ctx, claim, ends); err != nil {
		return err
	}
	for i, t := range unsent {
		w.watch(ends[i].Operation)
		w.follow(ctx, t, a.Verdict)
	}
	return nil
}

// unsentOf keeps many from being begun as they were read, and returns those of which nothing was sent.
func (w *Writes) unsentOf(ctx context.Context, claim fence.Claim, many []*task) (unsent []*task, err error) {
	var doubtful []*task
	for _, t := range many {
		since, under := w.begun.stop(t)
		if under {
			if err := w.keepOn(ctx, claim, t, since); !errors.Is(err, fence.ErrOvertaken) {
				return nil, err
			}
			continue
		}
		if _, is := w.mayBeOut(t); is {
			doubtful = append(doubtful, t)
			continue
		}
		unsent = append(unsent, t)
	}
	behind, err := w.behindOthers(ctx, doubtful)
	if err != nil {
		return nil, err
	}
	for i, t := range doubtful {
		if t.behind = behind[i]; t.behind {
			unsent = append(unsent, t)
			continue
		}
		cut, _ := w.mayBeOut(t)
		if err := w.doubt(ctx, claim, t, cut); !errors.Is(err, fence.ErrOvertaken) {
			return nil, err
		}
	}
	return unsent, nil
}

// behindOthers tells of each of some operations whether an earlier one of its chain has not ended.
func (w *Writes) behindOthers(ctx context.Context, all []*task) ([]bool, error) {
	behind := make([]bool, len(all))
	if len(all) == 0 || w.c.Lines == nil {
		return behind, nil
	}
	ops := make([]operation.Operation, len(all))
	for i, t := range all {
		ops[i] = t.op
	}
	before, err := w.c.Lines.Ahead(ctx, ops)
	if err != nil {
		return nil, fmt.Errorf("reading what comes before operations: %w", err)
	}
	for i := range before {
		behind[i] = before[i].First != uuid.Nil
	}
	return behind, nil
}
