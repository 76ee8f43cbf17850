package storetest

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func webhookChanges() []rule {
	return []rule{
		{"a change is stored as a whole and survives a crash", changeIsKept},
		{"a change leaves what deliveries have found out meanwhile, unless it begins that anew", changeLeavesFindings},
		{"of two changes of one subscription the second is overtaken and changes nothing", changeIsOvertaken},
		{"a change into another subscription is refused and changes nothing", changeIntoAnother},
		{"a change wakes the lane, and what waited for a paused subscription still waits", changeWakes},
		{"each change of a subscription is told in its transaction to whoever hears it", subscriptionsChangesAreTold},
		{"a change that comes with another status is told as both, in this order", statusComesAlong},
		{"a partner has no more subscriptions than it may; deleted ones and those of others do not count", subscriptionsAreBounded},
	}
}

// altered is a change of all that an owner can change.
func altered(sub webhook.Subscription) webhook.Change {
	next := sub
	next.URL, next.Filters, next.UpdatedAt = "https://other.example", &webhook.Filters{FleetRefs: []string{"z"}}, at(7)
	next.Sealed, next.Previous, next.PreviousUntil = []byte("new"), []byte("sealed"), at(99)
	next.Encoding, next.Learned, next.RetryRefused = webhook.Gzip, "", true
	next.Health = webhook.Health{Since: at(7), Success: 1}
	return webhook.Change{From: sub, To: next, Event: webhook.EventUpdated}
}

func changeIsKept(t *testing.T, s *stand) {
	sub := subscribed(uuid.New(), eventName)
	sub.Learned, sub.Health = webhook.Identity, webhook.Health{Since: noon(), Success: 0.5, Counted: 3, FailedInRow: 2}
	c := altered(s.subscribe(sub))
	s.must(s.ChangeSubscription(t.Context(), c))
	s = s.crashed()
	same(t, "read", got[webhook.Subscription](s)(s.Subscription(t.Context(), sub.Partner, sub.ID)), c.To)
}

func changeLeavesFindings(t *testing.T, s *stand) {
	sub := subscribed(uuid.New(), eventName)
	sub.Learned, sub.Refused = webhook.Identity, 5
	sub.Health = webhook.Health{Since: noon(), Success: 0.5, Counted: 3, FailedInRow: 2}
	s.subscribe(sub)
	// Whoever changes it has read it before that was found out.
	read := sub
	read.Learned, read.Refused, read.Health = "", 0, webhook.Health{Since: noon(), Success: 1}
	paused := moved(t, read, webhook.Pause)
	s.must(s.ChangeSubscription(t.Context(), paused))
	want := sub
	want.Status, want.UpdatedAt, want.Paused = webhook.Paused, paused.To.UpdatedAt, paused.To.Paused
	is := got[webhook.Subscription](s)
	same(t, "paused", is(s.Subscription(t.Context(), sub.Partner, sub.ID)), want)
	anew := moved(t, paused.To, webhook.Activate)
	s.must(s.ChangeSubscription(t.Context(), anew))
	want = anew.To
	want.Refused = 5
	same(t, "activated", is(s.Subscription(t.Context(), sub.Partner, sub.ID)), want)
}

func changeIsOvertaken(t *testing.T, s *stand) {
	sub := s.subscribe(subscribed(uuid.New(), eventName))
	first := moved(t, sub, webhook.Pause)
	s.must(s.beside().ChangeSubscription(t.Context(), first))
	fails(t, "another change", s.ChangeSubscription(t.Context(), altered(sub)), fence.ErrOvertaken)
	stalled := sub
	stalled.UpdatedAt = first.To.UpdatedAt
	fails(t, "one that has seen another status", s.ChangeSubscription(t.Context(), altered(stalled)), fence.ErrOvertaken)
	same(t, "read", got[webhook.Subscription](s)(s.Subscription(t.Context(), sub.Partner, sub.ID)), first.To)
}

func changeIntoAnother(t *testing.T, s *stand) {
	sub := s.subscribe(subscribed(uuid.New(), eventName))
	other := subscribed(sub.Partner, eventName)
	other.URL, other.Filters = altered(sub).To.URL, altered(sub).To.Filters
	s.subscribe(other)
	fails(t, "changing", s.ChangeSubscription(t.Context(), altered(sub)), webhook.ErrDuplicate)
	same(t, "read", got[webhook.Subscription](s)(s.Subscription(t.Context(), sub.Partner, sub.ID)), sub)
	s.unsubscribe(other)
	s.must(s.ChangeSubscription(t.Context(), altered(sub)))
}

