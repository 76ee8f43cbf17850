package storetest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// begin marks an operation as being sent.
func (s *stand) begin(op operation.Operation, at time.Time) operation.Operation {
	s.t.Helper()
	s.must(s.MarkSending(s.t.Context(), fence.Claim{}, op, at))
	return s.read(op)
}

// settlement is the end of an attempt at an operation.
func settlement(op operation.Operation, to operation.State) operation.Settlement {
	set := operation.Settlement{Operation: op, From: op.Tries}
	set.Operation.State, set.Operation.Tries, set.Operation.UpdatedAt = to, op.Tries+1, op.UpdatedAt.Add(time.Second)
	set.Attempts = []operation.Attempt{{ID: uuid.New(), N: op.Tries + 1, Class: tsp.Unavailable, Status: 503, Own: 3, Reach: tsp.ReachSent,
		Headers: map[string]string{"Retry-After": "1"}, Details: "away", StartedAt: at(1), EndedAt: at(2)}}
	return set
}

// settle ends an attempt at an operation.
func (s *stand) settle(op operation.Operation, to operation.State) operation.Operation {
	s.t.Helper()
	s.must(s.Settle(s.t.Context(), settlement(op, to)))
	return s.read(op)
}

func queue() []rule {
	return []rule{
		{"the live operations of a connection wait", liveWait},
		{"the connections with live operations are told, each once", connectionsWait},
		{"a call that begins is on disk, and the oldest one whose outcome is open is remembered", callBegins},
		{"what has ended or was begun or tried since cannot be sent", lateCannotSend},
		{"a sync operation is its handler's until its outcome is unknown", syncIsHandled},
		{"what was being sent at a crash is unknown, as its log says, and nothing else is touched", interruptedAtACrash},
		{"of what was being sent at a crash, that is tried again of which no call was begun that is not done", unsentAtACrash},
	}
}

func liveWait(t *testing.T, s *stand) {
	conn := uuid.New()
	var want []uuid.UUID
	for _, state := range []operation.State{operation.Queued, operation.Succeeded, operation.Retry,
		operation.Unknown, operation.Failed} {
		op := s.accept(queued(conn))
		if state != operation.Queued {
			op = s.settle(op, state)
		}
		if !state.Ended() {
			want = append(want, op.ID)
		}
	}
	s.accept(queued(uuid.New()))
	same(t, "waiting", idsOf(s.heads(conn, fence.Query{Chains: 9, Depth: 9})), want)
}

func connectionsWait(t *testing.T, s *stand) {
	one, two := s.accept(queued(uuid.New())), s.accept(queued(uuid.New()))
	s.accept(queued(one.Connection))
	s.settle(s.accept(queued(uuid.New())), operation.Failed)
	want := []uuid.UUID{one.Connection, two.Connection}
	sortIDs(want)
	told := got[[]uuid.UUID](s)(s.WaitingConnections(t.Context()))
	sortIDs(told)
	same(t, "told", told, want)
}

func callBegins(t *testing.T, s *stand) {
	op := s.begin(s.accept(queued(uuid.New())), at(1))
	op = s.crashed().read(op)
	is(t, "state", op.State, operation.Sending)
	is(t, "sent at", op.SentAt, at(1))
	is(t, "updated at", op.UpdatedAt, at(1))
	is(t, "sent at, if it could not be settled and is sent again", s.begin(op, at(2)).SentAt, at(1))
	op = s.begin(s.settle(op, operation.Unknown), at(3))
	is(t, "sent at, if its outcome is unknown", op.SentAt, at(1))
	is(t, "sent at, if the outcome was known", s.begin(s.settle(op, operation.Retry), at(4)).SentAt, at(4))
}

func lateCannotSend(t *testing.T, s *stand) {
	read := s.settle(s.accept(queued(uuid.New())), operation.Retry)
	s.settle(read, operation.Retry)
	fails(t, "tried since", s.MarkSending(t.Context(), fence.Claim{}, read, at(1)), fence.ErrOvertaken)
	begun := s.accept(queued(uuid.New()))
	s.beside().begin(begun, at(1))
	fails(t, "begun by another process", s.MarkSending(t.Context(), fence.Claim{}, begun, at(2)), fence.ErrOvertaken)
	ended := s.settle(s.read(read), operation.Failed)
	fails(t, "ended", s.MarkSending(t.Context(), fence.Claim{}, ended, at(1)), fence.ErrOvertaken)
	fails(t, "never accepted", s.MarkSending(t.Context(), fence.Claim{}, queued(uuid.New()), at(1)), fence.ErrOvertaken)
}

func syncIsHandled(t *testing.T, s *stand) {
	op := s.accept(syncOf(uuid.New()))
	fails(t, "while it is sent", s.MarkSending(t.Context(), fence.Claim{}, op, at(1)), fence.ErrOvertaken)
	s.begin(s.settle(op, operation.Unknown), at(2))
}

func interruptedAtACrash(t *testing.T, s *stand) {
	conn := uuid.New()
	tried := s.settle(s.accept(queued(conn)), operation.Retry)
	sending, handled := s.begin(tried, at(3)), s.accept(syncOf(conn))
	waits, ended := s.accept(queued(conn)), s.settle(s.accept(queued(conn)), operation.Succeeded)
	s = s.crashed()
	settles := func(operation.Operation) time.Duration { return time.Minute }
	is(t, "interrupted", got[int](s)(s.Interrupted(t.Context(), at(5), operation.Left{}, settles)), 2)
	is(t, "interrupted again", got[int](s)(s.Interrupted(t.Context(), at(6), operation.Left{}, settles)), 0)
	op := s.read(sending)
	want := sending
	want.State, want.Tries, want.NextAt, want.UpdatedAt, want.CutAt = operation.Unknown, 2, at(5), at(5), at(5)
	last := op.Attempts[len(op.Attempts)-1]
	want.Attempts = append(want.Attempts, operation.Attempt{ID: last.ID, N: 2, Class: tsp.Unknown,
		Details: last.Details, Own: len(last.Details), StartedAt: at(3), EndedAt: at(5)})
	is(t, "the entry says why", strings.Contains(last.Details, "stopped before the answer came"), true)
	same(t, "read", op, want)
	over := s.read(handled)
	is(t, "the sync one", over.State, operation.Failed)
	is(t, "the sync one is cut", over.CutAt, at(5))
	is(t, "its entry", strings.HasPrefix(over.Attempts[0].Details, operation.OutcomeUnknown), true)
	is(t, "the one that waits", s.read(waits).State, operation.Queued)
	is(t, "the ended one", s.read(ended).State, operation.Succeeded)
}

func idsOf(ops []operation.Operation) []uuid.UUID {
	var ids []uuid.UUID
	for _, op := range ops {
		ids = append(ids, op.ID)
	}
	return ids
}

func sortIDs(ids []uuid.UUID) {
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
}
