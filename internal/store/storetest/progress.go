package storetest

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func progress() []rule {
	return []rule{
		{"the steps of an operation are kept over a crash in the order of their first marks", stepsAreKept},
		{"the attempts of an operation are read in order", attemptsInOrder},
		{"an end is told once it is committed, and found by whoever asks", endsAreTold},
	}
}

func stepsAreKept(t *testing.T, s *stand) {
	op := uuid.New()
	for _, step := range []tsp.Step{{Key: "b"}, {Key: "a"}, {Key: "b", Done: true, SourceID: "7"}} {
		s.must(s.MarkStep(t.Context(), op, step))
	}
	s.must(s.MarkStep(t.Context(), uuid.New(), tsp.Step{Key: "c"}))
	s = s.crashed()
	want := []tsp.Step{{Key: "b", Done: true, SourceID: "7"}, {Key: "a"}}
	same(t, "read", got[[]tsp.Step](s)(s.Steps(t.Context(), op)), want)
}

func attemptsInOrder(t *testing.T, s *stand) {
	op := s.accept(queued(uuid.New()))
	is(t, "none", len(got[[]operation.Attempt](s)(s.Attempts(t.Context(), op.ID))), 0)
	first := settlement(op, operation.Retry)
	s.must(s.Settle(t.Context(), first))
	second := settlement(s.read(op), operation.Failed)
	s.must(s.Settle(t.Context(), second))
	want := []operation.Attempt{first.Attempts[0], second.Attempts[0]}
	same(t, "read", got[[]operation.Attempt](s)(s.Attempts(t.Context(), op.ID)), want)
}

func endsAreTold(t *testing.T, s *stand) {
	conn := uuid.New()
	ops := []operation.Operation{s.accept(queued(conn)), s.accept(queued(conn)), s.accept(queued(conn))}
	s.settle(ops[0], operation.Succeeded)
	s.settle(ops[1], operation.Retry)
	s.settle(ops[2], operation.Failed)
	if err := s.Settle(t.Context(), settlement(ops[0], operation.Failed)); !errors.Is(err, fence.ErrOvertaken) {
		t.Errorf("once more: %v", err)
	}
	s.flush()
	s.mu.Lock()
	told := slices.Clone(s.ends)
	s.mu.Unlock()
	same(t, "told", told, []uuid.UUID{ops[0].ID, ops[2].ID})
	beside := s.beside()
	found := got[[]uuid.UUID](s)(beside.Ended(t.Context(), []uuid.UUID{ops[2].ID, ops[1].ID, uuid.New(), ops[0].ID}))
	slices.SortFunc(found, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	slices.SortFunc(told, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	same(t, "found by another process", found, told)
	is(t, "of none", len(got[[]uuid.UUID](s)(s.Ended(t.Context(), nil))), 0)
}