func changeWakes(t *testing.T, s *stand) {
	sub, all := s.listening(2)
	paused := moved(t, sub, webhook.Pause)
	for _, c := range []webhook.Change{paused, moved(t, paused.To, webhook.Activate)} {
		woken := s.wakes(func() { s.must(s.ChangeSubscription(t.Context(), c)) })
		same(t, c.Event+" wakes", woken, []fence.Lane{s.laneOf(sub)})
		same(t, c.Event+" leaves waiting", s.waiting(sub), all)
	}
}

func subscriptionsChangesAreTold(t *testing.T, s *stand) {
	partner := s.partner()
	hears := map[string]webhook.Subscription{}
	for _, name := range []string{webhook.EventCreated, webhook.EventUpdated, webhook.Pause.Event(), webhook.Activate.Event(),
		webhook.Stall.Event(), webhook.Delete.Event()} {
		hears[name] = s.subscribe(subscribed(partner, name))
		s.subscribe(subscribed(uuid.New(), name))
	}
	began := len(s.waiting(hears[webhook.EventCreated]))
	is(t, "heard of its own creation and of five others", began, 6)
	sub := s.subscribe(subscribed(partner, eventName))
	updated := altered(sub)
	paused := moved(t, updated.To, webhook.Pause)
	active := moved(t, paused.To, webhook.Activate)
	gone := moved(t, active.To, webhook.Delete)
	for _, c := range []webhook.Change{updated, paused, active, gone} {
		s.must(s.ChangeSubscription(t.Context(), c))
		waiting := s.waiting(hears[c.Event])
		is(t, c.Event, len(waiting), 1)
		is(t, c.Event+" at", waiting[0].Event.OccurredAt, c.To.UpdatedAt)
		is(t, c.Event+" of", waiting[0].Event.Subject, sub.ID)
		if data := string(waiting[0].Event.Data); !strings.Contains(data, `"status":"`+string(c.To.Status)+`"`) {
			t.Errorf("%s tells %s", c.Event, data)
		}
	}
	is(t, "created", len(s.waiting(hears[webhook.EventCreated])), began+1)
	is(t, "staled", len(s.waiting(hears[webhook.Stall.Event()])), 0)
}

func statusComesAlong(t *testing.T, s *stand) {
	partner := uuid.New()
	var hears []webhook.Subscription
	for _, name := range []string{webhook.Activate.Event(), webhook.EventUpdated} {
		sub := subscribed(partner, name)
		sub.URL = "https://r.example/"
		hears = append(hears, s.subscribe(sub))
	}
	paused := moved(t, s.subscribe(subscribed(partner, eventName)), webhook.Pause)
	s.must(s.ChangeSubscription(t.Context(), paused))
	updated := altered(paused.To)
	updated.To.Status = webhook.Active
	s.must(s.ChangeSubscription(t.Context(), updated))
	var told []string
	for _, w := range s.inQueue(s.laneOf(hears[0])) {
		is(t, "of", w.Event.Subject, paused.To.ID)
		told = append(told, w.Event.Name)
	}
	same(t, "told", told, []string{webhook.EventUpdated, webhook.Activate.Event()})
}

func subscriptionsAreBounded(t *testing.T, s *stand) {
	partner := uuid.New()
	insert := func(n, most int) error {
		var all []webhook.Subscription
		for range n {
			all = append(all, subscribed(partner, eventName))
		}
		return s.InsertSubscriptions(t.Context(), all, most)
	}
	s.must(insert(2, 2))
	first := got[[]webhook.Subscription](s)(s.Subscriptions(t.Context(), webhook.SubscriptionQuery{Partner: partner, Window: everything()}))[0]
	fails(t, "a third", insert(1, 2), webhook.ErrTooMany)
	fails(t, "two where one has room", insert(2, 3), webhook.ErrTooMany)
	is(t, "listed", len(s.subscriptions(webhook.SubscriptionQuery{Partner: partner})), 2)
	s.unsubscribe(first)
	s.must(insert(1, 2))
	s.must(s.InsertSubscriptions(t.Context(), []webhook.Subscription{subscribed(uuid.New(), eventName)}, 1))
	partner = uuid.New()
	s.must(insert(webhook.MostOfOne, 1000))
	fails(t, "one more to one event", insert(1, 1000), webhook.ErrTooManyOfOne)
	s.must(s.InsertSubscriptions(t.Context(), []webhook.Subscription{subscribed(partner, webhook.EventCreated)}, 1000))
	s.unsubscribe(got[[]webhook.Subscription](s)(s.Subscriptions(t.Context(), webhook.SubscriptionQuery{Partner: partner,
		EventNames: []string{eventName}, Window: everything()}))[0])
	fails(t, "two where one event has room for one", insert(2, 1000), webhook.ErrTooManyOfOne)
	s.must(insert(1, 1000))
}
