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
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// recovery notes what is taken up of whom.
type recovery struct {
	handlers []uuid.UUID
	calls    []string
	of       []operation.Left
	err      error
}

func (r *recovery) Interrupted(_ context.Context, _ time.Time, of operation.Left, _ func(operation.Operation) time.Duration) (int, error) {
	r.calls, r.of = append(r.calls, "interrupted"), append(r.of, of)
	return 1, r.err
}

func (r *recovery) Unsent(_ context.Context, _ time.Time, of operation.Left, _ func(operation.Operation) bool) (int, error) {
	r.calls, r.of = append(r.calls, "unsent"), append(r.of, of)
	return 0, nil
}

func (r *recovery) Handlers(context.Context) ([]uuid.UUID, error) { return r.handlers, nil }

// takenLanes are lanes that were taken from a process that had died.
type takenLanes struct {
	*dispatch.InProcess
	cut time.Time
}

func (l *takenLanes) Taken(fence.Claim) dispatch.Taken {
	return dispatch.Taken{Moved: true, CutAt: l.cut}
}
func (l *takenLanes) Leave(fence.Claim, []byte, bool) {}

func TestWhatADeadReplicaHadBegunInALaneIsTakenUpBeforeItIsRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, r := newWorld(t), &recovery{err: errors.New("the store is away")}
		w.writes.c.Recovery = r
		lanes := &takenLanes{w.lanes, time.Now()}
		run := func() {
			w.lanes.Activate(w.lane(), time.Now())
			runLanes(t, dispatch.Config{Source: lanes, Budget: w.budget,
				Kinds: map[string]dispatch.Kind{fence.Connections: w.writes.Kind()}}, 500*time.Millisecond)
		}
		op := w.add(called("A"))
		run()
		if s := w.op(op).State; s != operation.Queued {
			t.Errorf("what waits is %s before that could be taken up", s)
		}
		r.err = nil
		run()
		if s := w.op(op).State; s != operation.Succeeded {
			t.Errorf("what waits is %s after that", s)
		}
		if diff := cmp.Diff([]string{"unsent", "interrupted", "unsent", "interrupted"}, r.calls); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		for _, of := range r.of {
			if of.Claim.Lane != w.lane() || of.Claim.Epoch == 0 || of.Handler != uuid.Nil {
				t.Errorf("taken up: %+v", of)
			}
		}
	})
}

func TestSyncWritesAreTakenUpOfDeadReplicasAlone(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), &recovery{handlers: []uuid.UUID{{1}, {2}, {3}}}
	w.writes.c.Recovery = r
	if err := w.writes.Handled(t.Context(), func(id uuid.UUID) bool { return id != uuid.UUID{2} }); err != nil {
		t.Fatal(err)
	}
	one, three := operation.Left{Sync: true, Handler: uuid.UUID{1}}, operation.Left{Sync: true, Handler: uuid.UUID{3}}
	want := []operation.Left{one, one, three, three}
	if diff := cmp.Diff(want, r.of); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestASyncWriteThatAnotherReplicaHasEndedIsNotToldAsDone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		id := w.add(called("A"), func(op *operation.Operation) { op.Sync, op.State = true, operation.Sending })
		op := w.op(id)
		w.settles = func() error { return fence.ErrOvertaken }
		began := time.Now()
		_, err := w.writes.PerformNow(t.Context(), op)
		if err == nil || !strings.Contains(err.Error(), "another replica has ended the operation") || time.Since(began) > time.Second {
			t.Errorf("after %v the caller is told %v", time.Since(began), err)
		}
	})
}

// reviving is a replica whose lives are numbered.
type reviving struct{ life int64 }

func (r *reviving) Life() int64           { return r.life }
func (r *reviving) Share() (part, of int) { return 0, 1 }

