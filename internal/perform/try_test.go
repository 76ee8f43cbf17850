package perform

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// tryAt is what stores do of an operation that is to be tried at a time.
func (w *world) tryAt(op operation.Operation, at time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := slices.IndexFunc(w.ops, func(one operation.Operation) bool { return one.ID == op.ID })
	if one := &w.ops[i]; one.Tries != op.Tries || one.State != operation.Retry && one.State != operation.Unknown {
		return fence.ErrOvertaken
	} else if at.Before(one.NextAt) {
		one.NextAt = at
	}
	w.lanes.Activate(w.lane(), time.Now())
	return nil
}

// overlapping counts the calls of each operation that are under way, and notes two at once.
type overlapping struct {
	mu    sync.Mutex
	under map[uuid.UUID]int
	twice int
}

func (o *overlapping) call(id uuid.UUID, took time.Duration) {
	o.mu.Lock()
	if o.under[id]++; o.under[id] > 1 {
		o.twice++
	}
	o.mu.Unlock()
	time.Sleep(took)
	o.mu.Lock()
	o.under[id]--
	o.mu.Unlock()
}

// What can be repeated begins without a mark, what cannot with one, and what is asked for is looked up: in each way an
// operation is asked for at any moment of its attempts.
func TestAnOperationThatIsTriedAllTheTimeIsNeverCalledForTwiceAtOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		strength tsp.Strength
		ends     []tsp.Class
	}{
		"repeatable, unavailable": {tsp.NaturalKey, []tsp.Class{tsp.Unavailable}},
		"marked, unavailable":     {tsp.VerifyFirst, []tsp.Class{tsp.Unavailable}},
		"looked up":               {tsp.VerifyFirst, []tsp.Class{tsp.Unavailable, tsp.Unavailable, tsp.Unknown}},
	} {
		synctest.Test(t, func(t *testing.T) {
			w, o := newWorld(t), &overlapping{under: map[uuid.UUID]int{}}
			w.tsp.can(c.strength)
			w.tsp.spec.Limits = nil
			w.tsp.write = func(_ context.Context, n int, write tsp.Write) (tsp.Written, error) {
				o.call(write.Operation, time.Duration(rand.IntN(300))*time.Millisecond)
				return tsp.Written{}, failure(c.ends[n%len(c.ends)])
			}
			w.tsp.find = func(write tsp.Write) (tsp.Written, bool, error) {
				o.call(write.Operation, time.Duration(rand.IntN(300))*time.Millisecond)
				return tsp.Written{}, false, nil
			}
			ids := []uuid.UUID{w.add(), w.add(), w.add()}
			over, askers := make(chan struct{}), sync.WaitGroup{}
			for range 4 {
				askers.Go(func() {
					for {
						select {
						case <-over:
							return
						case <-time.After(time.Duration(rand.IntN(50)) * time.Millisecond):
						}
						if op := w.op(ids[rand.IntN(len(ids))]); !op.State.Ended() {
							_ = w.tryAt(op, time.Now())
						}
					}
				})
			}
			w.run(t, 20*time.Second)
			close(over)
			askers.Wait()
			tries := 0
			for _, id := range ids {
				tries += w.op(id).Tries
			}
			calls := len(w.tsp.log())
			// What the stop cut off was called for and is not settled; a look and a call may be of one try.
			if o.twice > 0 || tries < 3*20 || calls < tries {
				t.Errorf("%s: %d tries made %d calls, of which %d met another of their operation", name, tries, calls, o.twice)
			}
		})
	}
}

func TestAnAttemptThatIsAskedForIsTheOneThatWouldHaveComeLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.tsp.spec.Limits = nil
		w.tsp.can(tsp.NaturalKey)
		ends := slices.Repeat([]*tsp.Error{failure(tsp.Unavailable)}, 12)
		w.tsp.answers(append(ends, failure(tsp.Unavailable))...)
		id := w.add()
		time.AfterFunc(30*time.Minute, func() {
			for time.Until(w.op(id).NextAt) < 2*time.Minute {
				time.Sleep(time.Minute)
			}
			before := w.op(id)
			if wait := time.Until(before.NextAt); wait < 2*time.Minute || before.Counted > 0 {
				t.Errorf("it waits for %v more, and %d attempts counted", wait, before.Counted)
			}
			if err := w.tryAt(before, time.Now()); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Second)
			if after := w.op(id); after.Tries != before.Tries+1 || after.Counted != before.Counted || after.Streak != before.Streak+1 {
				t.Errorf("it was %d tries, %d counted, %d in a row, and is %d, %d, %d", before.Tries, before.Counted, before.Streak,
					after.Tries, after.Counted, after.Streak)
			}
		})
		w.run(t, 40*time.Minute)
	})
}

func TestWhatATSPAskedForIsToldOfAnyAnswer(t *testing.T) {
	t.Parallel()
	for class, want := range map[tsp.Class]time.Duration{tsp.Throttled: 30 * time.Second, tsp.Unavailable: 20 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			w, began := newWorld(t), time.Now()
			end := failure(class)
			end.RetryAfter = want
			w.tsp.answers(end, failure(tsp.Unavailable))
			id := w.add()
			w.run(t, 5*time.Second)
			if op := w.op(id); !op.RetryAfter.Equal(began.Add(want)) || !op.NextAt.Equal(op.RetryAfter) {
				t.Errorf("%s: asked to wait until %v, next at %v", class, op.RetryAfter, op.NextAt)
			}
			w.lanes.Activate(w.lane(), time.Now())
			w.run(t, want)
			if op := w.op(id); op.Tries < 2 || !op.RetryAfter.IsZero() {
				t.Errorf("%s: after the next of %d attempts it is asked to wait until %v", class, op.Tries, op.RetryAfter)
			}
		})
	}
}
