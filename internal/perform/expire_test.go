package perform

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// A step may be done without a call that changes anything: what it makes was there. Then nothing more is sent, either.
func TestASyncWriteThatExpiresBehindAStepThatIsDoneIsNotSaidToBeUnsent(t *testing.T) {
	t.Parallel()
	for done, want := range map[bool]operation.Reason{true: "", false: operation.Expired} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.tsp.can(tsp.VerifyFirst)
			w.tsp.reaches = func(ctx context.Context) { tsp.Calls(ctx, true) }
			w.tsp.write = func(ctx context.Context, _ int, write tsp.Write) (tsp.Written, error) {
				if err := write.Mark(ctx, tsp.Step{Key: "one", Done: done}); err != nil {
					t.Error(err)
				}
				time.Sleep(3 * time.Second)
				return tsp.Written{}, &tsp.Error{Class: tsp.Unavailable, Unsent: true, Err: write.Pace.Wait(ctx, "other")}
			}
			w.submit(t, until(2*time.Second))
			op := w.op(w.ops[0].ID)
			said := lines(op)
			if op.State != operation.Failed || op.Reason != want || strings.Contains(said[0], aPart) != done {
				t.Errorf("a step is done %t: it is %s for %q after %q: %q", done, op.State, op.Reason, w.tsp.log(), said)
			}
		})
	}
}

// Whoever made the last call of these was stopped before their ends were stored.
func TestWhatExpiresWhenAllOfItIsDoneHasSucceeded(t *testing.T) {
	t.Parallel()
	for says, ends := range map[string]func(*operation.Operation){
		"it expired":            until(2 * time.Second),
		"its deadline has come": func(op *operation.Operation) { op.Deadline = op.CreatedAt.Add(2 * time.Second) },
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.tsp.can(tsp.VerifyFirst)
			w.steps = []tsp.Step{{Key: "one", Done: true}, {Key: lastStep, Done: true}}
			id := w.add(ends, func(op *operation.Operation) {
				op.State, op.Tries, op.NextAt = operation.Retry, 1, op.CreatedAt.Add(time.Minute)
			})
			failed := false
			w.settles = func() error {
				if !failed {
					failed = true
					return errors.New("the store is away")
				}
				return nil
			}
			w.run(t, 3*time.Minute)
			if op := w.op(id); op.State != operation.Succeeded || op.SourceID != "v1" || op.Reason != "" || w.tsp.log() != "" {
				t.Errorf("%s: it is %s as %q for %q after %q: %q", says, op.State, op.SourceID, op.Reason, w.tsp.log(), lines(op))
			}
		})
	}
}
