package perform

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// lateTSP applies what it is sent some time after the line was cut, and lists it later still.
type lateTSP struct {
	mu sync.Mutex
	// applies is how long after each call it is applied; a call behind the last answers at once. A
	// negative one never is.
	applies []time.Duration
	lag     time.Duration
	made    []made
}

// made is what the TSP holds of a write.
type made struct {
	op   uuid.UUID
	name string
	at   time.Time
}

// late lets the world's TSP be late.
func (w *world) late(lag time.Duration, applies ...time.Duration) *lateTSP {
	l := &lateTSP{applies: applies, lag: lag}
	w.tsp.write = func(_ context.Context, n int, write tsp.Write) (tsp.Written, error) {
		name := write.Payload.(*resource.Vehicle).VehicleName.Or("")
		if n >= len(l.applies) {
			l.apply(write.Operation, name)
			return tsp.Written{SourceID: "v1"}, nil
		}
		if d := l.applies[n]; d >= 0 {
			time.AfterFunc(d, func() { l.apply(write.Operation, name) })
		}
		return tsp.Written{}, &tsp.Error{Class: tsp.Unknown, Message: "the line was cut"}
	}
	w.tsp.find = func(write tsp.Write) (tsp.Written, bool, error) {
		l.mu.Lock()
		defer l.mu.Unlock()
		for _, m := range l.made {
			if m.op == write.Operation && time.Since(m.at) >= l.lag {
				return tsp.Written{SourceID: "v1"}, true, nil
			}
		}
		return tsp.Written{}, false, nil
	}
	return l
}

func (l *lateTSP) apply(op uuid.UUID, name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.made = append(l.made, made{op, name, time.Now()})
}

func (l *lateTSP) names() (all []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, m := range l.made {
		all = append(all, m.name)
	}
	return all
}

// called updates the one vehicle.
func called(name string) func(*operation.Operation) {
	return func(op *operation.Operation) {
		op.Payload = []byte(strings.Replace(string(op.Payload), "Truck 42", name, 1))
		op.Resource = uuid.UUID{9}
		op.OrderKey = "vehicle.update/" + op.Resource.String()
	}
}

func TestAWriteThatTheTSPTakesLateIsFoundAndNotSentAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ applies, lag time.Duration }{
		{0, 0}, {800 * time.Millisecond, 0}, {3 * time.Second, 2 * time.Second}, {20 * time.Second, 9 * time.Second},
	} {
		t.Run(fmt.Sprint(c.applies, c.lag), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.tsp.can(tsp.VerifyFirst, oneLimit)
				l := w.late(c.lag, c.applies)
				id := w.add()
				w.run(t, time.Minute)
				if op := w.op(id); op.State != operation.Succeeded || len(l.names()) != 1 || strings.Count(w.tsp.log(), "W") != 1 {
					t.Errorf("%s, made %d times, calls %s", op.State, len(l.names()), w.tsp.log())
				}
			})
		})
	}
}

func TestNotFoundIsBelievedByALookAfterTheSettlingTimeAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.tsp.can(tsp.VerifyFirst, oneLimit)
		w.late(0, -1)
		begun := time.Now()
		id := w.add()
		w.run(t, time.Minute)
		op := w.op(id)
		calls := w.tsp.log()
		if op.State != operation.Succeeded || !strings.HasPrefix(calls, "WFFFF") || !strings.HasSuffix(calls, "FW") {
			t.Errorf("%s after calls %s", op.State, calls)
		}
		if again := w.tsp.at[len(w.tsp.at)-1].Sub(begun); again < 30*time.Second || again > 35*time.Second {
			t.Errorf("sent again after %v", again)
		}
		want := []string{"1 unknown", "2 unknown", "3 done"}
		var got []string
		for _, l := range lines(op) {
			got = append(got, strings.Join(strings.Fields(l)[:2], " "))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("looks in a row share an entry (-want +got):\n%s", diff)
		}
		if op.Counted != 2 || op.Streak != 1 {
			t.Errorf("looks count: %d counted, a streak of %d", op.Counted, op.Streak)
		}
	})
}

