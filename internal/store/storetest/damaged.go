package storetest

import (
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func damaged() []rule {
	return []rule{
		{"an event that does not open is told with its delivery, and those around it are read", damagedDelivery},
		{"an event that does not open is filed in its place, and told to whoever reads it", damagedInFeed},
		{"an operation that does not open is told, and those around it are read", damagedOperation},
		{"an attempt that does not open is an entry of its log that says so", damagedAttempt},
	}
}

// foreign is the store of somebody who seals with a key that s has not.
func (s *stand) foreign() *stand {
	s.t.Helper()
	return s.besideWith(newSealing(s.t))
}

// middleIsDamaged tells that the middle one of three events alone is damaged.
func middleIsDamaged(t *testing.T, what string, all []event.Event) {
	t.Helper()
	if len(all) != 3 {
		t.Fatalf("%s: %d events", what, len(all))
	}
	for i, e := range all {
		if (e.Damaged != nil) != (i == 1) || (len(e.Data) == 0) != (i == 1) || e.ID == uuid.Nil {
			t.Errorf("%s: event %d: %v, %s", what, i, e.Damaged, e.Data)
		}
	}
}

// threeEvents wait for a subscription, each of its own subject. The second one does not open.
func (s *stand) threeEvents(url string) webhook.Subscription {
	s.t.Helper()
	sub := s.wildcard(s.partner(), url)[0]
	for i, here := range []*stand{s, s.foreign(), s} {
		here.happens(sub.Partner, byte(i), event.OperationCreated)
	}
	return sub
}

func damagedDelivery(t *testing.T, s *stand) {
	sub := s.threeEvents("https://r.example/")
	var all []event.Event
	for _, w := range s.waiting(sub) {
		all = append(all, w.Event)
		s.must(s.SettleDelivery(t.Context(), settled(sub, w, webhook.DeliveryDead)))
	}
	middleIsDamaged(t, "waiting", all)
	all = nil
	for _, d := range got[page.Found[webhook.DeadLetter]](s)(s.DeadLetters(t.Context(),
		webhook.DeadLetterQuery{Subscription: sub.ID, Window: everything()})).Entries {
		all = append(all, d.Event)
	}
	middleIsDamaged(t, "dead", all)
}

func damagedInFeed(t *testing.T, s *stand) {
	sub := s.threeEvents(webhook.FeedURL)
	lane := s.laneOf(sub)
	is(t, "filed", got[int](s)(s.File(t.Context(), lane.ID)), 3)
	var all []event.Event
	for i, f := range got[[]webhook.Filed](s)(s.Filed(t.Context(), lane.ID, 0, 9)) {
		is(t, "its place", f.Place, int64(i+1))
		is(t, "its number", f.Sequence, int64(i+1))
		all = append(all, f.Event)
	}
	middleIsDamaged(t, "filed", all)
}

func damagedOperation(t *testing.T, s *stand) {
	connection := uuid.New()
	var ids []uuid.UUID
	for _, here := range []*stand{s, s.foreign(), s} {
		ids = append(ids, here.accept(queued(connection)).ID)
	}
	byID := map[uuid.UUID]operation.Operation{}
	q := fence.Query{Lane: fence.Lane{Kind: fence.Connections, ID: connection}, Chains: 9, Depth: 9}
	for _, op := range got[[]operation.Operation](s)(s.Heads(t.Context(), q)) {
		byID[op.ID] = op
		one := got[operation.Operation](s)(s.Operation(t.Context(), op.Partner, connection, op.ID))
		is(t, "read by itself it is damaged", one.Damaged != nil, op.Damaged != nil)
	}
	for i, id := range ids {
		if op := byID[id]; (op.Damaged != nil) != (i == 1) || (len(op.Payload) == 0) != (i == 1) || op.Seq == 0 {
			t.Errorf("operation %d: %v, %s", i, op.Damaged, op.Payload)
		}
	}
}

func damagedAttempt(t *testing.T, s *stand) {
	op := s.accept(queued(uuid.New()))
	for i, here := range []*stand{s, s.foreign(), s} {
		set := settlement(here.begin(op, at(1+i)), operation.Retry)
		set.Attempts[0].N, set.Attempts[0].Details = i+1, "the TSP is busy"
		here.must(here.Settle(t.Context(), set))
		op = set.Operation
	}
	var says []string
	for _, a := range got[[]operation.Attempt](s)(s.Attempts(t.Context(), op.ID)) {
		says = append(says, a.Details)
	}
	same(t, "its log", says, []string{"the TSP is busy", operation.Attempt{}.Unread().Details, "the TSP is busy"})
}
