package storetest

import (
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func receivers() []rule {
	return []rule{
		{"what waits at one URL of one partner stands in one queue, chained by subject whatever subscription it is for", oneQueue},
		{"the same URL of another partner, and another URL, are other receivers", otherReceivers},
		{"what waits for a subscription that is paused stands aside", standsAside},
		{"what waits for a stale subscription keeps its place, and is due at once when it comes back", comesBack},
		{"what waits for a subscription that gets another URL goes with it, in its place", movesAlong},
		{"nothing is told to wait for what is paused, and a receiver tells whether it is stale", staleOnesAreTold},
		{"more than one write moves is arranged in several, and nothing is lost", arrangedInParts},
		{"each subscription counts its deliveries without a gap, whoever asks and however often", numbered},
		{"an attempt that changes a subscription's status tells its partner and wakes its receiver", statusIsTold},
	}
}

// wildcard subscribes one URL of a partner to what happens to operations.
func (s *stand) wildcard(partner uuid.UUID, url string) (all []webhook.Subscription) {
	s.t.Helper()
	for _, name := range []string{event.OperationCreated, event.OperationSucceeded, event.OperationFailed} {
		sub := subscribed(partner, name)
		sub.URL = url
		all = append(all, s.subscribe(sub))
	}
	return all
}

// happens publishes events of one subject that concern no fleet.
func (s *stand) happens(partner uuid.UUID, subject byte, names ...string) {
	s.t.Helper()
	for _, name := range names {
		e := fact(partner, uuid.Nil)
		e.Name, e.Subject = name, uuid.UUID{subject}
		s.publish(e)
	}
}

func oneQueue(t *testing.T, s *stand) {
	subs := s.wildcard(s.partner(), "https://r.example/")
	s.happens(subs[0].Partner, 2, event.OperationCreated)
	s.happens(subs[0].Partner, 1, event.OperationCreated, event.OperationFailed)
	s.happens(subs[0].Partner, 2, event.OperationSucceeded)
	s = s.crashed()
	var names []string
	for _, w := range s.inQueue(s.laneOf(subs[0])) {
		names = append(names, w.Event.Name)
	}
	same(t, "waiting", names, []string{event.OperationCreated, event.OperationFailed, event.OperationCreated, event.OperationSucceeded})
	same(t, "told", got[[]uuid.UUID](s)(s.WaitingReceivers(t.Context())), []uuid.UUID{s.laneOf(subs[1]).ID})
}

func otherReceivers(t *testing.T, s *stand) {
	one, two := s.partner(), s.partner()
	lanes := map[fence.Lane]bool{}
	for _, sub := range slices.Concat(s.wildcard(one, "https://a.example/"), s.wildcard(two, "https://a.example/"),
		s.wildcard(one, "https://b.example/")) {
		lanes[s.laneOf(sub)] = true
	}
	is(t, "lanes", len(lanes), 3)
	_, err := s.ReceiverOf(t.Context(), two, "https://b.example/")
	fails(t, "of nobody", err, webhook.ErrNotFound)
	_, err = s.Receiver(t.Context(), uuid.New())
	fails(t, "by no id", err, webhook.ErrNotFound)
}

// gone pauses a subscription, and those of its receiver, by an attempt at what waits for it.
func (s *stand) gone(sub webhook.Subscription) {
	s.t.Helper()
	end := settled(sub, s.waiting(sub)[0], webhook.DeliveryDead)
	end.Result.Verdict = webhook.Gone
	s.must(s.SettleDelivery(s.t.Context(), end))
}

func standsAside(t *testing.T, s *stand) {
	subs := s.wildcard(s.partner(), "https://r.example/")
	for subject := range byte(3) {
		s.happens(subs[0].Partner, subject, event.OperationCreated, event.OperationFailed)
	}
	s.must(s.ChangeSubscription(t.Context(), moved(t, subs[0], webhook.Pause)))
	to := got[webhook.Receiver](s)(s.Receiver(t.Context(), s.laneOf(subs[0]).ID))
	is(t, "astray", to.Astray, true)
	s.arrange(subs[0])
	to.Astray = false
	same(t, "arranged", got[webhook.Receiver](s)(s.Receiver(t.Context(), to.ID)), to)
	is(t, "for the others", len(s.inQueue(s.laneOf(subs[0]))), 3)
	is(t, "aside", len(s.inQueue(ownQueue(subs[0]))), 3)
}

func comesBack(t *testing.T, s *stand) {
	subs := s.wildcard(s.partner(), "https://r.example/")
	for subject := range byte(3) {
		s.happens(subs[0].Partner, subject, event.OperationCreated, event.OperationFailed)
	}
	stale := s.stalls(subs[0])
	later := settled(stale, s.waiting(stale)[1], webhook.DeliveryWaiting)
	later.NextAt = noon().AddDate(99, 0, 0)
	s.must(s.SettleDelivery(t.Context(), later))
	s.arrange(stale)
	s.probes(stale, webhook.Delivered)
	s.arrange(stale)
	var names []string
	for _, w := range s.inQueue(s.laneOf(stale)) {
		names = append(names, w.Event.Name)
		is(t, "due", w.NextAt.Before(later.NextAt), true)
	}
	same(t, "waiting", names, []string{event.OperationFailed, event.OperationCreated, event.OperationFailed,
		event.OperationCreated, event.OperationFailed})
}

func movesAlong(t *testing.T, s *stand) {
	subs := s.wildcard(s.partner(), "https://r.example/")
	s.happens(subs[0].Partner, 1, event.OperationCreated, event.OperationFailed, event.OperationCreated)
	moved, other := subs[0], subs[2]
	moved.URL, moved.UpdatedAt = "https://s.example/", at(3)
	woken := s.wakes(func() {
		s.must(s.ChangeSubscription(t.Context(), webhook.Change{From: subs[0], To: moved, Event: webhook.EventUpdated}))
	})
	same(t, "woken", woken, []fence.Lane{s.laneOf(moved)})
	is(t, "astray", got[webhook.Receiver](s)(s.Receiver(t.Context(), s.laneOf(moved).ID)).Astray, true)
	s = s.crashed()
	s.arrange(moved)
	is(t, "at the new one", len(s.inQueue(s.laneOf(moved))), 2)
	is(t, "at the old one", len(s.inQueue(s.laneOf(other))), 1)
	back := moved
	back.URL, back.UpdatedAt = "https://r.example/", at(4)
	s.must(s.ChangeSubscription(t.Context(), webhook.Change{From: moved, To: back, Event: webhook.EventUpdated}))
	s.arrange(back)
	var names []string
	for _, w := range s.inQueue(s.laneOf(back)) {
		names = append(names, w.Event.Name)
	}
	same(t, "back again", names, []string{event.OperationCreated, event.OperationFailed, event.OperationCreated})
	paused, active := back, back
	paused.Status, paused.UpdatedAt = webhook.Paused, at(5)
	active.UpdatedAt = at(6)
	s.must(s.ChangeSubscription(t.Context(), webhook.Change{From: back, To: paused, Event: webhook.EventUpdated}))
	s.arrange(paused)
	is(t, "while it is paused", len(s.inQueue(s.laneOf(back))), 1)
	s.must(s.ChangeSubscription(t.Context(), webhook.Change{From: paused, To: active, Event: webhook.EventUpdated}))
	s.arrange(active)
	is(t, "active again", len(s.inQueue(s.laneOf(active))), 3)
}

func staleOnesAreTold(t *testing.T, s *stand) {
	subs := s.wildcard(s.partner(), "https://r.example/")
	lane := s.laneOf(subs[0])
	lanes := func() []uuid.UUID { return got[[]uuid.UUID](s)(s.WaitingReceivers(t.Context())) }
	stale := func() bool { return got[webhook.Receiver](s)(s.Receiver(t.Context(), lane.ID)).Stale }
	s.happens(subs[0].Partner, 1, event.OperationCreated, event.OperationCreated)
	is(t, "stale", stale(), false)
	s.stalls(subs[0])
	is(t, "stale", stale(), true)
	same(t, "told", lanes(), []uuid.UUID{lane.ID})
	s.gone(subs[0])
	s.arrange(subs[0])
	is(t, "told of one that is paused", len(lanes()), 0)
}

func arrangedInParts(t *testing.T, s *stand) {
	const many = 600
	subs := s.wildcard(s.partner(), "https://r.example/")
	var all []event.Event
	for range many {
		e := fact(subs[0].Partner, uuid.Nil)
		e.Name = event.OperationCreated
		all = append(all, e)
	}
	s.publish(all...)
	s.must(s.ChangeSubscription(t.Context(), moved(t, subs[0], webhook.Pause)))
	calls := 1
	for got[bool](s)(s.Arrange(t.Context(), s.laneOf(subs[0]).ID)) {
		calls++
	}
	is(t, "in the receiver's queue", len(s.inQueue(s.laneOf(subs[0]))), 0)
	is(t, "aside", len(got[[]webhook.Waiting](s)(s.Deliveries(t.Context(),
		fence.Query{Lane: ownQueue(subs[0]), Chains: many, Depth: 9}))), many)
	if calls < 2 {
		t.Errorf("%d were moved in one write", many)
	}
}

func numbered(t *testing.T, s *stand) {
	subs := s.wildcard(s.partner(), "https://r.example/")
	for subject := range byte(3) {
		s.happens(subs[0].Partner, subject, event.OperationCreated, event.OperationFailed)
	}
	all := s.inQueue(s.laneOf(subs[0]))
	number := func(of ...webhook.Waiting) (numbers []int64) {
		var seqs []int64
		for _, w := range of {
			seqs = append(seqs, w.Seq)
		}
		given := got[map[int64]int64](s)(s.Number(t.Context(), subs[0].Partner, seqs))
		for _, seq := range seqs {
			numbers = append(numbers, given[seq])
		}
		return numbers
	}
	same(t, "a page", number(all[2], all[3], all[1]), []int64{1, 2, 1})
	s = s.crashed()
	same(t, "all", number(all...), []int64{2, 1, 1, 2, 3, 3})
	is(t, "is kept", s.inQueue(s.laneOf(subs[0]))[0].Sequence, 2)
	s.must(s.SettleDelivery(t.Context(), settled(subs[0], s.waiting(subs[0])[0], webhook.DeliveryDone)))
	same(t, "what is gone has none", number(all[0]), []int64{0})
	for range 2 {
		s.happens(subs[0].Partner, 9, event.OperationCreated)
	}
	fresh := s.waiting(subs[0])
	fresh = fresh[len(fresh)-2:]
	same(t, "those around what is gone", number(fresh[0], all[0], fresh[1]), []int64{4, 0, 5})
	s.happens(subs[0].Partner, 9, event.OperationCreated)
	fresh = append(fresh, s.waiting(subs[0])[len(s.waiting(subs[0]))-1])
	s.must(s.SettleDelivery(t.Context(), settled(subs[0], fresh[1], webhook.DeliveryDone)))
	same(t, "behind what went since", number(fresh[1], fresh[2]), []int64{0, 6})
	s.happens(subs[0].Partner, 9, event.OperationCreated)
	last := s.waiting(subs[0])
	same(t, "the next", number(last[len(last)-1]), []int64{7})
}

func statusIsTold(t *testing.T, s *stand) {
	sub, _ := s.listening(1)
	listener := s.subscribe(subscribed(sub.Partner, "webhook.paused"))
	woken := s.wakes(func() { s.gone(sub) })
	is(t, "woken", len(woken), 2)
	waits := s.waiting(listener)
	is(t, "told", len(waits), 1)
	is(t, "of it", waits[0].Event.Subject, sub.ID)
}
