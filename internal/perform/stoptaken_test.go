package perform

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
)

func TestWhatWhoeverHadTheLaneBeforeMayHaveSentIsFoundOutAndNotCancelled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		id := w.add()
		time.Sleep(time.Second)
		cut := time.Now()
		w.writes.c.CutAt = func(uuid.UUID) time.Time { return cut }
		w.full(time.Minute)
		w.cancel(id)
		w.run(t, 10*time.Second)
		if op := w.op(id); op.State != operation.Unknown || op.CutAt.IsZero() || op.IsAsked() {
			t.Errorf("it is %s, cut at %s", op.State, op.CutAt)
		}
	})
}

func TestWhatWaitedBehindOthersOfItsChainWasSentByNobody(t *testing.T) {
	t.Parallel()
	for _, expires := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.full(time.Minute)
			first := w.add()
			second := w.add(func(op *operation.Operation) { op.OrderKey = w.ops[0].OrderKey })
			w.writes.c.Lines = ahead{First: first, Partner: partner}
			time.Sleep(time.Second)
			cut := time.Now()
			w.writes.c.CutAt = func(uuid.UUID) time.Time { return cut }
			want := operation.Cancelled
			if expires {
				want = operation.Expired
				w.do(func() { w.ops[1].ExpiresAt, w.ops[1].StopAt = cut, cut })
			} else {
				w.cancel(second)
			}
			w.run(t, 10*time.Second)
			if op := w.op(second); op.State != operation.Failed || op.Reason != want || !op.CutAt.IsZero() || w.tsp.log() != "" {
				t.Errorf("it is %s for %q, cut at %s, after %q", op.State, op.Reason, op.CutAt, w.tsp.log())
			}
		})
	}
}
