package storetest

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
)

func trying() []rule {
	return []rule{
		{"an operation that waits for its next attempt may begin it sooner, and its lane is woken", triedSooner},
		{"what was begun, has ended or was tried since is not tried sooner", triedTooLate},
		{"nothing is tried before the hold of its chain is over", triedBehindHold},
		{"until when a TSP asked that an operation be left alone is kept until its next attempt", askedToWait},
	}
}

// backsOff is an operation in a state whose next attempt comes late.
func (s *stand) backsOff(op operation.Operation, in operation.State) operation.Operation {
	s.t.Helper()
	set := settlement(op, in)
	set.Operation.NextAt = at(9)
	s.must(s.Settle(s.t.Context(), set))
	return s.read(op)
}

func triedSooner(t *testing.T, s *stand) {
	for _, in := range []operation.State{operation.Retry, operation.Unknown} {
		op := s.backsOff(s.accept(queued(uuid.New())), in)
		woken := s.wakes(func() { s.must(s.TryAt(t.Context(), op, at(5))) })
		same(t, "woken", woken, []fence.Lane{{Kind: fence.Connections, ID: op.Connection}})
		s = s.crashed()
		want := op
		want.NextAt = at(5)
		same(t, "asked for sooner", s.read(op), want)
		s.must(s.TryAt(t.Context(), op, at(7)))
		is(t, "asked for at a later time", s.read(op).NextAt, at(5))
		same(t, "what the lane is told", s.heads(op.Connection, fence.Query{Chains: 9, Depth: 1})[0].NextAt, at(5))
	}
}

func triedTooLate(t *testing.T, s *stand) {
	waits, ended := s.accept(queued(uuid.New())), s.settle(s.accept(queued(uuid.New())), operation.Failed)
	begun := s.begin(s.backsOff(s.accept(queued(uuid.New())), operation.Retry), at(1))
	tried := s.backsOff(s.accept(queued(uuid.New())), operation.Retry)
	now := s.backsOff(tried, operation.Retry)
	for name, op := range map[string]operation.Operation{"queued": waits, "ended": ended, "begun": begun, "tried since": tried} {
		woken := s.wakes(func() { fails(t, name, s.TryAt(t.Context(), op, at(1)), fence.ErrOvertaken) })
		is(t, name+" wakes", len(woken), 0)
	}
	same(t, "queued", s.read(waits), waits)
	same(t, "begun", s.read(begun), begun)
	same(t, "tried since", s.read(tried), now)
}

func triedBehindHold(t *testing.T, s *stand) {
	first := s.accept(queued(uuid.New()))
	op := queued(first.Connection)
	op.OrderKey = first.OrderKey
	op = s.accept(op)
	s.heldBy(first, at(8))
	op = s.backsOff(s.read(op), operation.Retry)
	s.must(s.TryAt(t.Context(), op, at(2)))
	is(t, "asked for sooner", s.read(op).NextAt, at(8))
}

func askedToWait(t *testing.T, s *stand) {
	set := settlement(s.accept(queued(uuid.New())), operation.Retry)
	set.Operation.NextAt, set.Operation.RetryAfter = at(9), at(9)
	s.must(s.Settle(t.Context(), set))
	op := s.crashed().read(set.Operation)
	is(t, "asked", op.RetryAfter, at(9))
	set = settlement(op, operation.Retry)
	set.Operation.RetryAfter = time.Time{}
	s.must(s.Settle(t.Context(), set))
	is(t, "not asked again", s.read(op).RetryAfter, time.Time{})
}
