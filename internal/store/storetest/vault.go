package storetest

import (
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func vault() []rule {
	return []rule{
		{"all partners' subscriptions are listed by their ids, page after page", subscriptionsAreWalked},
		{"whoever has no key lists the sealed secrets of subscriptions, and whose they are", secretsAreListed},
		{"sealed secrets are replaced where they are still those that were read", secretIsResealed},
		{"a change of a subscription leaves the secrets that were replaced meanwhile, and a rotation of them is overtaken", resealedStays},
	}
}

func subscriptionsAreWalked(t *testing.T, s *stand) {
	var want []uuid.UUID
	for range 5 {
		want = append(want, s.subscribe(subscribed(uuid.New(), eventName)).ID)
	}
	gone := s.subscribe(subscribed(uuid.New(), eventName))
	s.unsubscribe(gone)
	slices.SortFunc(want, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	var walked []uuid.UUID
	for after := uuid.Nil; ; {
		some := got[[]webhook.Subscription](s)(s.SubscriptionsAfter(t.Context(), after, 2))
		for _, sub := range some {
			walked, after = append(walked, sub.ID), sub.ID
		}
		if len(some) == 0 {
			break
		}
	}
	same(t, "walked", walked, want)
}

func secretsAreListed(t *testing.T, s *stand) {
	sub := subscribed(uuid.New(), eventName)
	sub.Previous = []byte("before")
	s.subscribe(sub)
	want := []webhook.Subscription{{ID: sub.ID, Partner: sub.Partner, Sealed: sub.Sealed, Previous: sub.Previous}}
	for _, here := range []*stand{s, s.besideWith(nil)} {
		same(t, "listed", got[[]webhook.Subscription](s)(here.SubscriptionsAfter(t.Context(), uuid.Nil, 9)), want)
	}
}

func secretIsResealed(t *testing.T, s *stand) {
	for name, previous := range map[string][]byte{"without a previous one": nil, "with one": []byte("before")} {
		from := subscribed(uuid.New(), eventName)
		from.Previous = previous
		s.subscribe(from)
		to := from
		to.Sealed, to.URL = []byte("anew"), "https://elsewhere.example"
		if previous != nil {
			to.Previous = []byte("before anew")
		}
		s.must(s.ResealSubscription(t.Context(), from, to))
		fails(t, "a second time "+name, s.ResealSubscription(t.Context(), from, to), fence.ErrOvertaken)
		to.URL = from.URL
		same(t, name, got[webhook.Subscription](s)(s.SubscriptionByID(t.Context(), from.ID)), to)
	}
}

func resealedStays(t *testing.T, s *stand) {
	read := s.subscribe(subscribed(uuid.New(), eventName))
	anew := read
	anew.Sealed = []byte("anew")
	s.must(s.ResealSubscription(t.Context(), read, anew))
	fails(t, "a rotation", s.ChangeSubscription(t.Context(), altered(read)), fence.ErrOvertaken)
	paused := moved(t, read, webhook.Pause)
	s.must(s.ChangeSubscription(t.Context(), paused))
	want := paused.To
	want.Sealed = anew.Sealed
	same(t, "paused", got[webhook.Subscription](s)(s.SubscriptionByID(t.Context(), read.ID)), want)
	s.must(s.ChangeSubscription(t.Context(), altered(want)))
	same(t, "rotated", got[webhook.Subscription](s)(s.SubscriptionByID(t.Context(), read.ID)), altered(want).To)
}
