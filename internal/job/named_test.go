package job_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/job"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
)

// naming is a yard that retries what names another once that was retried.
type naming struct {
	*yard
	mu     sync.Mutex
	awaits map[uuid.UUID]uuid.UUID
	done   map[uuid.UUID]bool
}

func (n *naming) Retry(_ context.Context, _, id uuid.UUID, _ operation.Request) (op operation.Operation, replayed bool, err error) {
	n.mu.Lock()
	of, names := n.awaits[id]
	early := names && !n.done[of]
	n.mu.Unlock()
	if early {
		return op, false, problem.New(problem.Conflict, "what it names was not retried")
	}
	// Whoever is begun at the same time comes first.
	for range 100 {
		n.chance(1)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.done[id] = true
	return op, false, nil
}

func TestWhatNamesAnotherIsRetriedBehindIt(t *testing.T) {
	t.Parallel()
	n := &naming{yard: newYard(t, 3), awaits: map[uuid.UUID]uuid.UUID{}, done: map[uuid.UUID]bool{}}
	var last uuid.UUID
	for i := range 200 {
		op := n.accept(uuid.UUID{1}, func(op *operation.Operation) {
			op.OrderKey = fmt.Sprint("chain ", i)
			if i%10 > 0 && i%3 > 0 {
				op.Awaits = []uuid.UUID{uuid.New(), last}
				n.awaits[op.ID] = last
			}
		})
		if last = op.ID; n.end(op, operation.Failed) != nil {
			t.Fatal("it does not end")
		}
	}
	j := n.make(job.Operations, `{"action":"retry","filter":{"source_name":"samsara"}}`)
	s := n.service()
	s.Retrier = n
	for range 10 {
		s.Round(t.Context())
	}
	j, err := n.Job(t.Context(), partner, j.ID)
	if err != nil || j.Done != 200 || j.State != job.Finished {
		t.Errorf("%d were retried: %+v, %v", j.Done, j.Refusals, err)
	}
}
