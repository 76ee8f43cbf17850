package storetest

import (
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func deadLetters() []rule {
	return []rule{
		{"dead letters are listed with their events and last attempts, and narrowed by what is asked for", deadLettersAreListed},
		{"what waits of a subscription is counted up to a bound", waitingDeliveriesAreCounted},
		{"dead letters have pages in both directions", deadLettersHavePages},
		{"a revived dead letter waits in its old place as if it had never been tried", deadLetterIsRevived},
		{"a dead letter that is revived goes to where its subscription leads, and leaves what waits there as it is", revivedElsewhere},
		{"of many dead letters a part is revived at a time, the oldest first, until nothing is left", manyAreRevived},
		{"only what is selected is revived, and what is dead no more is left alone", selectedAreRevived},
		{"deliveries are counted by quarters, and a message once however often it is tried or replayed", deliveriesAreCounted},
		{"a dead letter whose count is gone takes nothing from those of others when it is revived", countsAreNotNegative},
	}
}

func everything() page.Window { return page.Window{Limit: 1000} }

// mourning is a subscription of which as many deliveries are dead. Their events occurred a minute apart
// from noon on, and they died one after the other behind that.
func (s *stand) mourning(n int) (webhook.Subscription, []webhook.Waiting) {
	s.t.Helper()
	partner, fleet := s.partner(), s.fleet()
	s.grant(granted(partner, fleet))
	sub := s.subscribe(subscribed(partner, eventName))
	var all []event.Event
	for i := range n {
		e := fact(partner, fleet)
		e.Subject, e.OccurredAt = uuid.UUID{byte(i >> 8), byte(i)}, at(i)
		all = append(all, e)
	}
	s.publish(all...)
	var waiting []webhook.Waiting
	for after := ""; len(waiting) < n; after = waiting[len(waiting)-1].Event.Subject.String() {
		waiting = append(waiting, got[[]webhook.Waiting](s)(s.Deliveries(s.t.Context(),
			fence.Query{Lane: s.laneOf(sub), After: after, Chains: 500, Depth: 1}))...)
	}
	for i, w := range waiting {
		end := settled(sub, w, webhook.DeliveryDead)
		message := "the receiver is on fire"
		end.Log.CreatedAt, end.Log.ErrorMessage = at(n+i), &message
		s.must(s.SettleDelivery(s.t.Context(), end))
	}
	return sub, waiting
}

// dead are the ids of the events of dead letters.
func (s *stand) dead(q webhook.DeadLetterQuery) []uuid.UUID {
	s.t.Helper()
	if q.Window.Limit == 0 {
		q.Window = everything()
	}
	var ids []uuid.UUID
	for _, d := range got[page.Found[webhook.DeadLetter]](s)(s.DeadLetters(s.t.Context(), q)).Entries {
		ids = append(ids, d.Event.ID)
	}
	return ids
}

func deadLettersAreListed(t *testing.T, s *stand) {
	sub, all := s.mourning(3)
	s.mourning(1)
	s = s.crashed()
	message := "the receiver is on fire"
	found := got[page.Found[webhook.DeadLetter]](s)(s.DeadLetters(t.Context(), webhook.DeadLetterQuery{Subscription: sub.ID, Window: everything()})).Entries
	is(t, "found", len(found), 3)
	same(t, "the oldest", found[2], webhook.DeadLetter{Seq: all[0].Seq, Subscription: sub.ID, Event: all[0].Event, Tries: 1, DiedAt: at(3),
		StatusCode: 500, ErrorMessage: &message})
	ids := func(n ...int) (out []uuid.UUID) {
		for _, i := range n {
			out = append(out, all[i].Event.ID)
		}
		return out
	}
	for says, c := range map[string]struct {
		q    webhook.DeadLetterQuery
		want []uuid.UUID
	}{
		"all":                {webhook.DeadLetterQuery{}, ids(2, 1, 0)},
		"of a time":          {webhook.DeadLetterQuery{From: at(1), To: at(2)}, ids(1)},
		"by their events":    {webhook.DeadLetterQuery{Events: []uuid.UUID{all[2].Event.ID, all[0].Event.ID, uuid.New()}}, ids(2, 0)},
		"by event and time":  {webhook.DeadLetterQuery{Events: ids(0), From: at(1)}, nil},
		"of no subscription": {webhook.DeadLetterQuery{Subscription: uuid.New()}, nil},
	} {
		if c.q.Subscription == uuid.Nil {
			c.q.Subscription = sub.ID
		}
		same(t, says, s.dead(c.q), c.want)
	}
	is(t, "counted", got[int](s)(s.CountDeadLetters(t.Context(), sub.ID)), 3)
}

func waitingDeliveriesAreCounted(t *testing.T, s *stand) {
	sub, _ := s.mourning(3)
	other, _ := s.mourning(1)
	is(t, "what is dead", got[int](s)(s.CountWaiting(t.Context(), sub.ID, 9)), 0)
	s.revive(webhook.DeadLetterQuery{Subscription: sub.ID}, 9)
	is(t, "what waits", got[int](s)(s.CountWaiting(t.Context(), sub.ID, 9)), 3)
	is(t, "more than is counted", got[int](s)(s.CountWaiting(t.Context(), sub.ID, 2)), 2)
	is(t, "of another", got[int](s)(s.CountWaiting(t.Context(), other.ID, 9)), 0)
}

func deadLettersHavePages(t *testing.T, s *stand) {
	sub, all := s.mourning(3)
	q := webhook.DeadLetterQuery{Subscription: sub.ID, Window: page.Window{Limit: 2}}
	same(t, "the first page", s.dead(q), []uuid.UUID{all[2].Event.ID, all[1].Event.ID})
	q.Window.Place = page.Position{Seq: all[1].Seq}
	same(t, "behind it", s.dead(q), []uuid.UUID{all[0].Event.ID})
	q.Window.Backwards = true
	same(t, "before the second", s.dead(q), []uuid.UUID{all[2].Event.ID})
}

// revive replays all that a query selects and returns in how many parts that went.
func (s *stand) revive(q webhook.DeadLetterQuery, minute int) (revived, parts int) {
	s.t.Helper()
	for behind, more := int64(0), true; more; more = behind > 0 {
		n, next, err := s.Revive(s.t.Context(), q, behind, at(minute))
		s.must(err)
		revived, parts, behind = revived+n, parts+1, next
	}
	return revived, parts
}

func deadLetterIsRevived(t *testing.T, s *stand) {
	sub, all := s.mourning(2)
	later := all[0].Event
	later.ID = uuid.New()
	s.publish(later)
	woken := s.wakes(func() {
		n, _ := s.revive(webhook.DeadLetterQuery{Subscription: sub.ID}, 9)
		is(t, "revived", n, 2)
	})
	same(t, "woken", woken, []fence.Lane{s.laneOf(sub)})
	s = s.crashed()
	waiting := s.waiting(sub)
	is(t, "waiting", len(waiting), 3)
	want := all[0]
	want.NextAt = at(9)
	same(t, "the first, in front of what came later of its subject", waiting[0], want)
	is(t, "then the later one", waiting[1].Event.ID, later.ID)
	is(t, "dead", len(s.dead(webhook.DeadLetterQuery{Subscription: sub.ID})), 0)
	s.must(s.SettleDelivery(t.Context(), settled(sub, waiting[0], webhook.DeliveryDead)))
	is(t, "dead again", len(s.dead(webhook.DeadLetterQuery{Subscription: sub.ID})), 1)
}

func revivedElsewhere(t *testing.T, s *stand) {
	sub, _ := s.mourning(1)
	away := moved(t, sub, webhook.Pause)
	away.To.Status, away.To.URL = sub.Status, "https://elsewhere.example/"
	s.must(s.ChangeSubscription(t.Context(), away))
	e := fact(sub.Partner, uuid.Nil)
	e.OccurredAt = at(7)
	s.publish(e)
	failed := settled(sub, s.waiting(away.To)[0], webhook.DeliveryWaiting)
	failed.NextAt = noon().AddDate(99, 0, 0)
	s.must(s.SettleDelivery(t.Context(), failed))
	n, _ := s.revive(webhook.DeadLetterQuery{Subscription: sub.ID}, 9)
	is(t, "revived", n, 1)
	s.arrange(away.To)
	all := s.waiting(away.To)
	is(t, "waiting", len(all), 2)
	is(t, "the revived one is due", all[0].NextAt, at(9))
	is(t, "the other is due when it was", all[1].NextAt, failed.NextAt)
}

func manyAreRevived(t *testing.T, s *stand) {
	const many = 1100
	sub, all := s.mourning(many)
	n, next, err := s.Revive(t.Context(), webhook.DeadLetterQuery{Subscription: sub.ID}, 0, at(9))
	s.must(err)
	if n < 1 || n >= many || next != all[n-1].Seq {
		t.Fatalf("%d revived at once, up to %d", n, next)
	}
	rest, _ := s.revive(webhook.DeadLetterQuery{Subscription: sub.ID}, 9)
	is(t, "revived", n+rest, many)
	is(t, "dead", got[int](s)(s.CountDeadLetters(t.Context(), sub.ID)), 0)
}

func selectedAreRevived(t *testing.T, s *stand) {
	sub, all := s.mourning(4)
	other, _ := s.mourning(1)
	n, _ := s.revive(webhook.DeadLetterQuery{Subscription: sub.ID, From: at(1), To: at(3)}, 9)
	is(t, "of a time", n, 2)
	n, _ = s.revive(webhook.DeadLetterQuery{Subscription: sub.ID, Events: []uuid.UUID{all[1].Event.ID, all[3].Event.ID}}, 9)
	is(t, "by their events, one of which waits", n, 1)
	same(t, "dead", s.dead(webhook.DeadLetterQuery{Subscription: sub.ID}), []uuid.UUID{all[0].Event.ID})
	is(t, "of another", len(s.dead(webhook.DeadLetterQuery{Subscription: other.ID})), 1)
}

func deliveriesAreCounted(t *testing.T, s *stand) {
	sub, all := s.mourning(1)
	quarter := noon()
	same(t, "given up", got[[]webhook.Count](s)(s.Counts(t.Context(), sub.ID, quarter)),
		[]webhook.Count{{Quarter: quarter, Requests: 1, Messages: 1}})
	s.revive(webhook.DeadLetterQuery{Subscription: sub.ID}, 9)
	end := settled(sub, s.waiting(sub)[0], webhook.DeliveryDone)
	ms := 30
	end.Log.CreatedAt, end.Log.StatusCode, end.Log.ResponseTimeMS = at(20), 202, &ms
	s.must(s.SettleDelivery(t.Context(), end))
	want := []webhook.Count{{Quarter: quarter, Requests: 1, Messages: 1, Delivered: 1},
		{Quarter: at(15), Requests: 1, Accepted: 1, Answered: 1, Took: 30}}
	same(t, "and delivered", got[[]webhook.Count](s)(s.Counts(t.Context(), sub.ID, quarter)), want)
	same(t, "from then on", got[[]webhook.Count](s)(s.Counts(t.Context(), sub.ID, at(15))), want[1:])
	is(t, "of another", len(got[[]webhook.Count](s)(s.Counts(t.Context(), all[0].Event.ID, quarter))), 0)
}

func countsAreNotNegative(t *testing.T, s *stand) {
	sub, all := s.listening(1)
	s.must(s.SettleDelivery(t.Context(), settled(sub, all[0], webhook.DeliveryWaiting)))
	s.swept(func() (bool, error) { return s.SweepLogs(t.Context(), at(15)) })
	s.must(s.SettleDelivery(t.Context(), settled(sub, s.waiting(sub)[0], webhook.DeliveryDead)))
	is(t, "quarters", len(got[[]webhook.Count](s)(s.Counts(t.Context(), sub.ID, noon()))), 1)
	_, _, err := s.Revive(t.Context(), webhook.DeadLetterQuery{Subscription: sub.ID}, 0, at(3))
	s.must(err)
	for _, c := range got[[]webhook.Count](s)(s.Counts(t.Context(), sub.ID, noon())) {
		is(t, "messages", c.Messages, 0)
	}
}
