package storetest

import (
	"net/http"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func receiversAsOne() []rule {
	return []rule{
		{"what a receiver does becomes of all its subscriptions that are not paused, and each is told", receiverIsOne},
		{"the stale subscriptions of a receiver have one pace at which they are tried", onePace},
		{"a subscription that its owner pauses or deletes is that one alone", ownerPausesOne},
		{"whoever vouches for a receiver brings back all its stale subscriptions", ownerVouches},
		{"each attempt counts for a receiver, whichever process it is of", judgedInTurns},
	}
}

// ill is how a receiver is that fails once too often with the next failure.
func ill() webhook.Health { return webhook.Health{Since: at(-60), Success: 0.5, FailedInRow: 9} }

// stalls makes a subscription stale, and those of its receiver, by an attempt at what waits for it.
func (s *stand) stalls(sub webhook.Subscription) webhook.Subscription {
	s.t.Helper()
	sick := sub
	sick.Health, sick.UpdatedAt = ill(), sub.UpdatedAt.Add(1000)
	s.must(s.ChangeSubscription(s.t.Context(), webhook.Change{From: sub, To: sick, Event: webhook.EventUpdated}))
	end := settled(sub, s.waiting(sub)[0], webhook.DeliveryWaiting)
	end.Result = webhook.Result{Verdict: webhook.Retry, StatusCode: 503, Attempt: 9}
	s.must(s.SettleDelivery(s.t.Context(), end))
	return s.stored(sub)
}

// probes ends an attempt at the first delivery of a stale subscription when it is due to be tried.
func (s *stand) probes(sub webhook.Subscription, v webhook.Verdict) {
	s.t.Helper()
	to := webhook.DeliveryWaiting
	if v == webhook.Delivered {
		to = webhook.DeliveryDone
	}
	end := settled(sub, s.waiting(sub)[0], to)
	end.Probe, end.Result, end.Log.CreatedAt = true, webhook.Result{Verdict: v, StatusCode: 500, Attempt: 1}, sub.ProbeAt()
	s.must(s.SettleDelivery(s.t.Context(), end))
}

// stored is a subscription as it is.
func (s *stand) stored(sub webhook.Subscription) webhook.Subscription {
	s.t.Helper()
	return got[webhook.Subscription](s)(s.SubscriptionByID(s.t.Context(), sub.ID))
}

// become checks the status of subscriptions, and that each was told of.
func (s *stand) become(says string, to webhook.Status, heard webhook.Subscription, all ...webhook.Subscription) {
	s.t.Helper()
	told := map[uuid.UUID]bool{}
	for _, w := range s.waiting(heard) {
		told[w.Event.Subject] = true
	}
	for _, sub := range all {
		is(s.t, says+" "+sub.EventName, s.stored(sub).Status, to)
		is(s.t, says+": told of "+sub.EventName, told[sub.ID], true)
	}
}

func receiverIsOne(t *testing.T, s *stand) {
	partner := s.partner()
	subs := s.wildcard(partner, "https://r.example/")
	elsewhere := append(s.wildcard(partner, "https://s.example/"), s.wildcard(s.partner(), "https://r.example/")...)
	paused := subscribed(partner, "vehicle.added")
	paused.URL, paused.Status = subs[0].URL, webhook.Paused
	s.subscribe(paused)
	hears := map[webhook.Move]webhook.Subscription{}
	for _, m := range []webhook.Move{webhook.Stall, webhook.Activate, webhook.Pause} {
		hears[m] = s.subscribe(subscribed(partner, m.Event()))
	}
	for subject := range byte(3) {
		s.happens(partner, subject, event.OperationCreated, event.OperationSucceeded)
	}
	stale := s.stalls(subs[0])
	s.become("a failure too much", webhook.Stale, hears[webhook.Stall], subs...)
	for _, w := range s.inQueue(s.laneOf(stale)) {
		if w.Event.Subject == (uuid.UUID{0}) {
			is(t, "the first of its thing", w.Event.Name, event.OperationCreated)
			break
		}
	}
	s.probes(stale, webhook.Delivered)
	s.become("a probe that is delivered", webhook.Active, hears[webhook.Activate], subs...)
	s.gone(subs[0])
	s.become("a receiver that is gone", webhook.Paused, hears[webhook.Pause], subs...)
	for _, sub := range subs {
		is(t, "who paused it", s.stored(sub).Paused.By, string(webhook.ByReceiver))
	}
	s.arrange(subs[0])
	is(t, "in the receiver's queue", len(s.inQueue(s.laneOf(subs[0]))), 0)
	is(t, "what was paused stays", s.stored(paused).UpdatedAt, paused.UpdatedAt)
	for _, sub := range elsewhere {
		same(t, "elsewhere", s.stored(sub), sub)
	}
}

func onePace(t *testing.T, s *stand) {
	subs := s.wildcard(s.partner(), "https://r.example/")
	s.happens(subs[0].Partner, 1, event.OperationCreated, event.OperationSucceeded)
	stale := s.stalls(subs[0])
	for range 3 {
		s.probes(stale, webhook.Retry)
		stale = s.stored(stale)
		for _, sub := range subs {
			is(t, "tried", s.stored(sub).ProbeAt(), stale.ProbeAt())
		}
	}
	is(t, "failed", stale.Health.Counted, 3)
}

func ownerPausesOne(t *testing.T, s *stand) {
	subs := s.wildcard(s.partner(), "https://r.example/")
	pause := moved(t, subs[0], webhook.Pause)
	pause.To.Paused.By, pause.To.Paused.Why = "operator:ada", `they "move"`
	s.must(s.ChangeSubscription(t.Context(), pause))
	is(t, "who paused it", s.stored(subs[0]).Paused, audit.Mark{By: "operator:ada", Why: `they "move"`, At: pause.To.UpdatedAt})
	s.must(s.ChangeSubscription(t.Context(), moved(t, s.stored(subs[0]), webhook.Activate)))
	is(t, "who paused what is active", s.stored(subs[0]).Paused, audit.Mark{})
	s.unsubscribe(subs[1])
	same(t, "the third", s.stored(subs[2]), subs[2])
}

func ownerVouches(t *testing.T, s *stand) {
	partner := s.partner()
	subs := s.wildcard(partner, "https://r.example/")
	other := s.subscribe(subscribed(partner, "vehicle.added"))
	paused := subscribed(partner, "vehicle.removed")
	paused.URL, paused.Status = subs[0].URL, webhook.Paused
	s.subscribe(paused)
	heard := s.subscribe(subscribed(partner, webhook.Activate.Event()))
	s.happens(partner, 1, event.OperationCreated)
	for says, vouch := range map[string]func(){
		"activating one": func() { s.must(s.ChangeSubscription(t.Context(), moved(t, s.stored(subs[1]), webhook.Activate))) },
		"a new one": func() {
			sub := subscribed(partner, "user.added")
			sub.URL = subs[0].URL
			s.subscribe(sub)
		},
		"one that is moved there": func() {
			to := other
			to.URL, to.UpdatedAt = subs[0].URL, at(5)
			s.must(s.ChangeSubscription(t.Context(), webhook.Change{From: other, To: to, Event: webhook.EventUpdated}))
		},
	} {
		s.stalls(s.stored(subs[0]))
		vouch()
		s.become(says, webhook.Active, heard, subs...)
	}
	is(t, "what was paused stays", s.stored(paused).Status, webhook.Paused)
}

func judgedInTurns(t *testing.T, s *stand) {
	sub, waiting := s.listening(3)
	other := s.beside()
	for n, c := range []struct {
		by     *stand
		status int
		failed int
	}{
		// What judges nobody leaves the subscription as it is remembered.
		{s, http.StatusTooManyRequests, 0},
		{other, http.StatusServiceUnavailable, 1},
		{s, http.StatusServiceUnavailable, 2},
	} {
		end := settled(sub, waiting[n], webhook.DeliveryWaiting)
		end.Result = webhook.Result{Verdict: webhook.Retry, StatusCode: c.status, Attempt: 9}
		c.by.must(c.by.SettleDelivery(t.Context(), end))
		is(t, "failed in a row", s.stored(sub).Health.FailedInRow, c.failed)
	}
}