func TestNothingOfASyncWriteIsSentInALifeInWhichItWasNotAccepted(t *testing.T) {
	t.Parallel()
	for name, accepted := range map[string]int64{"in the life before": 1, "in none": 0, "in the same": 2} {
		synctest.Test(t, func(t *testing.T) {
			w, r := newWorld(t), &reviving{accepted}
			w.budget.Among(r)
			ctx := w.writes.Fenced(t.Context())
			id := w.add(called("A"), func(op *operation.Operation) { op.Sync, op.State = true, operation.Sending })
			r.life = 2
			op, err := w.writes.PerformNow(ctx, w.op(id))
			if err != nil {
				t.Fatal(err)
			}
			if sent := op.State == operation.Succeeded; sent != (accepted == 2) || sent != (w.tsp.log() != "") {
				t.Errorf("accepted %s: it is %s after the calls %q", name, op.State, w.tsp.log())
			}
		})
	}
}

// idLocks are the locks of a store that several replicas share.
type idLocks struct {
	mu   sync.Mutex
	held map[uuid.UUID]bool
}

func (l *idLocks) LockConnection(ctx context.Context, id uuid.UUID) (func(), error) {
	for {
		l.mu.Lock()
		free := !l.held[id]
		if free {
			l.held[id] = true
		}
		l.mu.Unlock()
		if free {
			return func() { l.mu.Lock(); defer l.mu.Unlock(); delete(l.held, id) }, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
}

func TestOfTwoReplicasOneAloneAdoptsWhatBothFind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		message := w.messaging()
		locks := &idLocks{held: map[uuid.UUID]bool{}}
		adopts := func() error {
			// Each replica has memory of its own.
			one := NewWrites(w.writes.c)
			one.claims.locks = locks
			id := w.add(message, func(op *operation.Operation) {
				op.State, op.SentAt, op.CutAt = operation.Unknown, time.Now(), time.Now()
			})
			if err := one.adoptable(t.Context(), one.task(w.op(id), w.conn, w.tsp.spec),
				tsp.Written{SourceID: "m1", Collection: "messages"}); err != nil {
				return err
			}
			return nil
		}
		if err := adopts(); err != nil {
			t.Errorf("the first: %v", err)
		}
		if err := adopts(); err == nil || !strings.Contains(err.Error(), "could not be asked") {
			t.Errorf("the second: %v", err)
		}
	})
}

func TestAClaimIsFreeOnceTheEndOfItsOperationIsStored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		locks := &idLocks{held: map[uuid.UUID]bool{}}
		here, there := claims{locks: locks, by: map[claim]*adoption{}}, claims{locks: locks, by: map[claim]*adoption{}}
		of := claim{"acme", "a", "messages", resource.SourceID("m1")}
		first, second := uuid.UUID{1}, uuid.UUID{2}
		is := func(what string, in *claims, op uuid.UUID, want, asked bool) {
			t.Helper()
			if got, err := in.take(t.Context(), of, op); got != want || (err == nil) != asked {
				t.Errorf("%s: it is held %t, %v", what, got, err)
			}
		}
		is("by the first", &here, first, true, true)
		is("by the first again", &here, first, true, true)
		is("by another here", &here, second, false, true)
		is("by another elsewhere", &there, second, false, false)
		here.release(first)
		is("by another that is free to", &there, second, true, true)
	})
}

func TestNoClaimWaitsForTheEndOfAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		c := claims{by: map[claim]*adoption{{id: "m1"}: {by: uuid.UUID{1}, unlock: func() { <-free }}}}
		go c.release(uuid.UUID{1})
		synctest.Wait()
		if !c.mu.TryLock() {
			t.Error("nothing can be claimed while the store is asked to free a lock")
		} else {
			c.mu.Unlock()
		}
		close(free)
	})
}

// unheard are links that know of no change by another replica.
type unheard struct{ *world }

func (unheard) Shut(connection.Connection) bool { return false }

func TestWhatWaitsIsReadAnewOnceItsConnectionWasChangedElsewhere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		read := w.conn
		if err := unchanged(t.Context(), w, unheard{w}, read, time.Now()); err != nil {
			t.Errorf("as it was read: %v", err)
		}
		time.Sleep(time.Second)
		w.do(func() { w.conn.UpdatedAt = time.Now() })
		if err := unchanged(t.Context(), w, unheard{w}, read, time.Now()); !errors.Is(err, fence.ErrOvertaken) {
			t.Errorf("changed since: %v", err)
		}
	})
}
