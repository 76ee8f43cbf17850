package perform

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

var updateVehicle = tsp.Capability{Kind: resource.KindVehicle, Verb: resource.Update}

func vehicleUpdate() operation.Operation {
	return operation.Operation{Kind: updateVehicle.Kind, Verb: updateVehicle.Verb}
}

// submit is what a sync write goes through: it returns how long to wait where it is refused.
func (w *world) submit(t *testing.T, change ...func(*operation.Operation)) (wait time.Duration) {
	t.Helper()
	var refused *problem.Error
	if err := w.writes.Admit(w.conn, vehicleUpdate()); errors.As(err, &refused) {
		return refused.RetryAfter
	} else if err != nil {
		t.Fatal(err)
	}
	id := w.add(append(change, func(op *operation.Operation) { op.Sync, op.State = true, operation.Sending })...)
	if _, err := w.writes.PerformNow(t.Context(), w.op(id)); err != nil {
		t.Error(err)
	}
	return 0
}

// asyncEndsWithin runs the lane beside a load of sync writes and tells when its one async
// operation was done.
func (w *world) asyncEndsWithin(t *testing.T, load func()) time.Duration {
	t.Helper()
	begun := time.Now()
	load()
	id := w.add()
	w.run(t, 2*time.Minute)
	op := w.op(id)
	if op.State != operation.Succeeded {
		t.Fatalf("the async write is %s", op.State)
	}
	return op.Attempts[0].EndedAt.Sub(begun)
}

func TestSyncWritesRunAheadOfALimitByABoundAndAreThenRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		took := w.asyncEndsWithin(t, func() {
			passed, refused := 0, 0
			for range 60 {
				switch wait := w.submit(t); {
				case wait == 0:
					passed++
				case wait > time.Second+SyncAhead:
					t.Errorf("told to come back in %v", wait)
				default:
					refused++
				}
			}
			// One at once, and what the limit gives in five seconds.
			if passed != 6 || refused != 54 || len(w.ops) != 6 {
				t.Errorf("%d passed and %d were refused; %d are stored", passed, refused, len(w.ops))
			}
		})
		if took > SyncAhead+time.Second {
			t.Errorf("the async write took %v", took)
		}
	})
}

func TestASteadyFlowOfSyncWritesDoesNotKeepALimitToItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, every := range []time.Duration{970 * time.Millisecond, 310 * time.Millisecond} {
			w := newWorld(t)
			passed := 0
			ctx, stop := context.WithCancel(t.Context())
			var flow sync.WaitGroup
			took := w.asyncEndsWithin(t, func() {
				w.submit(t)
				flow.Go(func() {
					for ; ctx.Err() == nil; time.Sleep(every) {
						if w.submit(t) == 0 {
							passed++
						}
					}
				})
			})
			stop()
			flow.Wait()
			if took > 2*(SyncAhead+time.Second)+time.Second {
				t.Errorf("one each %v: the async write took %v", every, took)
			}
			// Most of the limit is theirs again once nobody else wants it.
			if passed < 90 {
				t.Errorf("one each %v: %d of the limit's 120 passed", every, passed)
			}
		}
	})
}

// An answer's header rounds up, since who comes back too early is refused once more.
func TestARefusalOfASyncWriteSaysTheTimeOfItsHeader(t *testing.T) {
	t.Parallel()
	for wait, says := range map[time.Duration]string{time.Millisecond: " in 1s,", 6 * time.Second: " in 6s,",
		6*time.Second + 100*time.Millisecond: " in 7s,", 119_600 * time.Millisecond: " in 2m0s,"} {
		if p := problem.Of(usedUp(tsp.Spec{}, connection.Rate{}, wait)); p.RetryAfter != wait || !strings.Contains(p.Detail, says) {
			t.Errorf("%v: %s", wait, p.Detail)
		}
	}
	kept := connection.Rate{Events: 30, Period: time.Minute}
	if p := problem.Of(usedUp(tsp.Spec{DisplayName: "Samsara"}, kept, time.Second)); !strings.Contains(p.Detail, "at which Samsara takes this write, or to which the operator "+
		"of this Waybill keeps the connection (30/m), is used up") {
		t.Errorf("under an operator's rate: %s", p.Detail)
	}
}

func TestARefusalOfASyncWriteSaysWhatToDo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		for w.submit(t) == 0 {
		}
		err := w.writes.Admit(w.conn, vehicleUpdate())
		p := problem.Of(err)
		if p.Code != problem.TooMany || p.RetryAfter <= 0 || p.RetryAfter > 10*time.Second ||
			!strings.Contains(p.Detail, "Acme") || !strings.Contains(p.Detail, "nothing was stored or sent") || !strings.Contains(p.Detail, "without is_sync") {
			t.Errorf("%d %s %s", p.Code, p.RetryAfter, p.Detail)
		}
		time.Sleep(p.RetryAfter)
		if err := w.writes.Admit(w.conn, vehicleUpdate()); err != nil {
			t.Errorf("after the time told: %v", err)
		}
	})
}

func TestAThrottledSyncWriteClosesItsLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.tsp.answers(failure(tsp.Throttled))
		took := w.asyncEndsWithin(t, func() {
			w.submit(t)
			if wait := w.submit(t); wait < 20*time.Second || wait > 30*time.Second {
				t.Errorf("the next sync write is told to come back in %v", wait)
			}
		})
		if took < 30*time.Second || took > 32*time.Second {
			t.Errorf("the async write was sent after %v; the TSP asked for 30 s", took)
		}
	})
}

func TestNoSyncWriteRunsAheadOfTheTimeThatTheTSPAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, interval := range []time.Duration{20 * time.Millisecond, time.Second, 40 * time.Second} {
			w := newWorld(t)
			w.tsp.spec.Limits[0].Events, w.tsp.spec.Limits[0].Period = 1, interval
			throttled := failure(tsp.Throttled)
			throttled.RetryAfter = 2 * time.Second
			w.tsp.answers(throttled)
			w.submit(t)
			begun := time.Now()
			for w.submit(t) != 0 {
				time.Sleep(100 * time.Millisecond)
			}
			if took := time.Since(begun); took < 2*time.Second || took > 2200*time.Millisecond {
				t.Errorf("one each %v: the next passed after %v; the TSP asked for 2 s", interval, took)
			}
		}
	})
}

func TestASyncWriteTellsWhatItsCallerMustKnow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.tsp.can(tsp.None)
		w.tsp.answers(failure(tsp.Unknown), failure(tsp.Unavailable))
		w.submit(t)
		w.submit(t)
		w.submit(t)
		want := [][]string{{"1 unknown " + cannotBeAsked + " (it is unknown)"}, {"1 unavailable it is unavailable"}, {"1 done"}}
		got := [][]string{lines(w.op(w.ops[0].ID)), lines(w.op(w.ops[1].ID)), lines(w.op(w.ops[2].ID))}
		if diff := cmp.Diff(want, got); diff != "" || len(w.events) > 0 {
			t.Errorf("events %v, logs (-want +got):\n%s", w.events, diff)
		}
	})
}

func TestASyncWriteOfSeveralStepsIsCarriedOnWhereNoneIsOpen(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name         string
		begun, found []tsp.Step
		calls        string
		want         operation.State
	}{
		{"the step that was begun is found", []tsp.Step{{Key: "made"}}, []tsp.Step{{Key: "made", Done: true}}, "WFW", operation.Succeeded},
		{"another that was begun is not", []tsp.Step{{Key: "made", Done: true}, {Key: "Bob"}}, nil, "WF", operation.Failed},
		{"a part is found of a call that marks nothing", nil, []tsp.Step{{Key: "Ann", Done: true}}, "WF", operation.Failed},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.tsp.can(tsp.VerifyFirst)
				mark := func(write tsp.Write, steps []tsp.Step) {
					for _, s := range steps {
						if err := write.Mark(t.Context(), s); err != nil {
							t.Error(err)
						}
					}
				}
				w.tsp.write = func(_ context.Context, n int, write tsp.Write) (tsp.Written, error) {
					if n > 0 {
						return tsp.Written{}, nil
					}
					mark(write, c.begun)
					return tsp.Written{}, failure(tsp.Unknown)
				}
				w.tsp.find = func(write tsp.Write) (tsp.Written, bool, error) {
					mark(write, c.found)
					return tsp.Written{}, false, nil
				}
				w.submit(t)
				if op := w.op(w.ops[0].ID); op.State != c.want || w.tsp.log() != c.calls {
					t.Errorf("%s after calls %q", op.State, w.tsp.log())
				}
			})
		})
	}
}

func TestTheCallersHangingUpDoesNotCancelASyncWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		ctx, hangUp := context.WithCancel(t.Context())
		w.tsp.write = func(ctx context.Context, _ int, _ tsp.Write) (tsp.Written, error) {
			hangUp()
			return tsp.Written{}, ctx.Err()
		}
		id := w.add(func(op *operation.Operation) { op.Sync, op.State = true, operation.Sending })
		op, err := w.writes.PerformNow(ctx, w.op(id))
		if err != nil || op.State != operation.Succeeded || w.op(id).State != operation.Succeeded {
			t.Errorf("%s %v", op.State, err)
		}
	})
}
