package storetest

import (
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func lost() []rule {
	return []rule{
		{"a subscription whose URL does not open is told, and those around it are read", lostIsTold},
		{"a subscription whose URL does not open is paused and deleted like any other", lostIsMoved},
		{"subscriptions of a receiver whose URL does not open become stale, once, and keep what happens", lostIsStale},
		{"what waits for a URL that does not open goes to the one that is given in its place", lostIsMended},
	}
}

// loses is a subscription whose URL does not open, nor that of its receiver, and the id of that one.
func (s *stand) loses(partner uuid.UUID) (webhook.Subscription, uuid.UUID) {
	s.t.Helper()
	foreign := s.foreign()
	sub := foreign.subscribe(subscribed(partner, event.OperationCreated))
	to := foreign.laneOf(sub).ID
	sub = got[webhook.Subscription](s)(s.Subscription(s.t.Context(), partner, sub.ID))
	return sub, to
}

func lostIsTold(t *testing.T, s *stand) {
	partner := s.partner()
	s.subscribe(subscribed(partner, event.OperationFailed))
	sub, to := s.loses(partner)
	s.subscribe(subscribed(partner, event.OperationSucceeded))
	all := got[[]webhook.Subscription](s)(s.Subscriptions(t.Context(),
		webhook.SubscriptionQuery{Partner: partner, Window: everything()}))
	is(t, "listed", len(all), 3)
	for _, one := range all {
		is(t, one.EventName+" is damaged", one.Damaged != nil, one.ID == sub.ID)
		is(t, one.EventName+" has no URL", one.URL == "", one.ID == sub.ID)
	}
	is(t, "by its id it is damaged", s.stored(sub).Damaged != nil, true)
	is(t, "the receiver is damaged", got[webhook.Receiver](s)(s.Receiver(t.Context(), to)).Damaged != nil, true)
}

func lostIsMoved(t *testing.T, s *stand) {
	sub, _ := s.loses(s.partner())
	s.must(s.ChangeSubscription(t.Context(), moved(t, sub, webhook.Pause)))
	paused := s.stored(sub)
	is(t, "status", paused.Status, webhook.Paused)
	is(t, "it is damaged still", paused.Damaged != nil, true)
	s.unsubscribe(paused)
	_, err := s.SubscriptionByID(t.Context(), sub.ID)
	fails(t, "the deleted one", err, webhook.ErrNotFound)
}

func lostIsStale(t *testing.T, s *stand) {
	partner := s.partner()
	ear := s.subscribe(subscribed(partner, webhook.Stall.Event()))
	sub, to := s.loses(partner)
	s.happens(partner, 1, event.OperationCreated)
	same(t, "stale", got[[]uuid.UUID](s)(s.MendReceiver(t.Context(), to)), []uuid.UUID{sub.ID})
	is(t, "status", s.stored(sub).Status, webhook.Stale)
	is(t, "made stale by the second time", len(got[[]uuid.UUID](s)(s.MendReceiver(t.Context(), to))), 0)
	is(t, "told", len(s.waiting(ear)), 1)
	s.happens(partner, 2, event.OperationCreated)
	is(t, "kept", len(got[[]webhook.Waiting](s)(s.Deliveries(t.Context(),
		fence.Query{Lane: fence.Lane{ID: to}, Chains: 9, Depth: 9}))), 2)
}

func lostIsMended(t *testing.T, s *stand) {
	partner := s.partner()
	sub, to := s.loses(partner)
	s.happens(partner, 1, event.OperationCreated)
	got[[]uuid.UUID](s)(s.MendReceiver(t.Context(), to))
	sub = s.stored(sub)
	next := sub
	next.URL, next.Status, next.UpdatedAt, next.Damaged = "https://mended.example/", webhook.Active, at(9), nil
	s.must(s.ChangeSubscription(t.Context(), webhook.Change{From: sub, To: next, Event: webhook.EventUpdated}))
	same(t, "mended", s.stored(sub), next)
	s.arrange(next)
	is(t, "what waits", len(s.waiting(next)), 1)
}
