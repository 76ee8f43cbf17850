package perform

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestASyncWriteIsAnsweredOnceItIsVerified(t *testing.T) {
	for says, c := range map[string]struct {
		read        func(context.Context, tsp.Single) (tsp.Record, error)
		told        string
		least, most time.Duration
	}{
		"at once":  {showing(asSent), "complete; applied vehicle_name", 0, 0},
		"soon":     {showing(asOther, asOther, asSent), "complete; applied vehicle_name", 700 * time.Millisecond, time.Second},
		"too late": {showing(asOther), "pending", 2 * time.Second, syncLooks},
		"never":    {stalling(asOther, asSent), "pending", syncLooks, syncLooks},
	} {
		t.Run(says, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.tsp.spec.Limits[0].Burst = 9
				w.tsp.read = c.read
				id := w.add(verify, func(op *operation.Operation) { op.Sync, op.State = true, operation.Sending })
				began := time.Now()
				op, err := w.writes.PerformNow(t.Context(), w.op(id))
				took := time.Since(began)
				if got := told(op.Verification); err != nil || got != c.told || took < c.least || took > c.most {
					t.Errorf("%s after %v, %v", got, took, err)
				}
				if kept := w.ops[0].Verification; kept.Reason != op.Verification.Reason || kept.ReadAt != op.Verification.ReadAt {
					t.Errorf("answered as %+v and kept as %+v", op.Verification, kept)
				}
				if says == "too late" && time.Time(*op.Verification.ReadAt).Sub(began) < 3*time.Second {
					t.Errorf("it was read last at %v", op.Verification.ReadAt)
				}
				w.verifies(t, 2*time.Minute)
				if got := told(w.ops[0].Verification); !strings.HasPrefix(got, "complete") {
					t.Errorf("in the end %s", got)
				}
			})
		})
	}
}

// The page on verifying tells these times.
func TestForTheCallerOfASyncWriteTheRecordIsReadAtShorterPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.tsp.spec.Limits[0].Burst = 20
		var read []time.Duration
		began := time.Now()
		w.tsp.read = func(ctx context.Context, one tsp.Single) (tsp.Record, error) {
			read = append(read, time.Since(began))
			return shows(asOther)(ctx, one)
		}
		id := w.add(verify, func(op *operation.Operation) { op.Sync, op.State = true, operation.Sending })
		op, err := w.writes.PerformNow(t.Context(), w.op(id))
		if err != nil {
			t.Fatal(err)
		}
		want := []time.Duration{0, 250 * time.Millisecond, 750 * time.Millisecond, 1750 * time.Millisecond, 3750 * time.Millisecond}
		if diff := cmp.Diff(want, read); diff != "" || !op.VerifyAt.Equal(stored(began).Add(6*time.Second)) {
			t.Errorf("then it is due at %s; it was read (-want +got):\n%s", op.VerifyAt, diff)
		}
	})
}
