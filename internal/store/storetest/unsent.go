package storetest

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func unsentAtACrash(t *testing.T, s *stand) {
	conn := uuid.New()
	looked, begun := s.begin(s.accept(queued(conn)), at(3)), s.begin(s.accept(queued(conn)), at(3))
	part, other := s.begin(s.accept(queued(conn)), at(3)), s.begin(s.accept(queued(conn)), at(3))
	handled, sent, waits := s.accept(syncOf(conn)), s.accept(syncOf(conn)), s.accept(queued(conn))
	s.must(s.MarkStep(t.Context(), begun.ID, tsp.Step{Key: "a"}))
	s.must(s.MarkStep(t.Context(), part.ID, tsp.Step{Key: "a", Done: true}))
	s.must(s.MarkStep(t.Context(), sent.ID, tsp.Step{Key: "a", Done: true}))
	s = s.crashed()
	marked := func(op operation.Operation) bool { return op.ID != other.ID }
	is(t, "unsent", got[int](s)(s.Unsent(t.Context(), at(5), operation.Left{}, marked)), 3)
	is(t, "unsent again", got[int](s)(s.Unsent(t.Context(), at(6), operation.Left{}, marked)), 0)
	is(t, "interrupted", got[int](s)(s.Interrupted(t.Context(), at(6), operation.Left{}, func(operation.Operation) time.Duration { return 0 })), 3)
	for what, c := range map[string]struct {
		op   operation.Operation
		want operation.State
	}{
		"nothing was begun": {looked, operation.Retry}, "a call was begun": {begun, operation.Unknown},
		"what was begun is done": {part, operation.Retry}, "its adapter marks nothing": {other, operation.Unknown},
		"sync": {handled, operation.Failed}, "not sent": {waits, operation.Queued},
	} {
		is(t, what, s.read(c.op).State, c.want)
	}
	is(t, "a sync one that was sent", s.read(sent).Attempts[0].Class, tsp.Unknown)
	op := s.read(looked)
	want := looked
	want.State, want.Tries, want.NextAt, want.UpdatedAt = operation.Retry, 1, at(5), at(5)
	last := op.Attempts[len(op.Attempts)-1]
	want.Attempts = append(want.Attempts, operation.Attempt{ID: last.ID, N: 1, Class: tsp.Unavailable, Details: last.Details, Own: len(last.Details),
		StartedAt: at(3), EndedAt: at(5)})
	is(t, "the entry says why", strings.Contains(last.Details, "stopped while no call of it was under way"), true)
	same(t, "read", op, want)
}
