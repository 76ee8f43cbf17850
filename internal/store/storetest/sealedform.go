package storetest

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func formIsNotLogged(t *testing.T, s *stand) {
	off := s.besideWith(s.with.off())
	sub := off.subscribe(subscribed(uuid.New(), eventName))
	s.must(s.ChangeSubscription(t.Context(), moved(t, sub, webhook.Pause)))
	all := s.logged()
	same(t, "changed", all[len(all)-1].Changed, []string{"pause", "status"})
}

func urlIsOne(t *testing.T, s *stand) {
	off := s.besideWith(s.with.off())
	first := off.subscribe(subscribed(uuid.New(), eventName))
	to := s.laneOf(first)
	twice := subscribed(first.Partner, eventName)
	twice.URL = first.URL
	many := []webhook.Subscription{twice}
	fails(t, "the same", s.InsertSubscriptions(t.Context(), many, manySubscriptions), webhook.ErrDuplicate)
	for i, here := range []*stand{s, off, s} {
		more := subscribed(first.Partner, eventName+strings.Repeat("x", i+1))
		more.URL = first.URL
		here.subscribe(more)
		s.happens(first.Partner, 1, more.EventName)
		many[0] = more
		many[0].ID = uuid.New()
		for _, other := range []*stand{s, off} {
			is(t, "the lane", other.laneOf(more), to)
			fails(t, "the same again", other.InsertSubscriptions(t.Context(), many, manySubscriptions), webhook.ErrDuplicate)
		}
	}
	same(t, "the receivers", got[[]uuid.UUID](s)(s.WaitingReceivers(t.Context())), []uuid.UUID{to.ID})
	is(t, "what waits there", len(s.inQueue(to)), 3)
	away := moved(t, first, webhook.Pause)
	away.To.URL = "https://elsewhere.example/" + first.ID.String()
	s.must(s.ChangeSubscription(t.Context(), away))
	same(t, "moved", got[webhook.Subscription](s)(off.SubscriptionByID(t.Context(), first.ID)), away.To)
	is(t, "another lane", off.laneOf(away.To) != to, true)
}

func formMovesNothing(t *testing.T, s *stand) {
	off := s.besideWith(s.with.off())
	subs := off.wildcard(uuid.New(), "https://r.example/")
	for subject := range byte(2) {
		s.happens(subs[0].Partner, subject, event.OperationCreated)
	}
	later := settled(subs[0], s.waiting(subs[0])[0], webhook.DeliveryWaiting)
	later.NextAt = noon().AddDate(0, 0, 1)
	s.must(s.SettleDelivery(t.Context(), later))
	before := s.inQueue(s.laneOf(subs[0]))
	another := func(here *stand, name string) {
		more := subscribed(subs[0].Partner, name)
		more.URL = subs[0].URL
		here.subscribe(more)
	}
	astray := func() bool { return got[webhook.Receiver](s)(s.Receiver(t.Context(), s.laneOf(subs[0]).ID)).Astray }
	for _, change := range []func(){
		func() { another(s, "sealed") }, func() { another(off, "clear") }, func() { s.reseals() },
	} {
		change()
		is(t, "astray", astray(), false)
		s.arrange(subs[0])
		same(t, "waiting", s.inQueue(s.laneOf(subs[0])), before)
	}
	another(off, "clear again")
	s.must(s.ChangeSubscription(t.Context(), moved(t, subs[0], webhook.Pause)))
	another(off, "clear once more")
	is(t, "what was astray is so still", astray(), true)
	s.arrange(subs[0])
	is(t, "aside", len(s.inQueue(ownQueue(subs[0]))), 2)
}
