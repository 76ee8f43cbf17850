package operation_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
)

// queue is a store of operations in memory, whose ends are told to waiters or not.
type queue struct {
	operation.Store
	waiters *operation.Waiters

	mu    sync.Mutex
	ops   map[uuid.UUID]operation.Operation
	away  bool
	looks [][]uuid.UUID
}

func newQueue(connections int) (*queue, *operation.Service) {
	q := &queue{waiters: operation.NewWaiters(connections), ops: map[uuid.UUID]operation.Operation{}}
	return q, operation.New(operation.Config{Store: q, Now: time.Now, Waiters: q.waiters})
}

func (q *queue) accept(partner uuid.UUID) operation.Operation {
	op := operation.Operation{ID: uuid.New(), Partner: partner, Connection: link, State: operation.Queued}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ops[op.ID] = op
	return op
}

// end ends an operation without a call.
func (q *queue) end(op operation.Operation) {
	q.mu.Lock()
	defer q.mu.Unlock()
	op.State = operation.Succeeded
	q.ops[op.ID] = op
}

func (q *queue) Operation(_ context.Context, _, _, id uuid.UUID) (operation.Operation, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.away {
		return operation.Operation{}, errors.New("the store is away")
	}
	return q.ops[id], nil
}

// Ended is what replicas ask.
func (q *queue) Ended(_ context.Context, ids []uuid.UUID) ([]uuid.UUID, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.looks = append(q.looks, ids)
	return slices.DeleteFunc(slices.Clone(ids), func(id uuid.UUID) bool { return !q.ops[id].State.Ended() }), nil
}

// waited is how a waiting came out, and after how long.
type waited struct {
	state operation.State
	full  bool
	took  time.Duration
}

// await has a caller wait, in the time of the bubble.
func await(ctx context.Context, s *operation.Service, op operation.Operation, most time.Duration) <-chan waited {
	out := make(chan waited, 1)
	go func() {
		began := time.Now()
		op, full := s.Await(ctx, op, most)
		out <- waited{op.State, full, time.Since(began)}
	}()
	synctest.Wait()
	return out
}

func TestWhoAwaitsAnOperationIsAnsweredAsSoonAsItHasEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q, s := newQueue(8)
		op := q.accept(partner)
		first, second := await(t.Context(), s, op, 20*time.Second), await(t.Context(), s, op, time.Second)
		other := await(t.Context(), s, q.accept(partner), 10*time.Second)
		time.Sleep(3 * time.Second)
		q.end(op)
		q.waiters.Ended(op.ID)
		for says, c := range map[string]struct {
			got  waited
			want waited
		}{
			"its end":                   {<-first, waited{operation.Succeeded, true, 3 * time.Second}},
			"the time is over before":   {<-second, waited{operation.Queued, true, time.Second}},
			"the end of another":        {<-other, waited{operation.Queued, true, 10 * time.Second}},
			"one that has ended before": {<-await(t.Context(), s, op, time.Minute), waited{operation.Succeeded, true, 0}},
			"no waiting":                {<-await(t.Context(), s, q.accept(partner), 0), waited{operation.Queued, true, 0}},
			"longer than anybody may":   {<-await(t.Context(), s, q.accept(partner), time.Hour), waited{operation.Queued, true, time.Minute}},
		} {
			if c.got != c.want {
				t.Errorf("%s: %+v, not %+v", says, c.got, c.want)
			}
		}
	})
}

