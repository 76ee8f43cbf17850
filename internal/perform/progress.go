package perform

import (
	"context"
	"slices"
	"sync"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// progress keeps the steps of one operation in the store and, for the attempt under way, in
// memory. Adapters may mark from several goroutines.
type progress struct {
	store     operation.Progress
	operation uuid.UUID

	mu    sync.Mutex
	steps []tsp.Step
}

// Steps returns what was marked so far.
func (p *progress) Steps() []tsp.Step {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.steps)
}

// Mark keeps a step. Disk first: a mark that is only in memory would be lost by the crash that it
// is for.
func (p *progress) Mark(ctx context.Context, s tsp.Step) error {
	if err := p.store.MarkStep(ctx, p.operation, s); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.IndexFunc(p.steps, func(known tsp.Step) bool { return known.Key == s.Key }); i >= 0 {
		p.steps[i] = s
		return nil
	}
	p.steps = append(p.steps, s)
	return nil
}
