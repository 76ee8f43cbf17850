package storetest

import (
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// settled is the end of an attempt at a delivery.
func settled(sub webhook.Subscription, w webhook.Waiting, to webhook.DeliveryState) webhook.Settled {
	return webhook.Settled{Waiting: w, State: to, NextAt: at(9),
		Log: webhook.DeliveryLog{ID: uuid.Must(uuid.NewV7()), Subscription: sub.ID, EventID: w.Event.ID,
			EventName: w.Event.Name, Status: webhook.LogFailed, StatusCode: 500, CreatedAt: at(2)}}
}

// listening is a subscription of a partner with a grant, and events of the fleet that wait for it.
func (s *stand) listening(events int) (webhook.Subscription, []webhook.Waiting) {
	s.t.Helper()
	partner, fleet := s.partner(), s.fleet()
	s.grant(granted(partner, fleet))
	sub := s.subscribe(subscribed(partner, eventName))
	for range events {
		s.publish(fact(partner, fleet))
	}
	return sub, s.waiting(sub)
}

func deliveries() []rule {
	return []rule{
		{"deliveries of a subscription wait in order, each with its event, and survive a crash", deliveriesInOrder},
		{"a delivery waits after a failed try and not after its end, and each is in the log", deliveryIsSettled},
		{"a delivery that is withheld goes, is in the log, and judges nobody", deliveryIsWithheld},
		{"an attempt that is a probe uses up no try and puts nothing off", probeIsNoTry},
		{"a probe that ends without another try wakes its lane, as whoever waits behind it is to be probed", probeEndWakes},
		{"an event goes with the last delivery that needs it", eventGoes},
		{"whoever comes late settles no delivery", lateSettlesNoDelivery},
		{"a delivery whose subscription was deleted meanwhile is lost to whoever holds it", deliveryIsLost},
		{"a delivery that was dropped settles no other, whatever number that one was given", droppedSettlesNoOther},
		{"the number of a delivery is never given again, nor after a crash", numbersAreNew},
		{"a receiver that wants no more pauses its subscription with the delivery's end", receiverPauses},
		{"the receivers for whom something waits are told, each once", receiversWait},
	}
}

func numbersAreNew(t *testing.T, s *stand) {
	partner, fleet := s.partner(), s.fleet()
	s.grant(granted(partner, fleet))
	sub := s.subscribe(subscribed(partner, eventName))
	last := int64(0)
	for turn := range 4 {
		if turn == 2 {
			s = s.crashed()
		}
		s.publish(fact(partner, fleet), fact(partner, fleet))
		before := last
		for _, w := range s.waiting(sub) {
			if w.Seq <= before {
				t.Errorf("in turn %d a delivery has number %d, and one before it had %d", turn, w.Seq, before)
			}
			last = max(last, w.Seq)
			s.must(s.SettleDelivery(t.Context(), settled(sub, w, webhook.DeliveryDone)))
		}
	}
}

func deliveriesInOrder(t *testing.T, s *stand) {
	partner, fleet := s.partner(), s.fleet()
	s.grant(granted(partner, fleet))
	sub, e := s.subscribe(subscribed(partner, eventName)), fact(partner, fleet)
	second, third := fact(partner, fleet), fact(partner, fleet)
	e.Subject, second.Subject, third.Subject = uuid.UUID{1}, uuid.UUID{2}, uuid.UUID{3}
	s.publish(e, second, third)
	s = s.crashed()
	all := s.waiting(sub)
	is(t, "waiting", len(all), 3)
	want := webhook.Waiting{Seq: all[0].Seq, Subscription: sub.ID, NextAt: e.OccurredAt, Event: e}
	same(t, "waiting", all[0], want)
	q := fence.Query{Lane: s.laneOf(sub), After: all[0].Event.Subject.String(), Chains: 1, Depth: 9}
	same(t, "one behind the first", got[[]webhook.Waiting](s)(s.Deliveries(t.Context(), q)), all[1:2])
}

func deliveryIsSettled(t *testing.T, s *stand) {
	sub, all := s.listening(3)
	for i, to := range []webhook.DeliveryState{webhook.DeliveryWaiting, webhook.DeliveryDone, webhook.DeliveryDead} {
		s.must(s.SettleDelivery(t.Context(), settled(sub, all[i], to)))
	}
	want := all[0]
	want.Tries, want.NextAt = 1, at(9)
	same(t, "waiting", s.waiting(sub), []webhook.Waiting{want})
	is(t, "the log", len(s.logs(webhook.LogQuery{Subscription: sub.ID})), 3)
}

func deliveryIsWithheld(t *testing.T, s *stand) {
	sub, all := s.listening(2)
	s.must(s.SettleDelivery(t.Context(), settled(sub, all[0], webhook.DeliveryWithheld)))
	same(t, "waiting", s.waiting(sub), all[1:])
	is(t, "the log", len(s.logs(webhook.LogQuery{Subscription: sub.ID})), 1)
	is(t, "dead letters", len(s.dead(webhook.DeadLetterQuery{Subscription: sub.ID})), 0)
	is(t, "counts", len(got[[]webhook.Count](s)(s.Counts(t.Context(), sub.ID, at(0)))), 0)
	same(t, "its health", got[webhook.Subscription](s)(s.SubscriptionByID(t.Context(), sub.ID)).Health, sub.Health)
}

func probeIsNoTry(t *testing.T, s *stand) {
	sub, all := s.listening(1)
	end := settled(sub, all[0], webhook.DeliveryWaiting)
	end.Probe = true
	s.must(s.SettleDelivery(t.Context(), end))
	same(t, "waiting", s.waiting(sub), all)
	is(t, "the log", len(s.logs(webhook.LogQuery{Subscription: sub.ID})), 1)
}

func probeEndWakes(t *testing.T, s *stand) {
	for state, wakes := range map[webhook.DeliveryState]bool{webhook.DeliveryWithheld: true, webhook.DeliveryDead: true,
		webhook.DeliveryWaiting: false} {
		sub, _ := s.listening(2)
		sub = s.stalls(sub)
		end := settled(sub, s.waiting(sub)[0], state)
		end.Probe, end.Result.Unsent = true, state != webhook.DeliveryWaiting
		woken := s.wakes(func() { s.must(s.SettleDelivery(t.Context(), end)) })
		is(t, string(state)+" wakes", slices.Contains(woken, s.laneOf(sub)), wakes)
	}
}

func eventGoes(t *testing.T, s *stand) {
	partner, fleet := s.partner(), s.fleet()
	s.grant(granted(partner, fleet))
	one, two := s.subscribe(subscribed(partner, eventName)), s.subscribe(subscribed(partner, eventName))
	s.publish(fact(partner, fleet))
	s.must(s.SettleDelivery(t.Context(), settled(one, s.waiting(one)[0], webhook.DeliveryDone)))
	is(t, "waits for the other", len(s.waiting(two)), 1)
	s.must(s.SettleDelivery(t.Context(), settled(two, s.waiting(two)[0], webhook.DeliveryDone)))
	is(t, "waits", len(s.waiting(two)), 0)
}

func lateSettlesNoDelivery(t *testing.T, s *stand) {
	sub, all := s.listening(2)
	other := s.beside()
	for i, to := range []webhook.DeliveryState{webhook.DeliveryWaiting, webhook.DeliveryDone} {
		s.must(other.SettleDelivery(t.Context(), settled(sub, all[i], to)))
		late := settled(sub, all[i], webhook.DeliveryDead)
		fails(t, string(to)+" by another process", s.SettleDelivery(t.Context(), late), fence.ErrOvertaken)
	}
	is(t, "the log", len(s.logs(webhook.LogQuery{Subscription: sub.ID})), 2)
	is(t, "waiting", len(s.waiting(sub)), 1)
}

func deliveryIsLost(t *testing.T, s *stand) {
	sub, all := s.listening(1)
	s.unsubscribe(sub)
	late := settled(sub, all[0], webhook.DeliveryWaiting)
	fails(t, "settling", s.SettleDelivery(t.Context(), late), fence.ErrOvertaken)
}

func droppedSettlesNoOther(t *testing.T, s *stand) {
	sub, all := s.listening(1)
	s.unsubscribe(sub)
	other, waits := s.listening(1)
	late := settled(sub, all[0], webhook.DeliveryDone)
	late.Waiting.Seq = waits[0].Seq
	fails(t, "settling", s.SettleDelivery(t.Context(), late), fence.ErrOvertaken)
	is(t, "of the other wait", len(s.waiting(other)), 1)
}

func receiverPauses(t *testing.T, s *stand) {
	sub, all := s.listening(1)
	end := settled(sub, all[0], webhook.DeliveryDead)
	end.Result.Verdict = webhook.Gone
	woken := s.wakes(func() { s.must(s.SettleDelivery(t.Context(), end)) })
	same(t, "woken", woken, []fence.Lane{s.laneOf(sub)})
	is(t, "status", got[webhook.Subscription](s)(s.SubscriptionByID(t.Context(), sub.ID)).Status, webhook.Paused)
}

func receiversWait(t *testing.T, s *stand) {
	one, _ := s.listening(2)
	two, all := s.listening(1)
	s.must(s.SettleDelivery(t.Context(), settled(two, all[0], webhook.DeliveryDead)))
	same(t, "told", got[[]uuid.UUID](s)(s.WaitingReceivers(t.Context())), []uuid.UUID{s.laneOf(one).ID})
}
