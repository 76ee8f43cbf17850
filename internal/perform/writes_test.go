package perform

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// lines are the entries of an operation's log, each as its number, class and details.
func lines(op operation.Operation) []string {
	var out []string
	for _, a := range op.Attempts {
		out = append(out, strings.TrimSpace(strings.Join([]string{string(rune('0' + a.N)), string(a.Class), a.Details}, " ")))
	}
	return out
}

func TestAWriteGoesOnBehindTheStepsThatAreDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var known []int
		w.tsp.write = func(ctx context.Context, n int, write tsp.Write) (tsp.Written, error) {
			known = append(known, len(write.Progress.Steps()))
			if n > 0 {
				return tsp.Written{}, nil
			}
			if err := write.Mark(ctx, tsp.Step{Key: "made"}); err != nil {
				return tsp.Written{}, err
			}
			if err := write.Mark(ctx, tsp.Step{Key: "made", Done: true}); err != nil {
				return tsp.Written{}, err
			}
			known = append(known, len(write.Progress.Steps()))
			return tsp.Written{}, failure(tsp.Unavailable)
		}
		id := w.add()
		w.run(t, time.Minute)
		if diff := cmp.Diff([]int{0, 1, 1}, known); diff != "" || w.op(id).State != operation.Succeeded {
			t.Errorf("steps known (-want +got):\n%s", diff)
		}
	})
}

func TestWhatEndsWithoutAnAttemptTellsWhyAndCostsNoLimit(t *testing.T) {
	t.Parallel()
	unknown := func(op *operation.Operation) { op.State = operation.Unknown }
	nothing := func(*operation.Operation) {}
	old := func(op *operation.Operation) { op.Deadline = time.Now() }
	damaged := func(op *operation.Operation) { op.Damaged, op.Payload = errors.New("it does not open"), nil }
	paused := func(w *world) { w.grant.Status = access.GrantPaused }
	is := func(s connection.Status) func(*world) { return func(w *world) { w.conn.Status = s } }
	const (
		noGrant = "not sent: the share agreement with the fleet is paused"
		before  = " before the operation was done"
		tooOld  = "the operation was not done before its deadline"
		itsTurn = "; it waited for its turn: for the TSP's limits or the time that the TSP asked for, for earlier writes of the " +
			"same record, or for its connection's credentials to be checked"
	)
	for _, c := range []struct {
		name   string
		op     func(*operation.Operation)
		change func(*world)
		class  tsp.Class
		says   string
	}{
		{"the grant is gone", nothing, paused, tsp.Forbidden, noGrant},
		{"the grant is gone, the outcome unknown", unknown, paused, tsp.Forbidden, noGrant + alsoUnknown},
		{"the connection is deleted", nothing, is(connection.Deleted), tsp.Unauthorized, "the connection was deleted" + before},
		{"the connection is cancelled, the outcome unknown", unknown, is(connection.Cancelled), tsp.Unauthorized,
			"the connection was cancelled" + before + alsoUnknown},
		{"it cannot be read", damaged, func(*world) {}, tsp.Broken, damagedWrite},
		{"it cannot be read while the connection is paused", damaged, is(connection.Paused), tsp.Broken, damagedWrite},
		{"it cannot be read, the outcome unknown", func(op *operation.Operation) { damaged(op); unknown(op) }, func(*world) {},
			tsp.Broken, damagedWrite + alsoUnknown},
		{"too old", old, func(*world) {}, tsp.Throttled, tooOld + itsTurn},
		{"too old while the connection is stale", old, is(connection.Stale), tsp.Unauthorized, tooOld + "; its connection is stale"},
		{"too old without an adapter", old, func(w *world) { w.conn.TSP = "gone" }, tsp.Throttled, tooOld + itsTurn},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				// The limit is used up for an hour.
				w.budget.Shut(w.writes.c.Limits.of(w.tsp.spec, w.conn).only([]string{oneLimit}), time.Hour)
				id := w.add(c.op)
				w.change(c.change)
				w.run(t, 3*time.Second)
				op := w.op(id)
				if op.State != operation.Failed || w.tsp.log() != "" {
					t.Errorf("%s after calls %q", op.State, w.tsp.log())
				}
				if diff := cmp.Diff([]string{"1 " + string(c.class) + " " + c.says}, lines(op)); diff != "" {
					t.Errorf("the log (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff([]string{"resource_operation.failed"}, w.events); diff != "" {
					t.Errorf("events (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func (w *world) change(how func(*world)) { w.do(func() { how(w) }) }

func TestAGrantThatIsWithdrawnBetweenReadingAndSendingStopsTheWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		first, second := w.add(), w.add()
		w.tsp.write = func(context.Context, int, tsp.Write) (tsp.Written, error) {
			w.change(func(w *world) { w.grant.Status = access.GrantCancelled })
			return tsp.Written{}, nil
		}
		// The second waits for the limit, in the same run of the lane.
		w.run(t, 1500*time.Millisecond)
		if w.op(first).State != operation.Succeeded || w.tsp.log() != "W" {
			t.Errorf("the first is %s after %q", w.op(first).State, w.tsp.log())
		}
		want := []string{"1 forbidden not sent: the share agreement with the fleet is cancelled"}
		if diff := cmp.Diff(want, lines(w.op(second))); diff != "" {
			t.Errorf("the second's log (-want +got):\n%s", diff)
		}
	})
}

func TestOperationsWaitWhileTheirConnectionTakesNone(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*world){
		"paused":                   func(w *world) { w.conn.Status = connection.Paused },
		"stale":                    func(w *world) { w.conn.Status = connection.Stale },
		"paused since it was read": func(w *world) { w.paused = true },
		"without an adapter":       func(w *world) { w.conn.TSP = "gone" },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.change(change)
				id := w.add()
				w.run(t, time.Minute)
				if op := w.op(id); op.State != operation.Queued || op.Tries != 0 || w.tsp.log() != "" {
					t.Errorf("%+v after calls %q", op, w.tsp.log())
				}
			})
		})
	}
}

