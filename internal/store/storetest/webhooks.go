package storetest

import (
	"errors"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// subscriptions are the ids of those that a query selects, on one page.
func (s *stand) subscriptions(q webhook.SubscriptionQuery) []uuid.UUID {
	s.t.Helper()
	q.Window.Limit = 100
	var ids []uuid.UUID
	for _, sub := range got[[]webhook.Subscription](s)(s.Subscriptions(s.t.Context(), q)) {
		ids = append(ids, sub.ID)
	}
	return ids
}

// logs are the entries that a query selects, on one page.
func (s *stand) logs(q webhook.LogQuery) []webhook.DeliveryLog {
	s.t.Helper()
	q.Window.Limit = 100
	return got[page.Found[webhook.DeliveryLog]](s)(s.DeliveryLogs(s.t.Context(), q)).Entries
}

func webhooks() []rule {
	return []rule{
		{"a subscription survives a crash as it was, for its partner and for its lane", subscriptionIsKept},
		{"the same wish is refused, and all that were made with it", sameWishIsRefused},
		{"a deleted subscription is invisible, nothing waits for it, and it may be made anew", subscriptionIsDeleted},
		{"subscriptions are listed newest first and narrowed by what is asked for", subscriptionsAreListed},
		{"the log of a subscription is newest first and narrowed by what is asked for", logIsListed},
	}
}

func subscriptionIsKept(t *testing.T, s *stand) {
	sub := subscribed(uuid.New(), eventName)
	sub.Filters = &webhook.Filters{FleetIDs: []uuid.UUID{uuid.New()}, FleetRefs: []string{"a", "b"}}
	sub.Previous, sub.PreviousUntil = []byte("before"), noon()
	sub.Encoding, sub.Learned, sub.RetryRefused, sub.Refused = webhook.Automatic, webhook.Identity, true, 3
	sub.Strict = true
	sub.Health = webhook.Health{Since: noon(), Success: 0.25, Counted: 7, FailedInRow: 2}
	s.subscribe(sub)
	s = s.crashed()
	read := got[webhook.Subscription](s)
	same(t, "read by its partner", read(s.Subscription(t.Context(), sub.Partner, sub.ID)), sub)
	same(t, "read by its lane", read(s.SubscriptionByID(t.Context(), sub.ID)), sub)
	if _, err := s.Subscription(t.Context(), uuid.New(), sub.ID); !errors.Is(err, webhook.ErrNotFound) {
		t.Errorf("another partner's: %v", err)
	}
}

func sameWishIsRefused(t *testing.T, s *stand) {
	first := subscribed(uuid.New(), eventName)
	first.Filters = &webhook.Filters{FleetRefs: []string{"a", "b"}}
	s.subscribe(first)
	again, other := first, subscribed(first.Partner, eventName)
	again.ID, again.Filters = uuid.New(), &webhook.Filters{FleetRefs: []string{"b", "a"}}
	err := s.InsertSubscriptions(t.Context(), []webhook.Subscription{other, again}, manySubscriptions)
	fails(t, "twice", err, webhook.ErrDuplicate)
	same(t, "listed", s.subscriptions(webhook.SubscriptionQuery{Partner: first.Partner}), []uuid.UUID{first.ID})
	for _, alter := range []func(*webhook.Subscription){
		func(w *webhook.Subscription) { w.Partner = uuid.New() },
		func(w *webhook.Subscription) { w.URL += "x" },
		func(w *webhook.Subscription) { w.EventName = event.OperationFailed },
		func(w *webhook.Subscription) { w.Filters = nil },
	} {
		differs := again
		differs.ID = uuid.New()
		alter(&differs)
		s.subscribe(differs)
	}
}

func subscriptionIsDeleted(t *testing.T, s *stand) {
	sub, _ := s.listening(2)
	other := s.subscribe(subscribed(sub.Partner, event.OperationFailed))
	late := fact(sub.Partner, uuid.Nil)
	late.Name = event.OperationFailed
	s.publish(late)
	foreign := moved(t, sub, webhook.Delete)
	foreign.From.Partner = uuid.New()
	fails(t, "by another partner", s.ChangeSubscription(t.Context(), foreign), fence.ErrOvertaken)
	s.unsubscribe(sub)
	fails(t, "twice", s.ChangeSubscription(t.Context(), moved(t, sub, webhook.Delete)), fence.ErrOvertaken)
	_, own := s.Subscription(t.Context(), sub.Partner, sub.ID)
	_, any := s.SubscriptionByID(t.Context(), sub.ID)
	if !errors.Is(own, webhook.ErrNotFound) || !errors.Is(any, webhook.ErrNotFound) {
		t.Errorf("%v, %v", own, any)
	}
	is(t, "waiting", len(s.waiting(sub)), 0)
	is(t, "waiting for another", len(s.waiting(other)), 1)
	s.arrange(sub)
	is(t, "lanes", len(got[[]uuid.UUID](s)(s.WaitingReceivers(t.Context()))), 1)
	sub.ID = uuid.New()
	s.subscribe(sub)
}

func subscriptionsAreListed(t *testing.T, s *stand) {
	partner := uuid.New()
	var ids []uuid.UUID
	for minute, status := range []webhook.Status{webhook.Active, webhook.Paused, webhook.Stale, webhook.Active} {
		sub := subscribed(partner, eventName)
		sub.Status, sub.CreatedAt = status, at(minute)
		if minute == 3 {
			sub.EventName = event.OperationFailed
		}
		ids = append(ids, s.subscribe(sub).ID)
	}
	s.subscribe(subscribed(uuid.New(), eventName))
	for says, c := range map[string]struct {
		q    webhook.SubscriptionQuery
		want []uuid.UUID
	}{
		"all":      {webhook.SubscriptionQuery{}, []uuid.UUID{ids[3], ids[2], ids[1], ids[0]}},
		"a status": {webhook.SubscriptionQuery{Status: webhook.Active}, []uuid.UUID{ids[3], ids[0]}},
		"a name":   {webhook.SubscriptionQuery{EventNames: []string{event.OperationFailed, "x"}}, []uuid.UUID{ids[3]}},
	} {
		c.q.Partner = partner
		same(t, says, s.subscriptions(c.q), c.want)
	}
}

func logIsListed(t *testing.T, s *stand) {
	sub, all := s.listening(3)
	var made []webhook.DeliveryLog
	for i, w := range all {
		end := settled(sub, w, webhook.DeliveryDead)
		end.Log.CreatedAt = at(i)
		if i == 1 {
			message, ms := "m", 7
			end.Log.Status, end.Log.ErrorMessage, end.Log.ResponseTimeMS = webhook.LogSuccess, &message, &ms
		}
		s.must(s.SettleDelivery(t.Context(), end))
		made = append(made, end.Log)
	}
	for says, c := range map[string]struct {
		q    webhook.LogQuery
		want []webhook.DeliveryLog
	}{
		"all":       {webhook.LogQuery{}, []webhook.DeliveryLog{made[2], made[1], made[0]}},
		"a status":  {webhook.LogQuery{Status: webhook.LogSuccess}, []webhook.DeliveryLog{made[1]}},
		"a time":    {webhook.LogQuery{From: at(1), To: at(2)}, []webhook.DeliveryLog{made[1]}},
		"no period": {webhook.LogQuery{From: at(9)}, nil},
	} {
		c.q.Subscription = sub.ID
		same(t, says, s.logs(c.q), c.want)
	}
}
