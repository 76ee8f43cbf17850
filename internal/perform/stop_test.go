package perform

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func (w *world) Stops(_ context.Context, _ uuid.UUID, at time.Time) ([]operation.Operation, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(w.ops), func(op operation.Operation) bool {
		return !op.Stops(at) || op.State != operation.Queued && op.State != operation.Retry
	}), nil
}

func (w *world) Stopping(context.Context, time.Time) ([]uuid.UUID, error) { return nil, nil }

func (w *world) EndUnsent(ctx context.Context, _ fence.Claim, ends []operation.Settlement) error {
	for _, s := range ends {
		if err := w.Settle(ctx, s); err != nil && err != fence.ErrOvertaken {
			return err
		}
	}
	return nil
}

func (w *world) KeepOn(_ context.Context, _ fence.Claim, op operation.Operation, sent, _ time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range w.ops {
		if w.ops[i].ID != op.ID {
			continue
		}
		if w.ops[i].State != op.State || w.ops[i].Tries != op.Tries {
			return fence.ErrOvertaken
		}
		w.ops[i].StopAt = op.ExpiresAt
		if !sent.IsZero() {
			w.ops[i].State, w.ops[i].SentAt = operation.Sending, sent
		}
	}
	return nil
}

// cancel asks to cancel an operation, as the store notes it.
func (w *world) cancel(id uuid.UUID) {
	w.do(func() {
		for i := range w.ops {
			if w.ops[i].ID == id {
				w.ops[i].StopAt = operation.Asked()
			}
		}
	})
	w.lanes.Activate(w.lane(), time.Now())
}

// until lets an operation expire a while after it was accepted.
func until(d time.Duration) func(*operation.Operation) {
	return func(op *operation.Operation) {
		op.ExpiresAt = op.CreatedAt.Add(d)
		op.StopAt = op.ExpiresAt
	}
}

// full uses up the limit of the TSP for a while.
func (w *world) full(d time.Duration) {
	w.budget.Shut(w.writes.c.Limits.of(w.tsp.spec, w.conn).only([]string{oneLimit}), d)
}

func TestWhatExpiresIsNotSentAndEndsAtThatMoment(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*world){
		"waiting for a limit":             func(*world) {},
		"while its connection is stale":   func(w *world) { w.conn.Status = connection.Stale },
		"waiting to be tried again":       func(w *world) { w.ops[0].State, w.ops[0].NextAt = operation.Retry, time.Now().Add(time.Hour) },
		"waiting behind its chain's head": func(w *world) { w.ops[1].OrderKey, w.ops[0].Seq, w.ops[1].Seq = w.ops[0].OrderKey, 2, 1 },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.full(time.Hour)
				id, other := w.add(until(10*time.Second)), w.add()
				w.change(change)
				go func() {
					time.Sleep(10*time.Second + time.Millisecond)
					w.lanes.Activate(w.lane(), time.Now()) // as the sweep does
				}()
				began := time.Now()
				w.run(t, 20*time.Second)
				op := w.op(id)
				if op.State != operation.Failed || op.Reason != operation.Expired || w.tsp.log() != "" {
					t.Fatalf("%s for %q after calls %q", op.State, op.Reason, w.tsp.log())
				}
				if late := op.UpdatedAt.Sub(began) - 10*time.Second; late < 0 || late > 100*time.Millisecond {
					t.Errorf("it ended %s late", late)
				}
				if said := lines(op); len(said) != 1 || !strings.Contains(said[0], "not sent: it expired at ") {
					t.Errorf("the log is %q", said)
				}
				if diff := cmp.Diff([]string{"resource_operation.failed"}, w.events); diff != "" || w.op(other).State.Ended() {
					t.Errorf("the other is %s; events (-want +got):\n%s", w.op(other).State, diff)
				}
			})
		})
	}
}

func TestWhatIsUnderWayWhenItExpiresKeepsItsOutcome(t *testing.T) {
	t.Parallel()
	for want, answer := range map[operation.State]error{operation.Succeeded: nil, operation.Failed: failure(tsp.Unavailable)} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.tsp.write = func(context.Context, int, tsp.Write) (tsp.Written, error) {
				time.Sleep(5 * time.Second)
				return tsp.Written{}, answer
			}
			id := w.add(until(2 * time.Second))
			w.run(t, time.Minute)
			op := w.op(id)
			if op.State != want || w.tsp.log() != "W" || (op.Reason == operation.Expired) != (want == operation.Failed) {
				t.Errorf("%s for %q after %q", op.State, op.Reason, w.tsp.log())
			}
		})
	}
}

func TestNoCallOfAWriteBeginsAfterItHasExpiredUnlessSomethingWasChanged(t *testing.T) {
	t.Parallel()
	for _, reads := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			w, second := newWorld(t), error(nil)
			w.tsp.reaches = func(ctx context.Context) { tsp.Calls(ctx, reads) }
			w.tsp.write = func(ctx context.Context, n int, write tsp.Write) (tsp.Written, error) {
				time.Sleep(3 * time.Second)
				second = write.Pace.Wait(ctx, "other")
				if second != nil {
					return tsp.Written{}, &tsp.Error{Class: tsp.Unavailable, Err: second}
				}
				return tsp.Written{}, nil
			}
			id := w.add(until(2 * time.Second))
			w.run(t, time.Minute)
			op := w.op(id)
			if (second != nil) != reads || (op.State == operation.Succeeded) == reads || (op.Reason == operation.Expired) != reads {
				t.Errorf("first reads %t: second call %v, %s for %q", reads, second, op.State, op.Reason)
			}
		})
	}
}

