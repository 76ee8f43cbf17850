package storetest

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
)

func stops() []rule {
	return []rule{
		{"what must not be sent any more is told of the connections that hold it, from its moment on", stopsAreTold},
		{"an operation that ends unsent is in the state in which it was read, and its end wakes the lane", endsUnsent},
		{"a failed operation is retried by one other", retriedOnce},
		{"whoever begins or settles an operation answers who has asked to cancel it", beginAnswersAsk},
	}
}

// expiring is an operation that waits for a connection and expires.
func expiring(conn uuid.UUID, at time.Time) operation.Operation {
	op := queued(conn)
	op.ExpiresAt, op.StopAt = at, at
	return op
}

func stopsAreTold(t *testing.T, s *stand) {
	soon, late, never := expiring(uuid.New(), at(5)), expiring(uuid.New(), at(9)), queued(uuid.New())
	soon, late = s.accept(soon), s.accept(late)
	s.accept(never)
	tried := s.settle(s.accept(expiring(late.Connection, at(6))), operation.Retry)
	s.settle(s.accept(expiring(soon.Connection, at(5))), operation.Unknown)
	s.settle(s.accept(expiring(soon.Connection, at(5))), operation.Failed)
	s.begin(s.accept(expiring(soon.Connection, at(5))), at(1))
	s = s.crashed()
	for _, c := range []struct {
		at          time.Time
		connections []uuid.UUID
		soon, late  []uuid.UUID
	}{
		{at(4), nil, nil, nil},
		{at(5), []uuid.UUID{soon.Connection}, []uuid.UUID{soon.ID}, nil},
		{at(9), []uuid.UUID{soon.Connection, late.Connection}, []uuid.UUID{soon.ID}, []uuid.UUID{tried.ID, late.ID}},
	} {
		told := got[[]uuid.UUID](s)(s.Stopping(t.Context(), c.at))
		sortIDs(told)
		sortIDs(c.connections)
		same(t, "connections", told, c.connections)
		same(t, "the first", idsOf(got[[]operation.Operation](s)(s.Stops(t.Context(), soon.Connection, c.at))), c.soon)
		same(t, "the second", idsOf(got[[]operation.Operation](s)(s.Stops(t.Context(), late.Connection, c.at))), c.late)
	}
	is(t, "expires at", s.read(soon).ExpiresAt, at(5))
}

func endsUnsent(t *testing.T, s *stand) {
	op := s.accept(expiring(uuid.New(), at(5)))
	end := settlement(op, operation.Failed)
	end.Unsent, end.Operation.Reason = op.State, operation.Expired
	begun := s.accept(expiring(op.Connection, at(5)))
	late := settlement(begun, operation.Failed)
	late.Unsent = begun.State
	s.begin(begun, at(1))
	fails(t, "begun since", s.Settle(t.Context(), late), fence.ErrOvertaken)
	is(t, "its state", s.read(begun).State, operation.Sending)
	woken := s.wakes(func() { s.must(s.Settle(t.Context(), end)) })
	same(t, "woken", woken, []fence.Lane{{Kind: fence.Connections, ID: op.Connection}})
	ended := s.crashed().read(op)
	is(t, "state", ended.State, operation.Failed)
	is(t, "reason", ended.Reason, operation.Expired)
	fails(t, "sent after its end", s.MarkSending(t.Context(), fence.Claim{}, op, at(2)), fence.ErrOvertaken)
}

func retriedOnce(t *testing.T, s *stand) {
	failed := s.settle(s.accept(queued(uuid.New())), operation.Failed)
	retry := func(of operation.Operation) (operation.Operation, error) {
		op := queued(of.Connection)
		op.Partner, op.RetryOf = of.Partner, of.ID
		return s.Accept(t.Context(), op, nil)
	}
	first := got[operation.Operation](s)(retry(failed))
	is(t, "it retries", s.crashed().read(first).RetryOf, failed.ID)
	is(t, "retried by", s.read(failed).RetriedBy, first.ID)
	_, err := retry(failed)
	fails(t, "once more", err, operation.ErrRetried)
	_, err = retry(first)
	fails(t, "one that waits", err, operation.ErrRetried)
	unknown := settlement(s.accept(queued(uuid.New())), operation.Failed)
	unknown.Operation.CutAt = at(3)
	s.must(s.Settle(t.Context(), unknown))
	_, err = retry(unknown.Operation)
	fails(t, "one whose outcome is unknown", err, operation.ErrRetried)
	foreign := s.settle(s.accept(queued(uuid.New())), operation.Failed)
	foreign.Partner = uuid.New()
	_, err = retry(foreign)
	fails(t, "another partner's", err, operation.ErrRetried)
}

func beginAnswersAsk(t *testing.T, s *stand) {
	ask := func() operation.Operation {
		op := expiring(uuid.New(), at(5))
		op.StopAt = operation.Asked()
		return s.accept(op)
	}
	is(t, "asked", s.read(ask()).IsAsked(), true)
	is(t, "begun", s.begin(ask(), at(1)).StopAt, at(5))
	is(t, "tried", s.settle(ask(), operation.Retry).StopAt, at(5))
	op := ask()
	s.must(s.KeepOn(t.Context(), fence.Claim{}, op, time.Time{}, at(2)))
	kept := s.read(op)
	is(t, "kept on", kept.StopAt, at(5))
	is(t, "and not sent", kept.State, operation.Queued)
	op = s.accept(queued(uuid.New()))
	asked := s.wakes(func() { s.must(s.AskCancel(t.Context(), op)) })
	same(t, "woken", asked, []fence.Lane{{Kind: fence.Connections, ID: op.Connection}})
	is(t, "asked for", s.crashed().read(op).IsAsked(), true)
	s.must(s.AskCancel(t.Context(), op))
	fails(t, "asked once it is under way", s.AskCancel(t.Context(), s.begin(op, at(1))), fence.ErrOvertaken)
	op = ask()
	s.must(s.KeepOn(t.Context(), fence.Claim{}, op, at(1), at(2)))
	kept = s.read(op)
	is(t, "under way", kept.State, operation.Sending)
	is(t, "sent at", kept.SentAt, at(1))
	fails(t, "moved on since", s.KeepOn(t.Context(), fence.Claim{}, op, at(1), at(2)), fence.ErrOvertaken)
}
