package perform

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// ahead tells what comes before the last operation that is asked for.
type ahead operation.Ahead

func (a ahead) Ahead(_ context.Context, ops []operation.Operation) ([]operation.Ahead, error) {
	all := make([]operation.Ahead, len(ops))
	all[len(ops)-1] = operation.Ahead(a)
	return all, nil
}

func (ahead) Unanswered(context.Context, uuid.UUID, time.Time) ([]operation.Operation, error) {
	return nil, nil
}

// explains tells why the world's last operation waits in a lane that stands so.
func (w *world) explains(t *testing.T, before operation.Ahead, stand dispatch.Stand) operation.ProgressRead {
	t.Helper()
	w.writes.c.Lines = ahead(before)
	w.writes.c.Stand = func(l fence.Lane) dispatch.Stand {
		if l != w.lane() {
			t.Errorf("asked for %v", l)
		}
		return stand
	}
	all, err := w.writes.Explain(t.Context(), w.ops)
	if err != nil {
		t.Fatal(err)
	}
	return all[len(all)-1]
}

func TestTheFirstCauseThatHoldsIsToldOfAnOperation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		soon, open := time.Now().Add(time.Minute), dispatch.Stand{Waits: dispatch.Nothing, Known: true}
		first := operation.Ahead{First: uuid.UUID{7}, Partner: partner, Place: operation.Place{Chain: 2, Lane: 5}}
		another := first
		another.Partner = uuid.UUID{8}
		ended := func(class tsp.Class, state operation.State) func(*operation.Operation) {
			return func(op *operation.Operation) {
				op.State, op.NextAt, op.Tries, op.Counted = state, soon, 3, 2
				op.Attempts = []operation.Attempt{{Class: tsp.Unknown}, {Class: class}}
			}
		}
		as := func(s connection.Status) func(*world) { return func(w *world) { w.conn.Status = s } }
		for says, c := range map[string]struct {
			op     func(*operation.Operation)
			world  func(*world)
			before operation.Ahead
			stand  dispatch.Stand
			want   operation.Cause
		}{
			"nothing":            {want: operation.InQueue, stand: open},
			"being sent":         {op: func(op *operation.Operation) { op.State = operation.Sending }, world: as(connection.Paused), want: operation.InFlight, stand: open},
			"paused":             {world: as(connection.Paused), op: ended(tsp.Unavailable, operation.Retry), want: operation.ConnectionPaused},
			"stale":              {world: as(connection.Stale), before: first, want: operation.ConnectionStale},
			"suspect":            {world: func(w *world) { w.suspect = true }, want: operation.ConnectionStale, stand: open},
			"barred":             {stand: dispatch.Stand{Waits: dispatch.TheBar, Until: soon, Known: true}, want: operation.ConnectionStale},
			"looked up":          {op: ended(tsp.Unknown, operation.Unknown), before: first, want: operation.LookingUp},
			"failed":             {op: ended(tsp.Unavailable, operation.Retry), before: first, want: operation.BackOff},
			"a hold":             {op: func(op *operation.Operation) { op.NextAt = soon }, want: operation.Behind},
			"behind its own":     {before: first, want: operation.Behind, stand: open},
			"behind another's":   {before: another, want: operation.Behind, stand: open},
			"the lane's pause":   {stand: dispatch.Stand{Waits: dispatch.ThePause, Until: soon, Known: true}, want: operation.RetryAfter},
			"all places taken":   {stand: dispatch.Stand{Waits: dispatch.APlace, Known: true}, want: operation.Window},
			"another replica's":  {stand: dispatch.Stand{}, want: operation.Untold},
			"a limit is used up": {world: func(w *world) { w.usedUp(t) }, stand: open, want: operation.RateLimited},
		} {
			w := newWorld(t)
			if c.op == nil {
				c.op = func(*operation.Operation) {}
			}
			w.add(c.op)
			if c.world != nil {
				c.world(w)
			}
			got := w.explains(t, c.before, c.stand)
			if got.Code != c.want || got.Reason == "" || got.Position != c.before.Place {
				t.Errorf("%s: %+v", says, got)
			}
			if behind := got.Behind != nil; behind != (says == "behind its own") {
				t.Errorf("%s: behind %v", says, got.Behind)
			}
			if got.Code == operation.RateLimited && (got.Limit != oneLimit || got.EarliestTurn == nil) {
				t.Errorf("%s: %+v", says, got)
			}
		}
	})
}

