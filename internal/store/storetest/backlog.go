package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func backlogs() []rule {
	return []rule{
		{"the live operations of each connection are counted, and the oldest tells since when", operationsAreCounted},
		{"the deliveries that wait are counted, and the oldest event tells since when", waitingAreCounted},
		{"the imports that are due are counted by TSP", importsAreCounted},
		{"what a store takes on its disk is told", spaceIsTold},
	}
}

func operationsAreCounted(t *testing.T, s *stand) {
	conn, other := uuid.New(), uuid.New()
	s.settle(s.accept(queued(conn)), operation.Succeeded)
	s.settle(s.accept(queued(conn)), operation.Retry)
	late := queued(conn)
	late.CreatedAt = at(5)
	s.accept(late)
	one := queued(other)
	one.TSP, one.CreatedAt = "motive", at(3)
	s.accept(one)
	want := []operation.Backlog{{Connection: conn, TSP: "samsara", Waiting: 2, Since: noon()},
		{Connection: other, TSP: "motive", Waiting: 1, Since: at(3)}}
	counted := got[[]operation.Backlog](s)(s.OperationBacklog(t.Context()))
	less := cmpopts.SortSlices(func(a, b operation.Backlog) bool { return a.TSP < b.TSP })
	if diff := cmp.Diff(want, counted, less); diff != "" {
		t.Error(diff)
	}
}

func waitingAreCounted(t *testing.T, s *stand) {
	same(t, "of none", got[webhook.Backlog](s)(s.DeliveryBacklog(t.Context())), webhook.Backlog{})
	sub, waiting := s.listening(3)
	s.must(s.SettleDelivery(t.Context(), settled(sub, waiting[0], webhook.DeliveryDone)))
	same(t, "of two", got[webhook.Backlog](s)(s.DeliveryBacklog(t.Context())),
		webhook.Backlog{Waiting: 2, Since: waiting[1].Event.OccurredAt})
}

func importsAreCounted(t *testing.T, s *stand) {
	c := s.connect(connected(s.fleet()))
	s.must(s.ScheduleImports(t.Context(), c.ID, []resource.Kind{resource.KindUser, resource.KindVehicle}, at(1)))
	before := got[[]record.Backlog](s)(s.ImportBacklog(t.Context(), at(1).Add(-time.Microsecond)))
	same(t, "before", before, []record.Backlog(nil))
	same(t, "due", got[[]record.Backlog](s)(s.ImportBacklog(t.Context(), at(2))),
		[]record.Backlog{{TSP: c.TSP, Due: 2, Since: at(1)}})
}

func spaceIsTold(t *testing.T, s *stand) {
	database, log, free, err := s.Space()
	s.must(err)
	if database <= 0 || log < -1 || free == 0 {
		t.Errorf("a database of %d bytes, a log of %d, %d free", database, log, free)
	}
	if queued := s.Queued(); len(queued) == 0 {
		t.Error("no class of writes is told")
	}
}