func TestWhatIsSettledIsNotSettledAgainWhereTheConnectionCannotBeMarked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.tsp.answers(failure(tsp.Unauthorized), failure(tsp.Unauthorized))
		w.unmarked = errors.New("the disk is full")
		id := w.add()
		w.run(t, 500*time.Millisecond)
		if w.settled != 1 || w.staled != 1 || w.op(id).Tries != 1 {
			t.Errorf("settled %d times, marked %d times, %d tries", w.settled, w.staled, w.op(id).Tries)
		}
		w.change(func(w *world) { w.unmarked = nil })
		w.run(t, 5*time.Second)
		if w.staled != 2 || w.conn.Status != connection.Stale || w.tsp.log() != "WW" {
			t.Errorf("the next attempt does not mark it: %d times, calls %q", w.staled, w.tsp.log())
		}
	})
}

func TestASettlingThatFailsIsTriedAgainAndTheTSPIsNotCalledAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		fails := 3
		w.settles = func() error {
			if fails--; fails >= 0 {
				return errors.New("the disk is busy")
			}
			return nil
		}
		id := w.add()
		w.run(t, time.Minute)
		if op := w.op(id); op.State != operation.Succeeded || w.tsp.log() != "W" {
			t.Errorf("%s after calls %q", op.State, w.tsp.log())
		}
	})
}

// unreadable is progress whose steps cannot be read.
type unreadable struct{ *world }

func (unreadable) Steps(context.Context, uuid.UUID) ([]tsp.Step, error) {
	return nil, errors.New("the disk is busy")
}

func TestAStoreThatCannotBeReadFailsNoOperation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.writes.c.Progress = unreadable{w}
		w.tsp.can(tsp.VerifyFirst)
		id := w.add(func(op *operation.Operation) { op.State, op.Tries = operation.Unknown, 1 })
		w.run(t, 500*time.Millisecond)
		if op := w.op(id); op.State != operation.Unknown || op.Tries != 2 || w.tsp.log() != "" {
			t.Errorf("%s after %d tries and calls %q", op.State, op.Tries, w.tsp.log())
		}
	})
}

func TestALookUpReachesBackToTheOldestUnknownAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.tsp.can(tsp.VerifyFirst)
		w.tsp.answers(failure(tsp.Unknown), failure(tsp.Unknown))
		var since []time.Time
		w.tsp.find = func(write tsp.Write) (tsp.Written, bool, error) {
			since = append(since, write.SentAt)
			if len(since) == 1 {
				return tsp.Written{}, false, failure(tsp.Unavailable)
			}
			return tsp.Written{}, len(since) == 3, nil
		}
		begun := time.Now()
		id := w.add()
		w.run(t, time.Minute)
		if len(since) != 3 || !since[0].Equal(begun) || !since[1].Equal(begun) {
			t.Errorf("looked back to %v; the first attempt was at %v", since, begun)
		}
		if op := w.op(id); op.State != operation.Succeeded || !strings.HasPrefix(op.Attempts[len(op.Attempts)-1].Details, "found at the TSP") {
			t.Errorf("%s: %v", op.State, lines(op))
		}
	})
}

func TestTheLaneOfASuspectConnectionWaitsUntilItIsWoken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.suspect = true
		id := w.add()
		w.add()
		w.run(t, 50*time.Second)
		if calls := w.tsp.log(); calls != "" || w.op(id).Tries != 0 || len(w.budget.State()) > 0 {
			t.Errorf("the TSP was called: %q; charged: %v", calls, w.budget.State())
		}
		time.AfterFunc(time.Second, func() {
			w.do(func() { w.suspect = false })
			w.lanes.Activate(w.lane(), time.Now())
		})
		w.run(t, 5*time.Second)
		if calls := w.tsp.log(); calls != "WW" {
			t.Errorf("after it: %q", calls)
		}
	})
}

func TestABrokenAnswerToAMereReadDoesNotLeaveTheWriteUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for reads, want := range map[bool]string{true: "1 broken it is broken",
			false: "1 broken " + operation.OutcomeUnknown + " (it is broken)"} {
			w := newWorld(t)
			w.tsp.reaches = func(ctx context.Context) { tsp.Calls(ctx, true) }
			w.tsp.write = func(ctx context.Context, _ int, _ tsp.Write) (tsp.Written, error) {
				tsp.Calls(ctx, reads)
				return tsp.Written{}, failure(tsp.Broken)
			}
			id := w.add()
			w.run(t, time.Minute)
			op := w.op(id)
			if got := lines(op); len(got) != 1 || got[0] != want || op.CutAt.IsZero() != reads {
				t.Errorf("the last call only reads: %v: %v, cut at %v", reads, got, op.CutAt)
			}
		}
	})
}
