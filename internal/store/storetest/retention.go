package storetest

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func retention() []rule {
	return []rule{
		{"dead letters go when they died before a time, and events with the last delivery that needs them", oldDeadLettersGo},
		{"log entries and counts of before a time go, and no others", oldLogsGo},
		{"what a deleted subscription has left goes, a part at a time, and nothing of others", leftoversGo},
		{"a receiver goes once no subscription leads to it and nothing waits or is filed for it", unusedReceiversGo},
		{"a secret before the last rotation is erased once it signs no more", pastSecretsGo},
		{"an attempt that ends after its subscription was deleted settles nothing", lateEndOfDeleted},
	}
}

// v7 is a UUIDv7 of a time.
func v7(of time.Time) uuid.UUID {
	id := uuid.Must(uuid.NewV7())
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(of.UnixMilli()))
	copy(id[:6], ms[2:])
	return id
}

// swept sweeps to the end and returns in how many parts that went.
func (s *stand) swept(one func() (bool, error)) (parts int) {
	s.t.Helper()
	for more := true; more; parts++ {
		var err error
		more, err = one()
		s.must(err)
	}
	return parts
}

func oldDeadLettersGo(t *testing.T, s *stand) {
	sub, all := s.mourning(3)
	second := s.subscribe(subscribed(sub.Partner, eventName))
	sweep := func() (bool, error) { return s.SweepDeadLetters(t.Context(), at(4)) }
	s.swept(sweep)
	same(t, "left", s.dead(webhook.DeadLetterQuery{Subscription: sub.ID}), []uuid.UUID{all[2].Event.ID, all[1].Event.ID})
	// An event that is still needed elsewhere stays.
	e := fact(sub.Partner, uuid.Nil)
	s.publish(e)
	for _, w := range s.waiting(sub) {
		end := settled(sub, w, webhook.DeliveryDead)
		end.Log.CreatedAt = at(3)
		s.must(s.SettleDelivery(t.Context(), end))
	}
	s.swept(sweep)
	is(t, "still told to the other", s.told(second, e), true)
	is(t, "left", len(s.dead(webhook.DeadLetterQuery{Subscription: sub.ID})), 2)
	is(t, "more", got[bool](s)(sweep()), false)
}

func oldLogsGo(t *testing.T, s *stand) {
	sub, all := s.listening(3)
	for i, w := range all {
		end := settled(sub, w, webhook.DeliveryDone)
		end.Log.CreatedAt = at(i * 15)
		end.Log.ID = v7(end.Log.CreatedAt)
		s.must(s.SettleDelivery(t.Context(), end))
	}
	s.swept(func() (bool, error) { return s.SweepLogs(t.Context(), at(15)) })
	var times []time.Time
	for _, l := range s.logs(webhook.LogQuery{Subscription: sub.ID}) {
		times = append(times, l.CreatedAt)
	}
	same(t, "logs", times, []time.Time{at(30), at(15)})
	is(t, "counts", len(got[[]webhook.Count](s)(s.Counts(t.Context(), sub.ID, noon()))), 2)
}

func leftoversGo(t *testing.T, s *stand) {
	const many = 1100
	sub, _ := s.mourning(many)
	second := s.subscribe(subscribed(sub.Partner, eventName))
	e := fact(sub.Partner, uuid.Nil)
	s.publish(e)
	kept, _ := s.mourning(2)
	s.unsubscribe(sub)
	if n := len(s.dead(webhook.DeadLetterQuery{Subscription: sub.ID})); n == 0 {
		t.Error("all dead letters went in one transaction, for which every other write waits")
	}
	s = s.crashed()
	if parts := s.swept(func() (bool, error) { return s.SweepDeleted(t.Context()) }); parts < 4 {
		t.Errorf("it went in %d parts", parts)
	}
	is(t, "dead", len(s.dead(webhook.DeadLetterQuery{Subscription: sub.ID})), 0)
	is(t, "logs", len(s.logs(webhook.LogQuery{Subscription: sub.ID})), 0)
	is(t, "counts", len(got[[]webhook.Count](s)(s.Counts(t.Context(), sub.ID, noon()))), 0)
	is(t, "still told to the other", s.told(second, e), true)
	is(t, "dead of another", len(s.dead(webhook.DeadLetterQuery{Subscription: kept.ID})), 2)
	is(t, "logs of another", len(s.logs(webhook.LogQuery{Subscription: kept.ID})), 2)
}

