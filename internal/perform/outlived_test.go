package perform

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

var errFull = errors.New("the disk is full")

func TestASyncWriteWhoseEndCannotBeStoredIsSettledBehindItsCallersBack(t *testing.T) {
	t.Parallel()
	for name, trouble := range map[string]func() error{
		"the store is away":     func() error { return errFull },
		"the settling panicked": func() error { panic(errFull) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				mended := time.Now().Add(20 * time.Second)
				w.settles = func() error {
					if time.Now().Before(mended) {
						return trouble()
					}
					return nil
				}
				a := w.add(called("A"), func(op *operation.Operation) { op.Sync, op.State = true, operation.Sending })
				b := w.add(called("B"))
				if _, err := w.writes.PerformNow(t.Context(), w.op(a)); err == nil || !strings.Contains(err.Error(), "cannot be stored yet") {
					t.Errorf("the caller is told %v", err)
				}
				w.run(t, time.Minute)
				if w.op(a).State != operation.Succeeded || w.op(b).State != operation.Succeeded || w.tsp.log() != "WW" {
					t.Errorf("%s and %s after calls %s", w.op(a).State, w.op(b).State, w.tsp.log())
				}
				w.writes.Stop()
			})
		})
	}
}

func TestASyncWriteWaitsForNoStoreThatIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.settles = func() error { return &fence.Trouble{Lost: true, Err: errors.New("it was deleted")} }
		id := w.add(func(op *operation.Operation) { op.Sync, op.State = true, operation.Sending })
		began := time.Now()
		_, err := w.writes.PerformNow(t.Context(), w.op(id))
		w.writes.Stop()
		if took := time.Since(began); took > 0 || err == nil || !strings.Contains(err.Error(), "once the database was mended") {
			t.Errorf("after %v the caller is told %v", took, err)
		}
	})
}

func TestASyncWriteThatMayHaveBeenAcceptedEndsUnsentAndHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		mended := time.Now().Add(20 * time.Second)
		w.settles = func() error {
			if time.Now().Before(mended) {
				return &fence.Uncertain{Err: errFull}
			}
			return nil
		}
		a := w.add(called("A"), func(op *operation.Operation) { op.Sync, op.State = true, operation.Sending })
		w.writes.Forgo(t.Context(), w.op(a))
		b := w.add(called("B"))
		w.run(t, time.Minute)
		if w.op(b).State != operation.Succeeded || w.tsp.log() != "W" {
			t.Errorf("what is behind it is %s after calls %s", w.op(b).State, w.tsp.log())
		}
		op := w.op(a)
		op.Attempts = w.log[a]
		if op.State != operation.Failed || !op.FreesKey(false) || op.Attempts[0].Details != forgone {
			t.Errorf("%+v", op)
		}
		w.writes.Stop()
	})
}

// panicking is a progress that panics when it is read.
type panicking struct{ operation.Progress }

func (panicking) Steps(context.Context, uuid.UUID) ([]tsp.Step, error) { panic("no such table") }

func TestAnAttemptThatPanicsEndsItsOperation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.writes.c.Progress = panicking{w}
		poisoned := w.add(func(op *operation.Operation) { op.State = operation.Unknown })
		other := w.add()
		w.run(t, 5*time.Second)
		op := w.op(poisoned)
		if op.State != operation.Failed || op.CutAt.IsZero() || w.op(other).State != operation.Succeeded {
			t.Errorf("%s, and the other one %s", op.State, w.op(other).State)
		}
	})
}
