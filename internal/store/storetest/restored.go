package storetest

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func restored() []rule {
	return []rule{
		{"what waited in a store that was put back is settled as its room decides, and is so after a crash", waitingIsSettled},
		{"however many wait, in however many chains, all are settled, and none that has ended", allAreSettled},
		{"what was settled once is not settled again", settledOnce},
		{"an update that is ended so is told to whoever hears of failures", endIsTold},
		{"an update that is ended so holds its record until what may have been sent of it has settled", endHolds},
		{"a store that nobody put back stands for its last beat", standsForItsBeat},
	}
}

// settles is for how long each operation holds its chain.
func settles(operation.Operation) time.Duration { return time.Minute }

func waitingIsSettled(t *testing.T, s *stand) {
	create := s.settle(s.accept(queued(uuid.New())), operation.Retry)
	update := queued(uuid.New())
	update.Verb = resource.Update
	update = s.accept(update)
	direct := s.accept(syncOf(uuid.New()))
	is(t, "settled", got[int](s)(s.Restored(t.Context(), noon(), at(9), settles)), 3)
	s = s.crashed()
	for _, op := range []operation.Operation{create, update, direct} {
		want, _, err := op.Restored(noon(), at(9))
		s.must(err)
		read := s.read(op)
		is(t, "entries", len(read.Attempts), len(op.Attempts)+1)
		want.Operation.Attempts[len(op.Attempts)].ID = read.Attempts[len(op.Attempts)].ID
		same(t, "read", read, want.Operation)
		lost := slices.Contains(got[[]tsp.Step](s)(s.Steps(t.Context(), op.ID)), tsp.Step{Key: tsp.EveryStep})
		is(t, "any of its steps may have been begun", lost, op.ID == create.ID)
	}
}

func allAreSettled(t *testing.T, s *stand) {
	const many = 2500
	conn, chain := uuid.New(), "message.create/one"
	ended := s.settle(s.accept(queued(conn)), operation.Succeeded)
	var all sync.WaitGroup
	for i := range many {
		op := queued(conn)
		if i%2 == 0 {
			op.OrderKey = chain
		}
		if i%100 == 0 {
			op.Connection = uuid.New()
		}
		all.Go(func() {
			if _, err := s.Accept(t.Context(), op, nil); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	is(t, "settled", got[int](s)(s.Restored(t.Context(), noon(), at(9), settles)), many)
	same(t, "ended before", s.read(ended), ended)
	connections := got[[]uuid.UUID](s)(s.WaitingConnections(t.Context()))
	for _, id := range connections {
		q := fence.Query{Lane: fence.Lane{Kind: fence.Connections, ID: id}, Chains: many, Depth: many}
		for _, op := range got[[]operation.Operation](s)(s.Heads(t.Context(), q)) {
			is(t, "state", op.State, operation.Unknown)
		}
	}
}

func settledOnce(t *testing.T, s *stand) {
	op := s.accept(queued(uuid.New()))
	is(t, "settled", got[int](s)(s.Restored(t.Context(), noon(), at(9), settles)), 1)
	before := s.read(op)
	is(t, "settled again", got[int](s)(s.Restored(t.Context(), noon(), at(10), settles)), 0)
	same(t, "read", s.read(op), before)
	is(t, "interrupted", before.State == operation.Unknown && strings.Contains(before.Attempts[0].Details, "restored"), true)
}

func endIsTold(t *testing.T, s *stand) {
	partner, fleet := s.partner(), s.fleet()
	s.grant(granted(partner, fleet))
	sub := s.subscribe(subscribed(partner, event.OperationFailed))
	op := queued(uuid.New())
	op.Partner, op.Fleet, op.FleetRef, op.Verb, op.Kind = partner, fleet, fleet.String(), resource.Update, resource.KindVehicle
	s.accept(op)
	is(t, "settled", got[int](s)(s.Restored(t.Context(), noon(), at(9), settles)), 1)
	waiting := s.waiting(sub)
	is(t, "told", len(waiting), 1)
	is(t, "of it", waiting[0].Event.Subject, op.ID)
}

func endHolds(t *testing.T, s *stand) {
	op := queued(uuid.New())
	op.Verb, op.OrderKey = resource.Update, "vehicle.update/1"
	s.accept(op)
	is(t, "settled", got[int](s)(s.Restored(t.Context(), noon(), at(9), settles)), 1)
	next := queued(op.Connection)
	next.OrderKey = op.OrderKey
	is(t, "the next one waits until", s.accept(next).NextAt, at(10))
}

func standsForItsBeat(t *testing.T, s *stand) {
	standing := func(s *stand) (time.Time, bool) {
		st, err := s.Standing(t.Context())
		s.must(err)
		return st.At, st.Restored
	}
	when, put := standing(s)
	is(t, "at first", when.IsZero() && !put, true)
	s.must(s.Beat(t.Context()))
	// A shorter step of the machine's clock is not taken over at once by every database.
	s.later(2 * time.Hour)
	s.must(s.Beat(t.Context()))
	when, put = standing(s.crashed())
	is(t, "after a beat, and one with nothing written", when.Equal(noon()) && !put, true)
	s.flush()
	s.must(s.Beat(t.Context()))
	when, put = standing(s.crashed())
	is(t, "after something was written", when.Equal(at(120)) && !put, true)
}
