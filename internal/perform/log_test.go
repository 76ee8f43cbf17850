package perform

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestEachAttemptHasAnEntryAndThrottlesInARowShareOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		throttled := failure(tsp.Throttled)
		w.tsp.answers(failure(tsp.Unavailable), throttled, throttled, throttled, failure(tsp.Unavailable), throttled)
		id := w.add()
		w.run(t, 10*time.Minute)
		op := w.op(id)
		want := []string{"1 unavailable it is unavailable", "2 throttled it is throttled", "3 unavailable it is unavailable",
			"4 throttled it is throttled", "5 done"}
		if diff := cmp.Diff(want, lines(op)); diff != "" {
			t.Errorf("the log (-want +got):\n%s", diff)
		}
		if op.Tries != 7 || op.Counted != 1 {
			t.Errorf("%d tries, of which %d counted", op.Tries, op.Counted)
		}
		if took := op.Attempts[1].EndedAt.Sub(op.Attempts[1].StartedAt); took < time.Minute {
			t.Errorf("the entry of three throttles begins and ends within %v", took)
		}
		if diff := cmp.Diff([]string{"resource_operation.succeeded"}, w.events); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
	})
}

func TestAWriteOfSeveralDeliveriesHasAnEntryForEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.tsp.write = func(_ context.Context, n int, _ tsp.Write) (tsp.Written, error) {
			if n == 0 {
				return tsp.Written{}, &tsp.Error{Class: tsp.Unavailable, Message: "one is left", Parts: []tsp.Part{
					{Name: "Ann", Class: tsp.Done, Status: 200}, {Name: "Bob", Class: tsp.Unavailable, Status: 503, Message: "try later"}}}
			}
			return tsp.Written{Parts: []tsp.Part{{Name: "Bob", Class: tsp.Done, Status: 200}}}, nil
		}
		id := w.add()
		w.run(t, time.Minute)
		want := []string{"1 done Ann", "2 unavailable Bob: try later", "3 done Bob"}
		if diff := cmp.Diff(want, lines(w.op(id))); diff != "" {
			t.Errorf("the log (-want +got):\n%s", diff)
		}
	})
}

func TestTheCallsOfEachAttemptAreKeptWithItsEntries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.tsp.write = func(ctx context.Context, n int, _ tsp.Write) (tsp.Written, error) {
			in, _ := tsp.KeptOf(ctx)
			one := in.Begin(time.Now(), false)
			one.Request.URL = fmt.Sprint("call of attempt ", n)
			in.Add(one)
			switch n {
			case 0, 1:
				return tsp.Written{}, &tsp.Error{Class: tsp.Throttled, Message: "later"}
			case 2:
				parts := []tsp.Part{{Name: "Ann", Class: tsp.Done}, {Name: "Bob", Class: tsp.Unavailable}}
				return tsp.Written{}, &tsp.Error{Class: tsp.Unavailable, Message: "one is left", Parts: parts}
			}
			return tsp.Written{}, &tsp.Error{Class: tsp.Unavailable, Message: "away"}
		}
		w.add(func(op *operation.Operation) { op.Deadline = time.Now().Add(10 * time.Minute) })
		w.run(t, time.Hour)
		var got []string
		for _, k := range w.kept {
			line := fmt.Sprint(k.Try, " at ", k.Entry, " of ", k.Entries, ":")
			for _, c := range k.Calls {
				line += " " + c.Request.URL
			}
			got = append(got, line)
		}
		want := []string{"0 at 1 of 1: call of attempt 0", "1 at 1 of 1: call of attempt 1", "2 at 2 of 2: call of attempt 2",
			"3 at 4 of 1: call of attempt 3"}
		if len(got) < 5 || cmp.Diff(want, got[:4]) != "" {
			t.Fatalf("kept are %q, want %q and more", got, want)
		}
		// It ends at its deadline, without an attempt.
		if last := w.kept[len(w.kept)-1]; len(last.Calls) != 0 || last.Calls == nil {
			t.Errorf("of the end without an attempt %+v is kept", last)
		}
	})
}
