package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/job"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// picked are what a job matches, page by page.
func (s *stand) picked(j job.Job, most int) (all []job.Pick) {
	s.t.Helper()
	for {
		found := got[page.Found[job.Pick]](s)(s.Picked(s.t.Context(), j, most))
		all = append(all, found.Entries...)
		if len(found.Entries) < most {
			return all
		}
		last := all[len(all)-1]
		j.Place = page.Position{At: last.CreatedAt, Seq: last.Seq}
	}
}

func picksOf(all []job.Pick) (ids []uuid.UUID) {
	for _, p := range all {
		ids = append(ids, p.ID)
	}
	return ids
}

func cancelIsAboutWhatWaited(t *testing.T, s *stand) {
	conn := uuid.New()
	first := s.accept(queued(conn))
	second := s.accept(awaiting(conn, first))
	tried := s.settle(s.accept(queued(conn)), operation.Retry)
	sent := s.begin(s.accept(queued(conn)), at(1))
	s.settle(s.accept(queued(conn)), operation.Failed)
	s.accept(queued(uuid.New()))
	foreign := queued(conn)
	foreign.Partner = uuid.New()
	s.accept(foreign)
	j := making(job.Cancel, 2)
	j.Filter.Connection = conn
	j = s.make(j)
	s.accept(queued(conn))
	is(t, "matched", j.Matched, 4)
	picks := s.picked(j, 2)
	same(t, "picked", picksOf(picks), []uuid.UUID{sent.ID, tried.ID, second.ID, first.ID})
	is(t, "its state", picks[0].State, operation.Sending)
	same(t, "what it names", [][]uuid.UUID{picks[2].Awaits, picks[3].Awaits}, [][]uuid.UUID{{first.ID}, nil})
	s.must(s.AskCancel(t.Context(), second))
	late := s.begin(first, at(2))
	last := j
	last.Walked = true
	woken := s.wakes(func() { s.must(s.CancelStep(t.Context(), last, picks, job.Refusal{Reason: "late"})) })
	same(t, "woken", woken, []fence.Lane{{Kind: fence.Connections, ID: conn}})
	s = s.crashed()
	is(t, "asked for", s.read(tried).AskedJob(), j.Seq)
	is(t, "asked before", s.read(second).AskedJob(), 0)
	is(t, "begun since", s.read(late).IsAsked(), false)
	is(t, "asked", s.job(j).Asked, 1)
	others := s.job(j).Refusals
	is(t, "reasons", len(others), 1)
	is(t, "the others", others[0].Count, 3)
	is(t, "one of them", slices.Contains([]uuid.UUID{sent.ID, second.ID, late.ID}, others[0].Example), true)
	is(t, "undecided", got[bool](s)(s.Undecided(t.Context(), j)), true)
	s.must(s.AskCancel(t.Context(), tried))
	is(t, "asked by its caller as well", s.read(tried).AskedJob(), j.Seq)
	read := s.read(tried)
	// Whoever was not answered says it once more.
	for range 2 {
		s.must(s.KeepOn(t.Context(), fence.Claim{}, read, time.Time{}, at(3)))
	}
	is(t, "decided", got[bool](s)(s.Undecided(t.Context(), j)), false)
	s = s.crashed()
	is(t, "done", s.job(j).Done, 0)
	is(t, "asked yet", s.job(j).Asked, 0)
	kept := s.job(j).Refusals[1]
	same(t, "kept on", []any{kept.Reason, kept.Count, kept.Example}, []any{"under_way", 1, tried.ID})
	fails(t, "a step of before", s.StepJob(t.Context(), last, 0), fence.ErrOvertaken)
}

// cancelled is the end of an operation that was asked to be cancelled.
func cancelled(op operation.Operation) operation.Settlement {
	end := settlement(op, operation.Failed)
	end.Unsent, end.Operation.Reason = op.State, operation.Cancelled
	return end
}

func cancelledIsCounted(t *testing.T, s *stand) {
	conn := uuid.New()
	var all []operation.Operation
	for range 5 {
		all = append(all, s.accept(queued(conn)))
	}
	j := s.make(making(job.Cancel, 1))
	s.must(s.AskCancel(t.Context(), all[4]))
	s.must(s.CancelStep(t.Context(), j, s.picked(j, 9), job.Refusal{Reason: "late"}))
	for i, op := range all {
		all[i] = s.read(op)
	}
	s.must(s.Settle(t.Context(), cancelled(all[0])))
	s.must(s.EndUnsent(t.Context(), fence.Claim{}, []operation.Settlement{cancelled(all[1]), cancelled(all[2]), cancelled(all[4])}))
	expired := cancelled(all[3])
	expired.Operation.Reason = operation.Expired
	s.must(s.Settle(t.Context(), expired))
	is(t, "asked", s.job(j).Asked, 4)
	is(t, "done", s.crashed().job(j).Done, 3)
}

