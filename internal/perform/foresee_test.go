package perform

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// foresees lets the TSP's adapter hand each write to its preview.
func (w *world) foresees() {
	w.tsp.write = func(ctx context.Context, _ int, _ tsp.Write) (tsp.Written, error) {
		if p := tsp.PreviewOf(ctx); p != nil {
			_, err := p.Take(tsp.Planned{Purpose: tsp.ForWrite, Request: tsp.Request{Method: "PATCH", URL: "https://acme.example/v"}}, nil)
			return tsp.Written{}, err
		}
		return tsp.Written{}, nil
	}
}

// An admission that is foreseen is the one that follows, and to foresee it changes none.
func TestWhatIsForeseenOfASyncWriteIsWhatAdmitSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.foresees()
		passed := 0
		for i := range 200 {
			op := w.op(w.add(func(op *operation.Operation) { op.Sync, op.State = true, operation.Sending }))
			var foreseen []time.Duration
			for range 3 {
				_, err := w.writes.Foresee(t.Context(), w.conn, op)
				foreseen = append(foreseen, retryAfter(err))
			}
			err := w.writes.Admit(w.conn, op)
			for _, wait := range foreseen {
				if wait != retryAfter(err) {
					t.Fatalf("the write %d is admitted with %v and was foreseen with %v", i, err, foreseen)
				}
			}
			if err == nil {
				passed++
			}
			time.Sleep(time.Duration(i%7) * 150 * time.Millisecond)
		}
		if passed < 6 || passed == 200 {
			t.Errorf("%d passed", passed)
		}
	})
}

// retryAfter is how long a refusal says to wait; 0 where there is none.
func retryAfter(err error) time.Duration {
	if err == nil {
		return 0
	}
	return problem.Of(err).RetryAfter
}

func TestWhatIsForeseenTellsTheLimitsOfItsRequestsAndChargesNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.foresees()
		op := w.op(w.add())
		for range 100 {
			p, err := w.writes.Foresee(t.Context(), w.conn, op)
			if err != nil || len(p.Limits) != 1 || p.Limits[0].Calls != 1 || p.Limits[0].WaitSeconds != 0 ||
				!time.Time(p.EarliestAt).Equal(stored(time.Now())) {
				t.Fatalf("%+v, %v", p, err)
			}
			if diff := cmp.Diff([]string{oneLimit}, p.Requests[0].Limits); diff != "" {
				t.Fatal(diff)
			}
		}
		if err := w.writes.Admit(w.conn, op); err != nil {
			t.Fatal(err)
		}
		p, err := w.writes.Foresee(t.Context(), w.conn, op)
		if err != nil || p.Limits[0].WaitSeconds <= 0 || !time.Time(p.EarliestAt).After(time.Now()) {
			t.Errorf("once the limit is used up: %+v, %v", p, err)
		}
	})
}

func TestAWriteThatEndsByItselfIsForeseenToFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.tsp.answers(&tsp.Error{Class: tsp.Rejected, Message: "carrier_number: must be a number"})
		p, err := w.writes.Foresee(t.Context(), w.conn, w.op(w.add()))
		want := &operation.Failure{ErrorType: "validation", ErrorDetails: "carrier_number: must be a number"}
		if diff := cmp.Diff(want, p.Failure); diff != "" || err != nil || len(p.Requests) > 0 {
			t.Errorf("%+v, %v\n%s", p, err, diff)
		}
	})
}