func TestACancelledOperationIsNotSentAndItsChainGoesOn(t *testing.T) {
	t.Parallel()
	for _, strength := range []tsp.Strength{tsp.NaturalKey, tsp.VerifyFirst} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.tsp.can(strength, oneLimit)
			w.full(5 * time.Second)
			first, second := w.add(), w.add(func(op *operation.Operation) { op.OrderKey = "vehicle.update/" + uuid.UUID{9, 1}.String() })
			go func() {
				time.Sleep(time.Second)
				w.cancel(first)
			}()
			w.run(t, time.Minute)
			if op := w.op(first); op.State != operation.Failed || op.Reason != operation.Cancelled || len(op.Attempts) != 1 {
				t.Errorf("%s: %s for %q with %v", strength, op.State, op.Reason, lines(op))
			}
			if op := w.op(second); op.State != operation.Succeeded || w.tsp.log() != "W" {
				t.Errorf("%s: the one behind it is %s after %q", strength, op.State, w.tsp.log())
			}
		})
	}
}

func TestWhatIsUnderWayIsNotCancelled(t *testing.T) {
	t.Parallel()
	for _, strength := range []tsp.Strength{tsp.NaturalKey, tsp.VerifyFirst} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.tsp.can(strength, oneLimit)
			var between operation.Operation
			w.tsp.write = func(context.Context, int, tsp.Write) (tsp.Written, error) {
				time.Sleep(5 * time.Second)
				return tsp.Written{}, nil
			}
			id := w.add()
			began, looked := time.Now(), make(chan struct{})
			go func() {
				defer close(looked)
				time.Sleep(time.Second)
				if w.op(id).State == operation.Queued {
					w.cancel(id)
				}
				time.Sleep(time.Second)
				between = w.op(id)
			}()
			w.run(t, time.Minute)
			<-looked
			if between.State != operation.Sending || between.IsAsked() || between.SentAt.Sub(began) > time.Second {
				t.Errorf("%s: while it is under way it is %s since %s", strength, between.State, between.SentAt)
			}
			if op := w.op(id); op.State != operation.Succeeded || w.tsp.log() != "W" {
				t.Errorf("%s: it is %s after %q", strength, op.State, w.tsp.log())
			}
		})
	}
}

// head is the first of what waits, as its lane reads it.
func (w *world) head(t *testing.T) dispatch.Item[*task] {
	t.Helper()
	batch, err := w.writes.Heads(t.Context(), fence.Query{Lane: w.lane(), Chains: 9, Depth: 9})
	if err != nil || len(batch.Items) == 0 {
		t.Fatal(batch, err)
	}
	return batch.Items[0]
}

// What was read before others of its connection were cancelled is begun only as the store still has it.
func TestAStaleReadingOfACancelledOperationIsNotBegun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		id := w.add()
		stale := w.head(t)
		w.cancel(id)
		w.run(t, time.Second)
		if op := w.op(id); op.Reason != operation.Cancelled {
			t.Fatalf("it is %s", op.State)
		}
		if err := w.writes.Begin(t.Context(), fence.Claim{}, stale); err != fence.ErrOvertaken {
			t.Errorf("it is begun: %v", err)
		}
		other := w.add()
		if err := w.writes.Begin(t.Context(), fence.Claim{}, w.head(t)); err != nil || w.op(other).State != operation.Queued {
			t.Errorf("what was read since is marked or not begun: %s, %v", w.op(other).State, err)
		}
	})
}

func TestWhatExpiresAfterACallWithoutAnAnswerIsNotSaidToBeUnsent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.full(time.Hour)
		id := w.add(until(2*time.Second), func(op *operation.Operation) {
			op.State, op.Tries, op.CutAt = operation.Retry, 1, op.CreatedAt
		})
		w.run(t, 10*time.Second)
		op := w.op(id)
		if said := lines(op); op.State != operation.Failed || op.Reason != "" || op.CutAt.IsZero() ||
			!strings.Contains(said[len(said)-1], operation.OutcomeUnknown) {
			t.Errorf("%s for %q, cut at %s: %q", op.State, op.Reason, op.CutAt, said)
		}
	})
}

func TestWhatExpiresWhileAPartOfItIsDoneIsNotSaidToBeUnsent(t *testing.T) {
	t.Parallel()
	for _, state := range []operation.State{operation.Retry, operation.Unknown} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.tsp.can(tsp.VerifyFirst)
			w.steps = []tsp.Step{{Key: "one", Done: true}, {Key: "two"}}
			id := w.add(until(2*time.Second), func(op *operation.Operation) {
				op.State, op.Tries, op.NextAt = state, 1, op.CreatedAt.Add(time.Minute)
				if state == operation.Unknown {
					op.CutAt, op.SentAt = op.CreatedAt, op.CreatedAt
				}
			})
			w.run(t, 3*time.Minute)
			op := w.op(id)
			said := lines(op)
			if op.State != operation.Failed || op.Reason != "" || strings.Contains(w.tsp.log(), "W") || op.CutAt.IsZero() == (state == operation.Unknown) ||
				!strings.Contains(said[len(said)-1], "a part of it has reached the TSP") {
				t.Errorf("from %s it is %s for %q after %q: %q", state, op.State, op.Reason, w.tsp.log(), said)
			}
		})
	}
}