func TestAnEndOfWhichNobodyCalledIsFoundByOneLookForAll(t *testing.T) {
	t.Parallel()
	for shared, most := range map[bool]time.Duration{true: 250 * time.Millisecond, false: 5 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			q, s := newQueue(400)
			ctx, stop := context.WithCancel(t.Context())
			ran := make(chan error, 1)
			go func() { ran <- q.waiters.Run(ctx, q, shared, slog.New(slog.DiscardHandler)) }()
			var calls []<-chan waited
			var ops []operation.Operation
			for range 100 {
				op := q.accept(partner)
				ops = append(ops, op)
				calls = append(calls, await(t.Context(), s, op, time.Minute))
			}
			for _, op := range ops {
				q.end(op)
			}
			for _, call := range calls {
				if got := <-call; got.state != operation.Succeeded || got.took > most {
					t.Errorf("shared %t: %+v", shared, got)
				}
			}
			if len(q.looks) != 1 {
				t.Errorf("shared %t: it was asked %d times", shared, len(q.looks))
			}
			time.Sleep(time.Minute)
			if len(q.looks) != 1 {
				t.Errorf("shared %t: it is asked for what nobody awaits", shared)
			}
			stop()
			if err := <-ran; err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAnOperationThatIsAwaitedAgainAndAgainIsAskedForOnceInALook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q, s := newQueue(8)
		ctx, stop := context.WithCancel(t.Context())
		ran := make(chan error, 1)
		go func() { ran <- q.waiters.Run(ctx, q, true, slog.New(slog.DiscardHandler)) }()
		op := q.accept(partner)
		for range 10 {
			<-await(t.Context(), s, op, 100*time.Millisecond)
		}
		for _, ids := range q.looks {
			if len(ids) != 1 {
				t.Errorf("it is asked for %d times at once", len(ids))
			}
		}
		if len(q.looks) == 0 {
			t.Error("it is not asked for")
		}
		stop()
		if err := <-ran; err != nil {
			t.Error(err)
		}
	})
}

func TestNobodyAwaitsAnythingOnceTheProcessStopsOrTheCallerIsGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q, s := newQueue(8)
		running, stop := context.WithCancel(t.Context())
		ran := make(chan error, 1)
		go func() { ran <- q.waiters.Run(running, q, false, slog.New(slog.DiscardHandler)) }()
		ctx, hangUp := context.WithCancel(t.Context())
		gone, there := await(ctx, s, q.accept(partner), time.Minute), await(t.Context(), s, q.accept(partner), time.Minute)
		time.Sleep(time.Second)
		hangUp()
		if got := <-gone; got.took != time.Second {
			t.Errorf("a caller who is gone: %+v", got)
		}
		stop()
		if got := <-there; got != (waited{operation.Queued, false, time.Second}) || <-ran != nil {
			t.Errorf("at a stop: %+v", got)
		}
		if got := <-await(t.Context(), s, q.accept(partner), time.Minute); got.full || got.took != 0 {
			t.Errorf("after a stop: %+v", got)
		}
	})
}

func TestWhoCannotAwaitIsAnsweredAtOnceAndLeavesRoomForOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q, s := newQueue(8)
		var calls []<-chan waited
		for range 4 {
			calls = append(calls, await(t.Context(), s, q.accept(partner), time.Second))
		}
		at := func(who uuid.UUID) waited { return <-await(t.Context(), s, q.accept(who), time.Second) }
		if got := at(partner); got.full || got.took != 0 {
			t.Errorf("one more of a partner than half of the connections: %+v", got)
		}
		calls = append(calls, await(t.Context(), s, q.accept(foreign), time.Second),
			await(t.Context(), s, q.accept(foreign), time.Second))
		if got := at(fleet); got.full || got.took != 0 {
			t.Errorf("one more than three quarters: %+v", got)
		}
		for _, call := range calls {
			if got := <-call; !got.full {
				t.Errorf("one for whom there was room: %+v", got)
			}
		}
		if got := at(partner); !got.full {
			t.Errorf("once the others were answered: %+v", got)
		}
	})
}

func TestAStoreThatIsAwayLosesNoOperationThatIsAwaited(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q, s := newQueue(8)
		op := q.accept(partner)
		q.away = true
		if got := <-await(t.Context(), s, op, time.Second); got != (waited{operation.Queued, true, time.Second}) {
			t.Errorf("%+v", got)
		}
	})
}