func endsOfManyUnsent(t *testing.T, s *stand) {
	conn := uuid.New()
	first, begun, last := s.accept(queued(conn)), s.accept(queued(conn)), s.accept(queued(conn))
	ends := []operation.Settlement{cancelled(first), cancelled(begun), cancelled(last)}
	s.begin(begun, at(1))
	woken := s.wakes(func() { s.must(s.EndUnsent(t.Context(), fence.Claim{}, ends)) })
	same(t, "woken", woken, []fence.Lane{{Kind: fence.Connections, ID: conn}})
	same(t, "told", s.ends, []uuid.UUID{first.ID, last.ID})
	s = s.crashed()
	is(t, "first", s.read(first).Reason, operation.Cancelled)
	is(t, "its log", len(s.read(first).Attempts), 1)
	is(t, "begun", s.read(begun).State, operation.Sending)
	is(t, "its log", len(s.read(begun).Attempts), 0)
	is(t, "last", s.read(last).State, operation.Failed)
	lane := fence.Lane{Kind: fence.Connections, ID: conn}
	s.must(s.MarkSending(t.Context(), fence.Claim{Lane: lane, Epoch: 2}, s.accept(queued(conn)), at(2)))
	other := s.accept(queued(conn))
	fails(t, "by a former claim", s.EndUnsent(t.Context(), fence.Claim{Lane: lane, Epoch: 1},
		[]operation.Settlement{cancelled(other)}), fence.ErrOvertaken)
	is(t, "the other", s.read(other).State, operation.Queued)
}

func retryIsAboutWhatHadFailed(t *testing.T, s *stand) {
	first, second := s.accept(queued(uuid.New())), s.accept(queued(uuid.New()))
	waits, done := s.accept(queued(uuid.New())), s.accept(queued(uuid.New()))
	s.settle(second, operation.Failed)
	s.settle(first, operation.Failed)
	s.settle(done, operation.Succeeded)
	for _, why := range []operation.Reason{operation.Cancelled, operation.Expired} {
		unwanted := settlement(s.accept(queued(first.Connection)), operation.Failed)
		unwanted.Operation.Reason = why
		s.must(s.Settle(t.Context(), unwanted))
	}
	j := s.make(making(job.Retry, 1))
	late := settlement(waits, operation.Failed)
	late.Operation.UpdatedAt = at(2)
	s.must(s.Settle(t.Context(), late))
	s.settle(s.accept(queued(uuid.New())), operation.Failed)
	is(t, "matched", j.Matched, 2)
	same(t, "picked", picksOf(s.crashed().picked(j, 1)), []uuid.UUID{first.ID, second.ID})
	narrow := j
	narrow.Filter.Connection = second.Connection
	same(t, "of a connection", picksOf(s.picked(narrow, 9)), []uuid.UUID{second.ID})
	narrow.Partner = uuid.New()
	same(t, "of another partner", picksOf(s.picked(narrow, 9)), []uuid.UUID(nil))
}

func replayIsAboutWhatHadDied(t *testing.T, s *stand) {
	const n, later = 300, 20
	sub, all := s.mourning(n)
	j := making(job.Replay, 2*n-later-1)
	j.Filter = job.Filter{Webhook: sub.ID, Start: at(10)}
	j = s.make(j)
	is(t, "matched", j.Matched, n-10-later)
	first := got[job.Job](s)(s.ReviveStep(t.Context(), j, at(2*n)))
	is(t, "first", first.Done, 250)
	is(t, "walked", first.Walked, false)
	_, err := s.ReviveStep(t.Context(), j, at(2*n))
	fails(t, "once more", err, fence.ErrOvertaken)
	s = s.crashed()
	var last job.Job
	woken := s.wakes(func() { last = got[job.Job](s)(s.ReviveStep(t.Context(), s.job(j), at(2*n))) })
	same(t, "woken", woken, []fence.Lane{s.laneOf(sub)})
	is(t, "then", last.Done, j.Matched)
	is(t, "walked", s.job(j).Walked, true)
	same(t, "stored", s.job(j).Done, j.Matched)
	is(t, "left", len(s.dead(webhook.DeadLetterQuery{Subscription: sub.ID})), 10+later)
	is(t, "in all", len(all), n)
}
