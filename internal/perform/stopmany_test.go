package perform

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// askedByJob is an operation in a chain of its own that a job has asked to cancel.
func askedByJob(op *operation.Operation) {
	op.StopAt, op.OrderKey = operation.AskedBy(7), "vehicle.update/"+uuid.UUID{8}.String()
}

// stuck is a store that ends nothing of what is to be cancelled.
type stuck struct{ *world }

func (stuck) EndUnsent(context.Context, fence.Claim, []operation.Settlement) error {
	return errors.New("the disk is full")
}

func TestHoweverManyAJobCancelsInALaneWhatOthersWriteThereIsSentWithinASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.writes.c.Stops = stuck{w}
		for range 2 * operation.MostStops {
			w.add(askedByJob)
		}
		var other uuid.UUID
		go func() {
			time.Sleep(5 * time.Second)
			other = w.add()
		}()
		w.run(t, 10*time.Second)
		if op := w.op(other); op.State != operation.Succeeded || op.UpdatedAt.Sub(op.CreatedAt) > wholeEvery+100*time.Millisecond {
			t.Errorf("it is %s after %s", op.State, op.UpdatedAt.Sub(op.CreatedAt))
		}
	})
}

// often counts how often what waits in a lane is read.
type often struct {
	*world
	n atomic.Int64
}

func (o *often) Heads(ctx context.Context, q fence.Query) ([]operation.Operation, error) {
	o.n.Add(1)
	return o.world.Heads(ctx, q)
}

func TestWhatWaitsInALaneIsReadEachSecondWhileAJobCancelsFewerAtATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		o := &often{world: w}
		w.writes.c.Queue = o
		const steps = 200
		go func() {
			for range steps {
				w.add(askedByJob)
				time.Sleep(20 * time.Millisecond)
			}
		}()
		w.run(t, 10*time.Second)
		for _, op := range w.ops {
			if op.Reason != operation.Cancelled || op.UpdatedAt.Sub(op.CreatedAt) > 100*time.Millisecond {
				t.Fatalf("%s for %q after %s", op.State, op.Reason, op.UpdatedAt.Sub(op.CreatedAt))
			}
		}
		if n := o.n.Load(); n > 20 {
			t.Errorf("it was read %d times for %d steps", n, steps)
		}
	})
}

// late is a store that takes its time to end many, and counts how often they are read.
type late struct {
	*world
	n atomic.Int64
}

func (l *late) Stops(ctx context.Context, connection uuid.UUID, at time.Time) ([]operation.Operation, error) {
	l.n.Add(1)
	return l.world.Stops(ctx, connection, at)
}

func (l *late) EndUnsent(ctx context.Context, claim fence.Claim, ends []operation.Settlement) error {
	time.Sleep(10 * time.Second)
	return l.world.EndUnsent(ctx, claim, ends)
}

func TestWhatAJobCancelsIsNotReadAgainWhileItIsBeingEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		l := &late{world: w}
		w.writes.c.Stops = l
		for range 2 * operation.MostStops {
			w.add(askedByJob)
		}
		go func() {
			// Whoever looks for what must end finds them until they have.
			for range 20 {
				w.lanes.Activate(w.lane(), time.Now())
				time.Sleep(time.Second)
			}
		}()
		w.run(t, time.Minute)
		for _, op := range w.ops {
			if op.Reason != operation.Cancelled {
				t.Fatalf("%s for %q", op.State, op.Reason)
			}
		}
		if n := l.n.Load(); n > 12 {
			t.Errorf("they were read %d times", n)
		}
	})
}

func TestACancelAfterAttemptsSaysThatTheyAppliedNothing(t *testing.T) {
	t.Parallel()
	for class, says := range map[tsp.Class]string{"": "before anything of it reached the TSP", tsp.Unavailable: "by the attempts before"} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			if class == "" {
				w.full(time.Hour)
			} else {
				w.tsp.write = func(context.Context, int, tsp.Write) (tsp.Written, error) { return tsp.Written{}, failure(class) }
			}
			id := w.add()
			w.run(t, time.Second)
			w.cancel(id)
			w.run(t, time.Second)
			op := w.op(id)
			if said := lines(op); op.Reason != operation.Cancelled || !strings.Contains(said[len(said)-1], says) || (len(said) > 1) != (class != "") {
				t.Errorf("%s for %q: %q", op.State, op.Reason, said)
			}
		})
	}
}
