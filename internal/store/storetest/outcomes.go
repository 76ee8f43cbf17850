package storetest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func outcomes() []rule {
	return []rule{
		{"a hold of a chain delays the next of its operations and those that are accepted later", holdDelays},
		{"a sync operation gives way to a hold of its chain until that is over", syncGivesWayToAHold},
		{"a sync operation that a crash cut off holds its chain", crashHolds},
		{"a key of what certainly had no effect is free", keyIsFreed},
		{"a key of what was refused, or may have had an effect, is not", keyIsKept},
		{"the rivals of a look-up are what took effect since, or may have, of the kinds that it must tell apart", rivalsAreTold},
		{"and those over every connection to the same account", rivalsOfAnAccount},
	}
}

// heldBy settles an operation as failed with a hold on its chain.
func (s *stand) heldBy(op operation.Operation, until time.Time) {
	s.t.Helper()
	set := settlement(op, operation.Failed)
	set.Operation.CutAt = at(1)
	set.Hold = &operation.Hold{Connection: op.Connection, Chain: op.OrderKey, Until: until}
	s.must(s.Settle(s.t.Context(), set))
}

func holdDelays(t *testing.T, s *stand) {
	first := s.accept(queued(uuid.New()))
	behind := func() operation.Operation {
		op := queued(first.Connection)
		op.OrderKey = first.OrderKey
		return s.accept(op)
	}
	next, last := behind(), behind()
	s.heldBy(first, at(9))
	s = s.crashed()
	is(t, "the next one", s.read(next).NextAt, at(9))
	is(t, "the one behind it", s.read(last).NextAt, last.NextAt)
	is(t, "what is accepted later", behind().NextAt, at(9))
	is(t, "in another chain", s.accept(queued(first.Connection)).NextAt, first.NextAt)
	elsewhere := queued(uuid.New())
	elsewhere.OrderKey = first.OrderKey
	is(t, "at another connection", s.accept(elsewhere).NextAt, first.NextAt)
	same(t, "what the lane is told", s.heads(first.Connection, fence.Query{Chains: 9, Depth: 1})[0].NextAt, at(9))
	shorter := settlement(s.read(next), operation.Failed)
	shorter.Hold = &operation.Hold{Connection: first.Connection, Chain: first.OrderKey, Until: at(5)}
	s.must(s.Settle(t.Context(), shorter))
	is(t, "a shorter hold ends no longer one", behind().NextAt, at(9))
}

func syncGivesWayToAHold(t *testing.T, s *stand) {
	first := s.accept(queued(uuid.New()))
	s.heldBy(first, at(9))
	now := syncOf(first.Connection)
	now.OrderKey = first.OrderKey
	var busy *operation.Busy
	if _, err := s.Accept(t.Context(), now, nil); !errors.As(err, &busy) || !busy.Until.Equal(at(9)) {
		t.Fatalf("before the hold is over: %v", err)
	}
	if err := s.Free(t.Context(), now); !errors.As(err, &busy) || !busy.Until.Equal(at(9)) {
		t.Fatalf("asked before the hold is over: %v", err)
	}
	now.NextAt, now.CreatedAt = at(9), at(9)
	s.must(s.Free(t.Context(), now))
	s.accept(now)
}

func crashHolds(t *testing.T, s *stand) {
	cut := syncOf(uuid.New())
	cut.OrderKey = "vehicle.update/" + uuid.NewString()
	cut = s.accept(cut)
	s = s.crashed()
	got[int](s)(s.Interrupted(t.Context(), at(5), operation.Left{}, func(op operation.Operation) time.Duration {
		is(t, "asked for", op.TSP, cut.TSP)
		return time.Minute
	}))
	next := queued(cut.Connection)
	next.OrderKey = cut.OrderKey
	is(t, "held until", s.accept(next).NextAt, at(6))
}

// endsWith settles an operation as failed by an attempt of a class.
func (s *stand) endsWith(op operation.Operation, class tsp.Class, cut time.Time) {
	s.t.Helper()
	set := settlement(op, operation.Failed)
	set.Attempts[0].Class, set.Operation.CutAt = class, cut
	s.must(s.Settle(s.t.Context(), set))
}

// partDone is an operation with a key that ended by attempts of some classes.
func (s *stand) partDone(key string, classes ...tsp.Class) operation.Operation {
	s.t.Helper()
	op := keyed()
	op.Key.Value = key
	op = s.accept(op)
	set := settlement(op, operation.Failed)
	set.Attempts = nil
	for i, class := range classes {
		set.Attempts = append(set.Attempts, operation.Attempt{ID: uuid.New(), N: i + 1, Class: class, StartedAt: at(1), EndedAt: at(2)})
	}
	s.must(s.Settle(s.t.Context(), set))
	return op
}

