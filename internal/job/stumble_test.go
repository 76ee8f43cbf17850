package job_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/job"
	"github.com/waybill-dev/waybill/internal/operation"
)

// stumbling is a yard in which some operations cannot be retried.
type stumbling struct {
	*yard
	at  map[uuid.UUID]bool
	err error
}

func (s stumbling) Retry(ctx context.Context, conn, id uuid.UUID, r operation.Request) (operation.Operation, bool, error) {
	if s.at[id] {
		return operation.Operation{}, false, s.err
	}
	return s.yard.Retry(ctx, conn, id, r)
}

func TestARetryThatAlwaysFailsHoldsUpNoOtherForLong(t *testing.T) {
	t.Parallel()
	away := &fence.Trouble{Reason: "the store is away", Err: errors.New("away")}
	for says, c := range map[string]struct {
		err  error
		ends bool
	}{"a fault of ours": {errors.New("a fault"), true}, "a store that is away": {fmt.Errorf("looking: %w", away), false}} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			s := stumbling{newYard(t, 5), map[uuid.UUID]bool{}, c.err}
			for i := range 100 {
				op := s.accept(uuid.UUID{1}, func(op *operation.Operation) {
					op.OrderKey, op.ID[15] = fmt.Sprint(i), 1
				})
				s.at[op.ID] = i%10 == 0
				if err := s.end(op, operation.Failed); err != nil {
					t.Fatal(err)
				}
			}
			j, now := s.make(job.Operations, `{"action":"retry","filter":{"source_name":"samsara"}}`), time.Now()
			works := job.New(job.Config{Store: s, Snapshots: s, Queue: s, Retention: s, Retrier: s, Webhooks: s,
				Keep: time.Hour, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
			for range 300 {
				works.Round(t.Context())
				now = now.Add(time.Second)
			}
			j, err := s.Job(t.Context(), partner, j.ID)
			if err != nil || j.State.Ended() != c.ends {
				t.Fatalf("it is %s, %v", j.State, err)
			}
			if c.ends && (j.Done != 90 || len(j.Refusals) != 1 || j.Refusals[0].Reason != "failed" || j.Refusals[0].Count != 10 ||
				!s.at[j.Refusals[0].Example]) {
				t.Errorf("%d done: %+v", j.Done, j.Refusals)
			}
		})
	}
}