func unusedReceiversGo(t *testing.T, s *stand) {
	subs := s.wildcard(s.partner(), "https://r.example/")
	feed := s.wildcard(s.partner(), webhook.FeedURL)[0]
	s.happens(subs[0].Partner, 1, event.OperationCreated)
	s.happens(feed.Partner, 1, event.OperationCreated)
	got[int](s)(s.File(t.Context(), s.laneOf(feed).ID))
	old, filed := s.laneOf(subs[0]).ID, s.laneOf(feed).ID
	sweep := func() {
		s.swept(func() (bool, error) { return s.SweepDeleted(t.Context()) })
		s.swept(func() (bool, error) { return s.SweepReceivers(t.Context()) })
	}
	there := func(id uuid.UUID) bool {
		_, err := s.Receiver(t.Context(), id)
		return err == nil
	}
	for _, sub := range subs {
		sweep()
		is(t, "while a subscription leads there", there(old), true)
		next := sub
		next.URL, next.UpdatedAt = "https://s.example/", at(3)
		s.must(s.ChangeSubscription(t.Context(), webhook.Change{From: sub, To: next, Event: webhook.EventUpdated}))
	}
	sweep()
	is(t, "while something waits", there(old), true)
	next := subs[0]
	next.URL = "https://s.example/"
	s.arrange(next)
	for _, sub := range s.feedOf(feed.Partner) {
		s.unsubscribe(sub)
	}
	sweep()
	is(t, "once all has moved", there(old), false)
	is(t, "the new one", there(s.laneOf(next).ID), true)
	is(t, "a feed that can be read", there(filed), true)
	s.swept(func() (bool, error) { return s.SweepFeeds(t.Context(), at(1000)) })
	sweep()
	is(t, "an empty feed", there(filed), false)
}

func pastSecretsGo(t *testing.T, s *stand) {
	over, signs := subscribed(uuid.New(), eventName), subscribed(uuid.New(), eventName)
	over.Previous, over.PreviousUntil = []byte("before"), at(1)
	signs.Previous, signs.PreviousUntil = []byte("before"), at(1).Add(time.Microsecond)
	s.subscribe(over)
	s.subscribe(signs)
	s.swept(func() (bool, error) { return s.SweepSecrets(t.Context(), at(1)) })
	over.Previous = nil
	for _, want := range []webhook.Subscription{over, signs} {
		same(t, "read", got[webhook.Subscription](s)(s.SubscriptionByID(t.Context(), want.ID)), want)
	}
}

// feedOf are the subscriptions of a partner whose URL is a feed's.
func (s *stand) feedOf(partner uuid.UUID) []webhook.Subscription {
	s.t.Helper()
	return got[[]webhook.Subscription](s)(s.Subscriptions(s.t.Context(), webhook.SubscriptionQuery{Partner: partner, Window: everything()}))
}

func lateEndOfDeleted(t *testing.T, s *stand) {
	sub, all := s.listening(1)
	other := s.subscribe(subscribed(sub.Partner, event.OperationFailed))
	s.unsubscribe(sub)
	late := settled(sub, all[0], webhook.DeliveryDone)
	if err := s.SettleDelivery(t.Context(), late); err == nil {
		t.Error("it was settled")
	}
	s.swept(func() (bool, error) { return s.SweepDeleted(t.Context()) })
	is(t, "logs", len(s.logs(webhook.LogQuery{Subscription: sub.ID})), 0)
	same(t, "of others", got[webhook.Subscription](s)(s.Subscription(t.Context(), other.Partner, other.ID)), other)
}
