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
		{"what comes before an operation is counted in its chain and its lane, up to a bound", aheadIsCounted},
		{"what has ended without an answer is found by its partner and by when it was cut off", unansweredAreFound},
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

func aheadIsCounted(t *testing.T, s *stand) {
	conn := uuid.New()
	var ops []operation.Operation
	for _, key := range []string{"b/1", "b/1", "b/1", "", "a/1", "c/1"} {
		op := queued(conn)
		if key != "" {
			op.OrderKey, op.Partner = key, uuid.UUID{byte(len(ops) + 1)}
		}
		ops = append(ops, s.accept(op))
	}
	s.accept(queued(uuid.New()))
	ahead := func(asked ...operation.Operation) []operation.Ahead {
		return got[[]operation.Ahead](s)(s.Ahead(t.Context(), asked))
	}
	place := func(chain, lane int) operation.Place { return operation.Place{Chain: chain, Lane: lane} }
	first := operation.Ahead{First: ops[0].ID, Partner: ops[0].Partner}
	first.Place = place(2, 2)
	same(t, "six", ahead(ops[2], ops[3], ops[0], ops[4], ops[5]), []operation.Ahead{first, {Place: place(0, 3)}, {},
		{Place: place(0, 4)}, {Place: place(0, 5)}})
	s.settle(ops[0], operation.Succeeded)
	second := operation.Ahead{First: ops[1].ID, Partner: ops[1].Partner, Place: place(1, 1)}
	same(t, "once the first has ended", ahead(ops[2]), []operation.Ahead{second})

	// So many lanes are asked for that of each but two are read.
	asked := []operation.Operation{ops[2], ops[5]}
	for range 48 {
		asked = append(asked, queued(uuid.New()))
	}
	found := ahead(asked...)
	second.Place = operation.Place{Chain: 1, Lane: 1, AtLeast: true}
	same(t, "a lane of which two are read", found[0], second)
	if f := found[1]; !f.AtLeast || f.Lane < 1 || f.Lane > 4 || f.Chain != 0 || f.First != uuid.Nil {
		t.Errorf("what lies beyond: %+v", f)
	}
	is(t, "of a lane that holds nothing", found[2], operation.Ahead{})
	found = ahead(append(asked, ops[1])...)
	same(t, "behind one that is asked for as well", found[0], second)
	if f := found[len(found)-1]; f.First != uuid.Nil || f.Chain != 0 {
		t.Errorf("the first itself: %+v", f)
	}
}

func unansweredAreFound(t *testing.T, s *stand) {
	conn, record := uuid.New(), uuid.New()
	s.settle(s.accept(updateOf(conn, record)), operation.Failed)
	first, second := s.unsure(s.accept(updateOf(conn, record))), s.unsure(s.accept(updateOf(conn, uuid.New())))
	s.settle(s.accept(updateOf(conn, record)), operation.Unknown)
	foreign := updateOf(conn, record)
	foreign.Partner = uuid.New()
	s.unsure(s.accept(foreign))
	found := got[[]operation.Operation](s)(s.Unanswered(t.Context(), first.Partner, at(3)))
	slices.SortFunc(found, func(a, b operation.Operation) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	short := func(op operation.Operation) operation.Operation {
		return operation.Operation{ID: op.ID, Connection: conn, OrderKey: op.OrderKey, CutAt: at(3)}
	}
	want := []operation.Operation{short(first), short(second)}
	slices.SortFunc(want, func(a, b operation.Operation) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	same(t, "since they were cut off", found, want)
	is(t, "later", len(got[[]operation.Operation](s)(s.Unanswered(t.Context(), first.Partner, at(4)))), 0)
}
