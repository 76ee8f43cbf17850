package storetest

import (
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func progress() []rule {
	return []rule{
		{"the steps of an operation are kept over a crash in the order of their first marks", stepsAreKept},
		{"the attempts of an operation are read in order", attemptsInOrder},
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
