package storetest

import (
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func expiry() []rule {
	return []rule{
		{"what has waited too long at a stale subscription is a dead letter that says why, and what is younger waits on", staleExpires},
		{"what waits for an active subscription waits on however old it is", activeWaitsOn},
		{"what has waited too long at a paused subscription is a dead letter, and goes out when it is replayed", pausedExpires},
		{"a dead letter that was replayed has its time anew", replayedWaitsAnew},
		{"what has waited too long has a sequence number, in the order of what occurred", expiredAreNumbered},
		{"deliveries become dead letters in parts, between which others write, and what was looked at is not looked at again", expiryIsBounded},
		{"whoever holds a delivery that has waited too long settles it only if it has arrived", expiredIsOvertaken},
	}
}

// expire makes dead letters of what has waited since before a minute, at another, and returns in how many parts that went.
func (s *stand) expire(before, minute int) (parts int) {
	s.t.Helper()
	for behind, more := int64(0), true; more; parts++ {
		var err error
		behind, more, err = s.ExpireDeliveries(s.t.Context(), behind, at(before), at(minute))
		s.must(err)
	}
	return parts
}

// held is a subscription to whom as many events were told, a minute after the other from noon on, before it was held.
func (s *stand) held(n int, as webhook.Status) (webhook.Subscription, []event.Event) {
	s.t.Helper()
	partner, fleet := s.partner(), s.fleet()
	s.grant(granted(partner, fleet))
	sub, all := s.subscribe(subscribed(partner, eventName)), []event.Event{}
	for i := range n {
		e := fact(partner, fleet)
		e.Subject, e.OccurredAt = uuid.UUID{byte(n - i)}, at(i)
		all = append(all, e)
	}
	s.publish(all...)
	is := sub
	if is.Status = as; as != webhook.Active {
		is.UpdatedAt = at(n)
		s.must(s.ChangeSubscription(s.t.Context(), webhook.Change{From: sub, To: is, Event: as.Event()}))
		s.arrange(is)
	}
	return is, all
}

func ids(all ...event.Event) (out []uuid.UUID) {
	for _, e := range all {
		out = append(out, e.ID)
	}
	return out
}

func staleExpires(t *testing.T, s *stand) {
	sub, all := s.held(3, webhook.Stale)
	woken := s.wakes(func() { s.expire(2, 9) })
	is(t, "its lane looks anew", len(woken), 1)
	s = s.crashed()
	same(t, "dead", s.dead(webhook.DeadLetterQuery{Subscription: sub.ID}), ids(all[1], all[0]))
	is(t, "the younger one is told", s.told(sub, all[2]), true)
	is(t, "waiting", len(s.waiting(sub)), 1)
	one := got[page.Found[webhook.DeadLetter]](s)(s.DeadLetters(t.Context(), webhook.DeadLetterQuery{Subscription: sub.ID, Window: everything()})).Entries[0]
	is(t, "died at", one.DiedAt, at(9))
	is(t, "tries", one.Tries, 0)
	if one.ErrorMessage == nil || *one.ErrorMessage != *sub.Expired(webhook.Waiting{}, at(9)).ErrorMessage {
		t.Errorf("it says %v", one.ErrorMessage)
	}
	same(t, "counted", got[[]webhook.Count](s)(s.Counts(t.Context(), sub.ID, noon())), []webhook.Count{{Quarter: noon(), Messages: 2}})
	s.swept(func() (bool, error) { return s.SweepDeadLetters(t.Context(), at(10)) })
	is(t, "they go as others do", len(s.dead(webhook.DeadLetterQuery{Subscription: sub.ID})), 0)
}

func activeWaitsOn(t *testing.T, s *stand) {
	sub, _ := s.held(2, webhook.Active)
	s.expire(100, 109)
	is(t, "waiting", len(s.waiting(sub)), 2)
	is(t, "dead", len(s.dead(webhook.DeadLetterQuery{Subscription: sub.ID})), 0)
}

func pausedExpires(t *testing.T, s *stand) {
	sub, all := s.held(2, webhook.Paused)
	s.expire(100, 109)
	same(t, "dead", s.dead(webhook.DeadLetterQuery{Subscription: sub.ID}), ids(all[1], all[0]))
	is(t, "waiting", len(s.waiting(sub)), 0)
	s.must(s.ChangeSubscription(t.Context(), moved(t, sub, webhook.Activate)))
	s.revive(webhook.DeadLetterQuery{Subscription: sub.ID}, 110)
	is(t, "waiting again", len(s.waiting(sub)), 2)
	for _, c := range got[[]webhook.Count](s)(s.Counts(t.Context(), sub.ID, noon())) {
		is(t, "messages", c.Messages, 0)
	}
}

func replayedWaitsAnew(t *testing.T, s *stand) {
	sub, _ := s.held(2, webhook.Stale)
	s.expire(100, 109)
	s.revive(webhook.DeadLetterQuery{Subscription: sub.ID}, 110)
	s.expire(105, 111)
	is(t, "waiting", len(s.waiting(sub)), 2)
	s.expire(111, 120)
	is(t, "waiting", len(s.waiting(sub)), 0)
}

func expiredAreNumbered(t *testing.T, s *stand) {
	sub, all := s.held(4, webhook.Stale)
	// The last one was taken up before the others.
	first := s.waiting(sub)[0]
	got[map[int64]int64](s)(s.Number(t.Context(), sub.Partner, []int64{first.Seq}))
	s.expire(4, 9)
	s.revive(webhook.DeadLetterQuery{Subscription: sub.ID}, 10)
	numbers := map[uuid.UUID]int64{}
	for _, w := range s.waiting(sub) {
		numbers[w.Event.ID] = w.Sequence
	}
	want := map[uuid.UUID]int64{all[3].ID: 1, all[0].ID: 2, all[1].ID: 3, all[2].ID: 4}
	same(t, "numbers", numbers, want)
	last := fact(sub.Partner, uuid.Nil)
	s.publish(last)
	for _, w := range s.waiting(sub) {
		if w.Event.ID == last.ID {
			is(t, "the next", got[map[int64]int64](s)(s.Number(t.Context(), sub.Partner, []int64{w.Seq}))[w.Seq], int64(5))
		}
	}
}

func expiryIsBounded(t *testing.T, s *stand) {
	sub, _ := s.held(250, webhook.Stale)
	next, more, err := s.ExpireDeliveries(t.Context(), 0, at(300), at(309))
	s.must(err)
	dead := len(s.dead(webhook.DeadLetterQuery{Subscription: sub.ID}))
	if !more || dead == 0 || dead == 250 {
		t.Fatalf("%d became dead letters in one part, for which every other write waits", dead)
	}
	for more {
		next, more, err = s.ExpireDeliveries(t.Context(), next, at(300), at(309))
		s.must(err)
	}
	is(t, "dead", len(s.dead(webhook.DeadLetterQuery{Subscription: sub.ID})), 250)
	again, more, err := s.ExpireDeliveries(t.Context(), next, at(300), at(309))
	s.must(err)
	is(t, "where it goes on", again, next)
	is(t, "more", more, false)
}

func expiredIsOvertaken(t *testing.T, s *stand) {
	sub, _ := s.held(1, webhook.Stale)
	w := s.waiting(sub)[0]
	s.expire(100, 109)
	if err := s.SettleDelivery(t.Context(), settled(sub, w, webhook.DeliveryWaiting)); err == nil {
		t.Error("it waits again")
	}
	is(t, "dead", len(s.dead(webhook.DeadLetterQuery{Subscription: sub.ID})), 1)
	s.must(s.SettleDelivery(t.Context(), settled(sub, w, webhook.DeliveryDone)))
	is(t, "dead though it has arrived", len(s.dead(webhook.DeadLetterQuery{Subscription: sub.ID})), 0)
}