func TestTheTimeThatATSPAskedForIsToldBeforeWhatComesAfterIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		soon := now.Add(time.Minute)
		for says, c := range map[string]struct {
			state operation.State
			class tsp.Class
			next  time.Time
			asked time.Time
			want  operation.Cause
		}{
			"throttled":                    {operation.Retry, tsp.Throttled, soon, time.Time{}, operation.RetryAfter},
			"told by a 503":                {operation.Retry, tsp.Unavailable, soon, soon, operation.RetryAfter},
			"told by a 503 before":         {operation.Retry, tsp.Unavailable, soon, now, operation.BackOff},
			"a throttled look":             {operation.Unknown, tsp.Throttled, soon, time.Time{}, operation.RetryAfter},
			"a look that was told to wait": {operation.Unknown, tsp.Unknown, soon, soon, operation.RetryAfter},
			"a look that waits by itself":  {operation.Unknown, tsp.Unknown, soon, time.Time{}, operation.LookingUp},
			"a look that may come again":   {operation.Unknown, tsp.Throttled, now, now, operation.LookingUp},
		} {
			w := newWorld(t)
			w.add(func(op *operation.Operation) {
				op.State, op.NextAt, op.RetryAfter, op.Tries = c.state, c.next, c.asked, 3
				op.Attempts = []operation.Attempt{{Class: c.class}}
			})
			if got := w.explains(t, operation.Ahead{}, dispatch.Stand{Known: true}); got.Code != c.want {
				t.Errorf("%s: %+v", says, got)
			}
		}
	})
}

// usedUp uses up the limit of the world's writes.
func (w *world) usedUp(t *testing.T) {
	t.Helper()
	spec, _ := w.writes.spec(w.conn)
	limits := w.writes.c.Limits.of(spec, w.conn).only([]string{oneLimit})
	for range 10_000 {
		if wait, _ := w.budget.Take("x", limits); wait > 0 {
			return
		}
	}
	t.Fatal("the limit is never used up")
}

func TestWhatIsLeftOfAnOperationIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		next := time.Now().Add(time.Minute)
		w.add(func(op *operation.Operation) {
			op.State, op.NextAt, op.Tries, op.Counted = operation.Retry, next, 5, 3
			op.Attempts = []operation.Attempt{{Class: tsp.Unavailable}}
		})
		got := w.explains(t, operation.Ahead{}, dispatch.Stand{Known: true})
		if got.State != operation.Retry || got.Attempts != 5 || got.AttemptsLeft != 7 || got.Class != tsp.Unavailable ||
			got.NextAttemptAt == nil || !time.Time(*got.NextAttemptAt).Equal(next) ||
			!time.Time(got.Deadline).Equal(w.ops[0].Deadline) || !time.Time(*got.EarliestTurn).Equal(next) {
			t.Errorf("%+v", got)
		}
	})
}

func TestAnAttemptThatIsUnderWayIsToldOfAWriteThatBearsNoMark(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		id := w.add()
		var during operation.ProgressRead
		w.tsp.write = func(context.Context, int, tsp.Write) (tsp.Written, error) {
			during = w.explains(t, operation.Ahead{}, dispatch.Stand{Known: true})
			return tsp.Written{}, nil
		}
		w.run(t, time.Second)
		if during.Code != operation.InFlight || w.op(id).State != operation.Succeeded {
			t.Errorf("%+v, then %s", during, w.op(id).State)
		}
	})
}
