package storetest

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
)

func groups() []rule {
	return []rule{
		{"operations that are accepted together are stored in their order, with their events, and wake their lanes", groupIsAccepted},
		{"of a group one whose key is taken, within it too, is refused alone", groupsRefusalIsOfOne},
		{"of a group that fails nothing is stored", groupFailsWhole},
		{"a group without any is nothing", groupOfNone},
	}
}

// entries are operations with the events that tell of them.
func entries(ops ...operation.Operation) (all []operation.Entry) {
	for _, op := range ops {
		all = append(all, operation.Entry{Operation: op})
	}
	return all
}

func groupIsAccepted(t *testing.T, s *stand) {
	partner, fleet := s.partner(), s.fleet()
	s.grant(granted(partner, fleet))
	sub := s.subscribe(subscribed(partner, eventName))
	conn, other := uuid.New(), uuid.New()
	var ops []operation.Operation
	for i := range 100 {
		op := queued(conn)
		if op.Partner = partner; i%2 == 1 {
			op.Connection = other
		}
		op.OrderKey = "one/chain"
		ops = append(ops, op)
	}
	all := entries(ops...)
	all[7].Events = []event.Event{fact(partner, fleet)}
	var accepted []operation.Accepted
	woken := s.wakes(func() { accepted = got[[]operation.Accepted](s)(s.AcceptAll(t.Context(), all)) })
	is(t, "how many are told", len(accepted), len(all))
	for i, a := range accepted {
		if a.Err != nil || a.Operation.ID != ops[i].ID {
			t.Errorf("the one at %d is %s: %v", i, a.Operation.ID, a.Err)
		}
	}
	if !s.told(sub, all[7].Events[0]) {
		t.Error("the event is not told")
	}
	for _, c := range []uuid.UUID{conn, other} {
		is(t, "a connection is woken", slices.Contains(woken, fence.Lane{Kind: fence.Connections, ID: c}), true)
	}
	s = s.crashed()
	before := int64(0)
	for i, op := range ops {
		stored := s.read(op)
		if stored.Seq <= before {
			t.Errorf("the one at %d stands before the last", i)
		}
		before = stored.Seq
	}
}

func groupsRefusalIsOfOne(t *testing.T, s *stand) {
	taken := keyed()
	s.accept(taken)
	again, twice, other := keyed(), keyed(), keyed()
	twice.Key.Value, other.Key.Value = "twice", "twice"
	accepted := got[[]operation.Accepted](s)(s.AcceptAll(t.Context(), entries(again, twice, queued(uuid.New()), other)))
	for i, want := range []error{operation.ErrKeyTaken, nil, nil, operation.ErrKeyTaken} {
		if !errors.Is(accepted[i].Err, want) {
			t.Errorf("the one at %d: %v, not %v", i, accepted[i].Err, want)
		}
		_, err := s.Operation(t.Context(), accepted[i].Operation.Partner, accepted[i].Operation.Connection, accepted[i].Operation.ID)
		if want == nil {
			s.must(err)
			continue
		}
		fails(t, "reading a refused one", err, operation.ErrNotFound)
	}
	is(t, "what the key stands for", got[operation.Operation](s)(s.Keyed(t.Context(), twice.Partner, *twice.Key)).ID, twice.ID)
}

func groupFailsWhole(t *testing.T, s *stand) {
	first, second := queued(uuid.New()), queued(uuid.New())
	second.ID = first.ID
	if _, err := s.AcceptAll(t.Context(), entries(first, second)); err == nil {
		t.Fatal("two of one id are accepted")
	}
	_, err := s.Operation(t.Context(), first.Partner, first.Connection, first.ID)
	fails(t, "reading the first", err, operation.ErrNotFound)
	s.accept(first)
}

func groupOfNone(t *testing.T, s *stand) {
	is(t, "how many are told", len(got[[]operation.Accepted](s)(s.AcceptAll(t.Context(), nil))), 0)
}
