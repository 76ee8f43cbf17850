package tsptest

import (
	"context"
	"slices"
	"sync"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// Memory is a tsp.Progress that keeps the steps of one write. It is ready as it is.
type Memory struct {
	mu    sync.Mutex
	steps []tsp.Step
}

// Steps returns what was marked, in the order in which it was marked first.
func (m *Memory) Steps() []tsp.Step {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.steps)
}

// Mark keeps a step.
func (m *Memory) Mark(ctx context.Context, s tsp.Step) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := slices.IndexFunc(m.steps, func(known tsp.Step) bool { return known.Key == s.Key }); i >= 0 {
		m.steps[i] = s
		return nil
	}
	m.steps = append(m.steps, s)
	return nil
}
