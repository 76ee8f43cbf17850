package storetest

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func left() []rule {
	return []rule{
		{"of a replica that died its sync operations alone are taken up", leftByAHandler},
		{"sync operations of who worked alone are taken up by themselves", leftByNobody},
		{"of a lane that was taken what its runners had begun is taken up", leftByALane},
		{"of either what had sent nothing is told from the rest", leftUnsent},
		{"the replicas are told that are at work on sync operations", handlersAreTold},
	}
}

// claimed is a claim of a connection's lane.
func claimed(conn uuid.UUID, epoch int64) fence.Claim {
	return fence.Claim{Lane: fence.Lane{Kind: fence.Connections, ID: conn}, Epoch: epoch}
}

func settlesNow(operation.Operation) time.Duration { return 0 }

// handledBy is a sync operation that a replica performs.
func (s *stand) handledBy(replica, conn uuid.UUID) operation.Operation {
	s.t.Helper()
	op := syncOf(conn)
	op.Handler = replica
	return s.accept(op)
}

func leftByAHandler(t *testing.T, s *stand) {
	dead, conn := uuid.New(), uuid.New()
	cut, other, nobodys := s.handledBy(dead, conn), s.handledBy(uuid.New(), conn), s.accept(syncOf(conn))
	lanes, ended := s.begin(s.accept(queued(conn)), at(1)), s.settle(s.handledBy(dead, conn), operation.Succeeded)
	of := operation.Left{Sync: true, Handler: dead}
	is(t, "taken up", got[int](s)(s.Interrupted(t.Context(), at(5), of, settlesNow)), 1)
	is(t, "taken up again", got[int](s)(s.Interrupted(t.Context(), at(6), of, settlesNow)), 0)
	is(t, "what it was at work on", s.read(cut).State, operation.Failed)
	for what, op := range map[string]operation.Operation{"another's": other, "nobody's": nobodys, "a lane's": lanes} {
		same(t, what, s.read(op), op)
	}
	is(t, "one that has ended", s.read(ended).State, operation.Succeeded)
}

func leftByNobody(t *testing.T, s *stand) {
	conn := uuid.New()
	nobodys, other := s.accept(syncOf(conn)), s.handledBy(uuid.New(), conn)
	lanes := s.begin(s.accept(queued(conn)), at(1))
	of := operation.Left{Sync: true}
	is(t, "of which nothing was sent", got[int](s)(s.Unsent(t.Context(), at(5), of, func(operation.Operation) bool { return false })), 0)
	is(t, "taken up", got[int](s)(s.Interrupted(t.Context(), at(5), of, settlesNow)), 1)
	is(t, "what it was at work on", s.read(nobodys).State, operation.Failed)
	for what, op := range map[string]operation.Operation{"another's": other, "a lane's": lanes} {
		same(t, what, s.read(op), op)
	}
}

func leftByALane(t *testing.T, s *stand) {
	conn := uuid.New()
	begun, waits := s.begin(s.accept(queued(conn)), at(1)), s.accept(queued(conn))
	elsewhere, handled := s.begin(s.accept(queued(uuid.New())), at(1)), s.handledBy(uuid.New(), conn)
	of := operation.Left{Claim: claimed(conn, 2)}
	is(t, "taken up", got[int](s)(s.Interrupted(t.Context(), at(5), of, settlesNow)), 1)
	op := s.read(begun)
	is(t, "what was begun", op.State, operation.Unknown)
	is(t, "which is cut", op.CutAt, at(5))
	again := s.begin(s.settle(waits, operation.Retry), at(6))
	_, err := s.Interrupted(t.Context(), at(7), operation.Left{Claim: claimed(conn, 1)}, settlesNow)
	fails(t, "by who was overtaken", err, fence.ErrOvertaken)
	for what, op := range map[string]operation.Operation{"what was begun since": again, "another lane's": elsewhere, "a sync one": handled} {
		same(t, what, s.read(op), op)
	}
}

func leftUnsent(t *testing.T, s *stand) {
	dead, conn := uuid.New(), uuid.New()
	handled, begun := s.handledBy(dead, conn), s.begin(s.accept(queued(conn)), at(1))
	sent := s.begin(s.accept(queued(conn)), at(1))
	s.must(s.MarkStep(t.Context(), sent.ID, tsp.Step{Key: "a"}))
	marked := func(operation.Operation) bool { return true }
	is(t, "of another", got[int](s)(s.Unsent(t.Context(), at(5), operation.Left{Sync: true, Handler: uuid.New()}, marked)), 0)
	is(t, "of the replica", got[int](s)(s.Unsent(t.Context(), at(5), operation.Left{Sync: true, Handler: dead}, marked)), 1)
	is(t, "the sync one", s.read(handled).State, operation.Failed)
	is(t, "the lane's meanwhile", s.read(begun).State, operation.Sending)
	is(t, "of the lane", got[int](s)(s.Unsent(t.Context(), at(5), operation.Left{Claim: claimed(conn, 2)}, marked)), 1)
	is(t, "the lane's", s.read(begun).State, operation.Retry)
	is(t, "what was sent", s.read(sent).State, operation.Sending)
}

func handlersAreTold(t *testing.T, s *stand) {
	one, other, conn := uuid.UUID{1}, uuid.UUID{2}, uuid.New()
	s.handledBy(one, conn)
	s.handledBy(one, conn)
	last := s.handledBy(other, conn)
	s.settle(s.handledBy(uuid.UUID{3}, conn), operation.Succeeded)
	nobodys := s.accept(syncOf(conn))
	same(t, "at work", got[[]uuid.UUID](s)(s.Handlers(t.Context())), []uuid.UUID{uuid.Nil, one, other})
	s.settle(last, operation.Failed)
	s.settle(nobodys, operation.Failed)
	same(t, "when some have ended", got[[]uuid.UUID](s)(s.Handlers(t.Context())), []uuid.UUID{one})
}