func TestALookUpWithoutAnAnswerDoesNotProlongTheSettlingTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.tsp.can(tsp.VerifyFirst, oneLimit)
		w.late(0, -1)
		looks := 0
		w.tsp.find = func(tsp.Write) (tsp.Written, bool, error) {
			if looks++; looks < 5 {
				return tsp.Written{}, false, failure(tsp.Unknown)
			}
			return tsp.Written{}, false, nil
		}
		id := w.add()
		w.run(t, 40*time.Second)
		if op := w.op(id); op.State != operation.Succeeded {
			t.Errorf("%s after calls %s", op.State, w.tsp.log())
		}
	})
}

func TestAnUpdateThatTheTSPTakesLateNeverOverwritesANewerOne(t *testing.T) {
	t.Parallel()
	for name, sync := range map[string]bool{"async": false, "sync": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				l := w.late(0, 20*time.Second)
				a := w.add(called("A"), func(op *operation.Operation) {
					if sync {
						op.Sync, op.State = true, operation.Sending
					}
				})
				b := w.add(called("B"))
				if sync {
					if op, err := w.writes.PerformNow(t.Context(), w.op(a)); err != nil || op.State != operation.Succeeded {
						t.Errorf("the repetition tells: %s, %v", op.State, err)
					}
				}
				w.run(t, 2*time.Minute)
				if w.op(a).State != operation.Succeeded || w.op(b).State != operation.Succeeded {
					t.Errorf("%s and %s", w.op(a).State, w.op(b).State)
				}
				if got := strings.Join(l.names(), ""); got != "AAB" {
					t.Errorf("applied in the order %s", got)
				}
				if !w.op(a).CutAt.IsZero() {
					t.Error("what took effect is told as open")
				}
			})
		})
	}
}

func TestWhatTheLastProcessMayHaveSentWithoutAMarkHoldsItsChain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a, b := w.add(called("A")), w.add(called("B"))
		time.Sleep(time.Second)
		w.writes.c.CutAt = cutNow()
		w.run(t, 29*time.Second)
		if w.op(a).State != operation.Succeeded || w.op(b).State != operation.Queued {
			t.Errorf("%s and %s", w.op(a).State, w.op(b).State)
		}
		w.lanes.Activate(w.lane(), time.Now())
		w.run(t, 5*time.Second)
		if w.op(b).State != operation.Succeeded {
			t.Errorf("behind the settling time: %s", w.op(b).State)
		}
	})
}

func TestARefusalBehindAnUnknownAttemptCountsOnlyIfTheWriteIsNotThere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		taken   bool
		says    string
		want    operation.State
		details string
	}{
		{"it was taken after all", true, "the id is already taken", operation.Succeeded, "found at the TSP"},
		{"it is not there", false, "no such vehicle", operation.Failed, "no such vehicle"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.tsp.can(tsp.VerifyFirst, oneLimit)
				w.tsp.write = func(_ context.Context, n int, _ tsp.Write) (tsp.Written, error) {
					if n == 0 {
						return tsp.Written{}, failure(tsp.Unknown)
					}
					return tsp.Written{}, &tsp.Error{Class: tsp.Rejected, Status: 422, Message: c.says}
				}
				w.tsp.find = func(tsp.Write) (tsp.Written, bool, error) {
					return tsp.Written{}, c.taken && strings.Contains(w.tsp.log(), "WF") && strings.Count(w.tsp.log(), "W") == 2, nil
				}
				id := w.add()
				w.run(t, 40*time.Second)
				op := w.op(id)
				last := op.Attempts[len(op.Attempts)-1]
				if op.State != c.want || !strings.Contains(last.Details, c.details) {
					t.Errorf("%s: %s, %s", op.State, last.Details, w.tsp.log())
				}
			})
		})
	}
}

func TestALookUpIsToldTheSettlingTimeThatHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.tsp.can(tsp.VerifyFirst, oneLimit)
		w.writes.c.Settling.Instead = 4 * time.Second
		w.late(0, -1)
		find, told := w.tsp.find, time.Duration(0)
		w.tsp.find = func(write tsp.Write) (tsp.Written, bool, error) {
			told = write.Settles
			return find(write)
		}
		w.add()
		w.run(t, 10*time.Second)
		if told != 4*time.Second {
			t.Errorf("it is told %v", told)
		}
	})
}

// cutNow has every lane be cut at this moment.
func cutNow() func(uuid.UUID) time.Time {
	cut := time.Now()
	return func(uuid.UUID) time.Time { return cut }
}
