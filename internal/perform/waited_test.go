package perform

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// inLine tells what comes before operations by what is stored.
type inLine struct {
	*world
	operation.Lines
}

func (l inLine) Ahead(_ context.Context, ops []operation.Operation) ([]operation.Ahead, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make([]operation.Ahead, len(ops))
	for i, op := range ops {
		for _, other := range l.ops {
			if other.OrderKey == op.OrderKey && other.Seq < op.Seq && !other.State.Ended() && all[i].First == uuid.Nil {
				all[i].First, all[i].Partner = other.ID, other.Partner
			}
		}
	}
	return all, nil
}

// takenWith lets the lane be taken from a process that died with a number of updates of one record waiting in it.
func (w *world) takenWith(n int, change ...func(*operation.Operation)) (ids []uuid.UUID) {
	for i := range n {
		same := func(op *operation.Operation) { op.OrderKey = "vehicle.update/" + uuid.UUID{9}.String() }
		if i == 0 {
			ids = append(ids, w.add(same))
			continue
		}
		ids = append(ids, w.add(append(change, same)...))
	}
	time.Sleep(time.Second)
	cut := time.Now()
	w.writes.c.CutAt = func(uuid.UUID) time.Time { return cut }
	w.writes.c.Lines = inLine{world: w}
	return ids
}

func TestWhatExpiresBehindAnotherThatEndsAfterACrashHasExpired(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]error{"the first is done": nil, "the first is refused": failure(tsp.Rejected)} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.tsp.write = func(context.Context, int, tsp.Write) (tsp.Written, error) {
					time.Sleep(20 * time.Second)
					return tsp.Written{}, first
				}
				// More than a runner reads of a chain at once.
				ids := w.takenWith(12, until(10*time.Second))
				w.run(t, 5*time.Minute)
				for _, id := range ids[1:] {
					op := w.op(id)
					if said := lines(op); op.Reason != operation.Expired || !op.CutAt.IsZero() || len(said) != 1 ||
						!strings.Contains(said[0], "not sent: it expired at ") {
						t.Errorf("%d: %s for %q, cut at %s: %q", op.Seq, op.State, op.Reason, op.CutAt, said)
					}
				}
				if w.tsp.log() != "W" {
					t.Errorf("calls %q", w.tsp.log())
				}
			})
		})
	}
}

func TestWhatExpiresAsItsCallBeginsBehindAnotherAfterACrashHasExpired(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.tsp.write = func(_ context.Context, n int, _ tsp.Write) (tsp.Written, error) {
			time.Sleep(5 * time.Second)
			if n == 0 {
				return tsp.Written{}, nil
			}
			return tsp.Written{}, &tsp.Error{Class: tsp.Unavailable, Unsent: true, Err: errExpired}
		}
		ids := w.takenWith(2, until(33*time.Second))
		w.run(t, time.Minute)
		op := w.op(ids[1])
		if said := strings.Join(lines(op), "\n"); op.Reason != operation.Expired || !op.CutAt.IsZero() ||
			strings.Contains(said, operation.OutcomeUnknown) {
			t.Errorf("%s for %q, cut at %s: %q", op.State, op.Reason, op.CutAt, said)
		}
	})
}

// A sync write that was under way at the crash has ended before its lane is read, and its chain rests.
func TestWhatExpiresWhileItsChainRestsSinceBeforeACrashHasExpired(t *testing.T) {
	t.Parallel()
	for rest, want := range map[time.Duration]operation.Reason{30 * time.Second: operation.Expired, 0: ""} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.full(time.Hour)
			id := w.takenWith(1)[0]
			w.do(func() {
				w.ops[0].NextAt = time.Now().Add(rest)
				until(10 * time.Second)(&w.ops[0])
			})
			w.run(t, time.Minute)
			if op := w.op(id); op.Reason != want || op.CutAt.IsZero() != (want != "") {
				t.Errorf("after a rest of %v it is %s for %q, cut at %s", rest, op.State, op.Reason, op.CutAt)
			}
		})
	}
}

func TestAnAttemptThatDoesNotSendWhatMayHaveBeenSentBeforeACrashSaysBoth(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.tsp.write = func(context.Context, int, tsp.Write) (tsp.Written, error) {
			time.Sleep(5 * time.Second)
			return tsp.Written{}, &tsp.Error{Class: tsp.Unavailable, Unsent: true, Err: errExpired}
		}
		id := w.takenWith(1)[0]
		w.do(func() { until(3 * time.Second)(&w.ops[0]) })
		w.run(t, time.Minute)
		op := w.op(id)
		if said := lines(op); op.Reason != "" || !op.IsUnknown() || len(said) != 2 ||
			!strings.Contains(said[0], "not sent: it expired at ") || !strings.Contains(said[0], alsoUnknown) {
			t.Errorf("%s for %q: %q", op.State, op.Reason, said)
		}
	})
}

func TestWhatIsRefusedBehindAnotherAfterACrashHasNoUnknownOutcome(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.tsp.answers(failure(tsp.Rejected), failure(tsp.Rejected))
		ids := w.takenWith(2)
		w.run(t, time.Minute)
		if op := w.op(ids[1]); op.State != operation.Failed || op.IsUnknown() || len(w.holds) != 1 {
			t.Errorf("%s, cut at %s: %q, holds %v", op.State, op.CutAt, lines(op), w.holds)
		}
		// It was the first, and may have been sent before.
		if op := w.op(ids[0]); !op.IsUnknown() {
			t.Errorf("the first is %s and known", op.State)
		}
	})
}

func TestWhatBecameTheFirstOfItsChainBeforeAnotherCrashMayHaveBeenSent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		ids := w.takenWith(3)
		w.full(time.Hour)
		w.run(t, time.Second)
		w.do(func() { w.ops[0].State = operation.Succeeded })
		cut := time.Now()
		w.writes.c.CutAt = func(uuid.UUID) time.Time { return cut }
		for _, id := range ids[1:] {
			w.cancel(id)
		}
		w.run(t, time.Second)
		if op := w.op(ids[1]); op.State != operation.Unknown {
			t.Errorf("the first that is left is %s for %q", op.State, op.Reason)
		}
		if op := w.op(ids[2]); op.Reason != operation.Cancelled {
			t.Errorf("the one behind it is %s for %q", op.State, op.Reason)
		}
	})
}

func TestNothingIsKeptOfChainsOnceTheirLaneIsFoundWithoutThem(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.takenWith(6)
		w.run(t, time.Second)
		if len(w.writes.waited.lanes) != 1 {
			t.Errorf("of %d lanes while they wait", len(w.writes.waited.lanes))
		}
		w.run(t, 5*time.Minute)
		w.add()
		w.run(t, time.Minute)
		if len(w.writes.waited.lanes) != 0 {
			t.Errorf("of %d lanes", len(w.writes.waited.lanes))
		}
	})
}
