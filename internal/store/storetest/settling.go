package storetest

import (
	"errors"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/record"
)

func settling() []rule {
	return []rule{
		{"the end of an attempt is written whole: state, log, record and events", settledWhole},
		{"whoever comes late settles nothing", lateSettlesNothing},
		{"a state that cannot follow is refused as a mistake, and not as having been overtaken", stateIsRefused},
		{"an entry of the log that is written again is changed, and keeps its id and beginning", entryIsChanged},
		{"the end of a sync operation wakes what waits behind it", syncEndWakes},
	}
}

func settledWhole(t *testing.T, s *stand) {
	partner, fleet := s.partner(), s.fleet()
	s.grant(granted(partner, fleet))
	sub, e := s.subscribe(subscribed(partner, eventName)), fact(partner, fleet)
	r := written(1, "1", `{"vehicle_name":"x"}`)
	set := settlement(s.begin(s.accept(queued(uuid.New())), at(1)), operation.Succeeded)
	set.Record, set.Events = &r, []event.Event{e}
	set.Operation.Counted, set.Operation.NextAt, set.Operation.SentAt = 1, at(9), at(8)
	set.Operation.RetryAfter = at(7)
	set.Operation.Resource, set.Operation.SourceID, set.Operation.Collection = r.ID, r.SourceID, r.Collection
	s.must(s.Settle(t.Context(), set))
	s = s.crashed()
	want := set.Operation
	want.Attempts = set.Attempts
	same(t, "read", s.read(want), want)
	is(t, "the record", string(s.record(r.ID).Fields), string(r.Fields))
	is(t, "told", s.told(sub, e), true)
}

func lateSettlesNothing(t *testing.T, s *stand) {
	partner, fleet := s.partner(), s.fleet()
	s.grant(granted(partner, fleet))
	sub, e := s.subscribe(subscribed(partner, eventName)), fact(partner, fleet)
	op := s.accept(queued(uuid.New()))
	r := written(1, "1", `{}`)
	late := settlement(op, operation.Failed)
	late.Record, late.Events = &r, []event.Event{e}
	s.must(s.beside().Settle(t.Context(), settlement(op, operation.Retry)))
	before := s.read(op)
	fails(t, "settled by another process", s.Settle(t.Context(), late), fence.ErrOvertaken)
	ended := s.settle(before, operation.Succeeded)
	fails(t, "ended", s.Settle(t.Context(), settlement(ended, operation.Failed)), fence.ErrOvertaken)
	same(t, "after", s.read(op), ended)
	is(t, "told", s.told(sub, e), false)
	if _, err := s.RecordByID(t.Context(), r.ID); !errors.Is(err, record.ErrNotFound) {
		t.Errorf("its record is there: %v", err)
	}
}

func stateIsRefused(t *testing.T, s *stand) {
	op := s.settle(s.accept(queued(uuid.New())), operation.Retry)
	err := s.Settle(t.Context(), settlement(op, operation.Queued))
	if err == nil || errors.Is(err, fence.ErrOvertaken) {
		t.Errorf("back to queued: %v", err)
	}
	is(t, "state", s.read(op).State, operation.Retry)
}

func entryIsChanged(t *testing.T, s *stand) {
	op := s.accept(queued(uuid.New()))
	first := settlement(op, operation.Retry)
	s.must(s.Settle(t.Context(), first))
	again := settlement(s.read(op), operation.Retry)
	again.Attempts[0].N, again.Attempts[0].Details, again.Attempts[0].EndedAt = 1, "e", at(7)
	s.must(s.Settle(t.Context(), again))
	want := again.Attempts
	want[0].ID = first.Attempts[0].ID
	same(t, "read", got[[]operation.Attempt](s)(s.Attempts(t.Context(), op.ID)), want)
}

func syncEndWakes(t *testing.T, s *stand) {
	op, other := s.accept(syncOf(uuid.New())), s.accept(queued(uuid.New()))
	woken := s.wakes(func() { s.settle(op, operation.Succeeded) })
	same(t, "woken", woken, []fence.Lane{{Kind: fence.Connections, ID: op.Connection}})
	is(t, "woken by a runner's own", len(s.wakes(func() { s.settle(other, operation.Succeeded) })), 0)
}