func keyIsFreed(t *testing.T, s *stand) {
	for _, class := range []tsp.Class{tsp.Unavailable, tsp.Throttled, tsp.Unauthorized} {
		op := keyed()
		s.endsWith(s.accept(op), class, time.Time{})
		if _, err := s.Keyed(t.Context(), op.Partner, *op.Key); !errors.Is(err, operation.ErrNotFound) {
			t.Errorf("%s: it stands for something: %v", class, err)
		}
	}
	again := keyed()
	again.ID = s.accept(again).ID
	is(t, "stands for", got[operation.Operation](s)(s.Keyed(t.Context(), again.Partner, *again.Key)).ID, again.ID)
}

func keyIsKept(t *testing.T, s *stand) {
	op := s.accept(keyed())
	_, err := s.Accept(t.Context(), keyed(), nil)
	fails(t, "unfinished", err, operation.ErrKeyTaken)
	s.endsWith(op, tsp.Rejected, time.Time{})
	_, err = s.Accept(t.Context(), keyed(), nil)
	fails(t, "refused", err, operation.ErrKeyTaken)
	s.must(s.MarkStep(t.Context(), s.partDone("a step", tsp.Unavailable).ID, tsp.Step{Key: "record", Done: true}))
	s.partDone("an entry", tsp.Done, tsp.Unavailable)
	for _, value := range []string{"a step", "an entry"} {
		half := keyed()
		half.Key.Value = value
		if _, err := s.Keyed(t.Context(), half.Partner, *half.Key); err != nil {
			t.Errorf("a part is done by %s: %v", value, err)
		}
		_, err = s.Accept(t.Context(), half, nil)
		fails(t, "a part is done by "+value, err, operation.ErrKeyTaken)
	}
	open := keyed()
	open.Key.Value = "open"
	s.endsWith(s.accept(open), tsp.Unavailable, at(1))
	_, err = s.Keyed(t.Context(), open.Partner, *open.Key)
	s.must(err)
}

func rivalsAreTold(t *testing.T, s *stand) {
	conn := uuid.New()
	message := func(kind resource.Kind) operation.Operation {
		op := queued(conn)
		op.Kind, op.Verb = kind, resource.Create
		return s.accept(op)
	}
	ended := func(op operation.Operation, state operation.State, minute int, cut time.Time) uuid.UUID {
		set := settlement(op, state)
		set.Operation.UpdatedAt, set.Operation.CutAt = at(minute), cut
		s.must(s.Settle(t.Context(), set))
		return op.ID
	}
	want := []uuid.UUID{
		ended(message(resource.KindMessage), operation.Succeeded, 5, time.Time{}),
		ended(message(resource.KindGroupMessage), operation.Succeeded, 6, time.Time{}),
		ended(message(resource.KindMessage), operation.Failed, 5, at(4)),
		ended(message(resource.KindDvirLog), operation.Succeeded, 5, time.Time{}),
		ended(message(resource.KindMessage), operation.Unknown, 1, at(1)),
		s.begin(message(resource.KindMessage), at(2)).ID,
	}
	ended(message(resource.KindMessage), operation.Succeeded, 4, time.Time{})
	ended(message(resource.KindMessage), operation.Failed, 7, time.Time{})
	ended(message(resource.KindVehicle), operation.Succeeded, 7, time.Time{})
	message(resource.KindMessage)
	sortIDs(want)
	told := idsOf(got[[]operation.Operation](s)(s.Rivals(t.Context(), conn, at(5))))
	sortIDs(told)
	same(t, "told", told, want)
	is(t, "at another connection", len(got[[]operation.Operation](s)(s.Rivals(t.Context(), uuid.New(), at(1)))), 0)
}

func rivalsOfAnAccount(t *testing.T, s *stand) {
	one, other, another := connected(s.fleet()), connected(s.fleet()), connected(s.fleet())
	another.Account = "another"
	var want uuid.UUID
	for _, c := range []connection.Connection{one, other, another} {
		s.connect(c)
		op := queued(c.ID)
		op.Kind, op.Verb = resource.KindMessage, resource.Create
		op = s.settle(s.accept(op), operation.Succeeded)
		if c.ID == other.ID {
			want = op.ID
		}
	}
	told := idsOf(got[[]operation.Operation](s)(s.Rivals(t.Context(), one.ID, noon())))
	is(t, "told", len(told), 2)
	is(t, "over the other connection to the account", slices.Contains(told, want), true)
}
