package storetest

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/record"
)

func settling() []rule {
	return []rule{
		{"the end of an attempt is written whole: state, log, record and events", func(t *testing.T, s *stand) {
			partner, fleet := s.partner(), s.fleet()
			s.grant(granted(partner, fleet))
			sub, e := s.subscribe(subscribed(partner, eventName)), fact(partner, fleet)
			r := written(1, "1", `{"vehicle_name":"x"}`)
			set := settlement(s.begin(s.accept(queued(uuid.New())), at(1)), operation.Succeeded)
			set.Record, set.Events = &r, []event.Event{e}
			set.Operation.Counted, set.Operation.NextAt, set.Operation.SentAt = 1, at(9), at(8)
			set.Operation.Resource, set.Operation.SourceID, set.Operation.Collection = r.ID, r.SourceID, r.Collection
			s.must(s.Settle(t.Context(), set))
			s = s.crashed()
			want := set.Operation
			want.Attempts = set.Attempts
			if diff := cmp.Diff(want, s.read(want)); diff != "" {
				t.Errorf("(-want +read):\n%s", diff)
			}
			is(t, "the record", string(s.record(r.ID).Fields), string(r.Fields))
			is(t, "told", s.told(sub, e), true)
		}},
		{"whoever comes late settles nothing", func(t *testing.T, s *stand) {
			partner, fleet := s.partner(), s.fleet()
			s.grant(granted(partner, fleet))
			sub, e := s.subscribe(subscribed(partner, eventName)), fact(partner, fleet)
			op := s.accept(queued(uuid.New()))
			r := written(1, "1", `{}`)
			late := settlement(op, operation.Failed)
			late.Record, late.Events = &r, []event.Event{e}
			s.must(s.beside().Settle(t.Context(), settlement(op, operation.Retry)))
			before := s.read(op)
			if err := s.Settle(t.Context(), late); !errors.Is(err, fence.ErrOvertaken) {
				t.Fatalf("settled by another process: %v", err)
			}
			ended := s.settle(before, operation.Succeeded)
			if err := s.Settle(t.Context(), settlement(ended, operation.Failed)); !errors.Is(err, fence.ErrOvertaken) {
				t.Fatalf("ended: %v", err)
			}
			if diff := cmp.Diff(ended, s.read(op)); diff != "" {
				t.Errorf("(-before +after):\n%s", diff)
			}
			is(t, "told", s.told(sub, e), false)
			if _, err := s.RecordByID(t.Context(), r.ID); !errors.Is(err, record.ErrNotFound) {
				t.Errorf("its record is there: %v", err)
			}
		}},
		{"a state that cannot follow is refused as a mistake, and not as having been overtaken", func(t *testing.T, s *stand) {
			op := s.settle(s.accept(queued(uuid.New())), operation.Retry)
			err := s.Settle(t.Context(), settlement(op, operation.Queued))
			if err == nil || errors.Is(err, fence.ErrOvertaken) {
				t.Errorf("back to queued: %v", err)
			}
			is(t, "state", s.read(op).State, operation.Retry)
		}},
		{"an entry of the log that is written again is changed, and keeps its id and beginning", func(t *testing.T, s *stand) {
			op := s.accept(queued(uuid.New()))
			first := settlement(op, operation.Retry)
			s.must(s.Settle(t.Context(), first))
			again := settlement(s.read(op), operation.Retry)
			again.Attempts[0].N, again.Attempts[0].Details, again.Attempts[0].EndedAt = 1, "e", at(7)
			s.must(s.Settle(t.Context(), again))
			want := again.Attempts
			want[0].ID = first.Attempts[0].ID
			if diff := cmp.Diff(want, got[[]operation.Attempt](s)(s.Attempts(t.Context(), op.ID))); diff != "" {
				t.Errorf("(-want +read):\n%s", diff)
			}
		}},
		{"the end of a sync operation wakes what waits behind it", func(t *testing.T, s *stand) {
			op, other := s.accept(syncOf(uuid.New())), s.accept(queued(uuid.New()))
			woken := s.wakes(func() { s.settle(op, operation.Succeeded) })
			if diff := cmp.Diff([]fence.Lane{{Kind: fence.Connections, ID: op.Connection}}, woken); diff != "" {
				t.Errorf("(-want +woken):\n%s", diff)
			}
			is(t, "woken by a runner's own", len(s.wakes(func() { s.settle(other, operation.Succeeded) })), 0)
		}},
	}
}
