package storetest

import (
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func feeds() []rule {
	return []rule{
		{"what is filed stands behind what was filed before, whole and numbered, and waits no more", filedInOrder},
		{"what is filed tells whose it is and of what kind", whoseIsKept},
		{"what waits for a paused subscription is not filed", pausedIsNotFiled},
		{"what waits for a subscription that has left the feed meanwhile is not filed", leftIsNotFiled},
		{"more than one write files is filed in several, and nothing is lost", filedInParts},
		{"what is in a feed stays when its subscriptions are gone", feedStays},
		{"what was filed before a time is removed in parts, and it is told how far", feedIsSwept},
	}
}

func filedInOrder(t *testing.T, s *stand) {
	subs := s.wildcard(s.partner(), webhook.FeedURL)
	to := s.laneOf(subs[0]).ID
	file := func() int { return got[int](s)(s.File(t.Context(), to)) }
	s.happens(subs[0].Partner, 1, event.OperationCreated)
	before := s.inQueue(s.laneOf(subs[0]))
	is(t, "filed", file(), 1)
	s.happens(subs[0].Partner, 1, event.OperationFailed, event.OperationCreated)
	is(t, "filed", file(), 2)
	is(t, "nothing is left", file(), 0)
	is(t, "waiting", len(s.inQueue(s.laneOf(subs[0]))), 0)
	s = s.crashed()
	all := got[[]webhook.Filed](s)(s.Filed(t.Context(), to, 0, 9))
	is(t, "in the feed", len(all), 3)
	same(t, "the first", all[0], webhook.Filed{Place: 1, Subscription: subs[0].ID, Sequence: 1, Event: before[0].Event})
	for i, want := range []webhook.Filed{{Place: 1, Sequence: 1}, {Place: 2, Sequence: 1}, {Place: 3, Sequence: 2}} {
		same(t, "numbers", [2]int64{all[i].Place, all[i].Sequence}, [2]int64{want.Place, want.Sequence})
	}
	same(t, "behind the first", got[[]webhook.Filed](s)(s.Filed(t.Context(), to, 1, 1)), all[1:2])
	is(t, "the newest", got[webhook.Receiver](s)(s.Receiver(t.Context(), to)).Filed, 3)
	is(t, "of another", len(got[[]webhook.Filed](s)(s.Filed(t.Context(), uuid.New(), 0, 9))), 0)
}

func whoseIsKept(t *testing.T, s *stand) {
	partner, fleet := s.partner(), s.fleet()
	s.grant(granted(partner, fleet))
	sub := subscribed(partner, eventName)
	sub.URL = webhook.FeedURL
	sub = s.subscribe(sub)
	own, of := fact(partner, fleet), fact(partner, fleet)
	own.Own = true
	s.publish(own, of)
	got[int](s)(s.File(t.Context(), s.laneOf(sub).ID))
	s = s.crashed()
	var all []event.Event
	for _, f := range got[[]webhook.Filed](s)(s.Filed(t.Context(), s.laneOf(sub).ID, 0, 9)) {
		all = append(all, f.Event)
	}
	same(t, "in the feed", all, []event.Event{own, of})
}

func pausedIsNotFiled(t *testing.T, s *stand) {
	subs := s.wildcard(s.partner(), webhook.FeedURL)
	s.happens(subs[0].Partner, 1, event.OperationCreated, event.OperationCreated, event.OperationFailed)
	s.must(s.ChangeSubscription(t.Context(), moved(t, subs[0], webhook.Pause)))
	s.arrange(subs[0])
	is(t, "filed", got[int](s)(s.File(t.Context(), s.laneOf(subs[0]).ID)), 1)
	is(t, "waiting", len(s.waiting(subs[0])), 2)
}

func leftIsNotFiled(t *testing.T, s *stand) {
	subs := s.wildcard(s.partner(), webhook.FeedURL)
	feed := s.laneOf(subs[0]).ID
	s.happens(subs[0].Partner, 1, event.OperationCreated, event.OperationFailed)
	next := subs[0]
	next.URL, next.UpdatedAt = "https://s.example/", at(3)
	s.must(s.ChangeSubscription(t.Context(), webhook.Change{From: subs[0], To: next, Event: webhook.EventUpdated}))
	is(t, "filed", got[int](s)(s.File(t.Context(), feed)), 1)
	is(t, "for whom", got[[]webhook.Filed](s)(s.Filed(t.Context(), feed, 0, 9))[0].Event.Name, event.OperationFailed)
	s.arrange(next)
	is(t, "waiting where it leads", len(s.inQueue(s.laneOf(next))), 1)
}

func filedInParts(t *testing.T, s *stand) {
	const many = 300
	sub := s.wildcard(s.partner(), webhook.FeedURL)[0]
	for range many {
		s.happens(sub.Partner, byte(uuid.New()[0]), event.OperationCreated)
	}
	to, parts := s.laneOf(sub).ID, 0
	for got[int](s)(s.File(t.Context(), to)) > 0 {
		parts++
	}
	all := got[[]webhook.Filed](s)(s.Filed(t.Context(), to, 0, 2*many))
	is(t, "filed", len(all), many)
	for i, f := range all {
		same(t, "numbers", [2]int64{f.Place, f.Sequence}, [2]int64{int64(i + 1), int64(i + 1)})
	}
	if parts < 2 {
		t.Errorf("%d were filed in one write", many)
	}
}

func feedIsSwept(t *testing.T, s *stand) {
	const many = 200
	sub := s.wildcard(s.partner(), webhook.FeedURL)[0]
	to := s.laneOf(sub).ID
	for range many {
		s.happens(sub.Partner, 1, event.OperationCreated)
	}
	for got[int](s)(s.File(t.Context(), to)) > 0 {
	}
	s.later(at(9).Sub(noon()))
	s.happens(sub.Partner, 1, event.OperationCreated)
	got[int](s)(s.File(t.Context(), to))
	is(t, "before all", got[bool](s)(s.SweepFeeds(t.Context(), noon())), false)
	is(t, "in parts", got[bool](s)(s.SweepFeeds(t.Context(), at(5))), true)
	for got[bool](s)(s.SweepFeeds(t.Context(), at(5))) {
	}
	all := got[[]webhook.Filed](s)(s.Filed(t.Context(), to, 0, 9))
	is(t, "left", len(all), 1)
	is(t, "its place", all[0].Place, many+1)
	is(t, "removed", got[webhook.Receiver](s)(s.Receiver(t.Context(), to)).Swept, many)
}

func feedStays(t *testing.T, s *stand) {
	subs := s.wildcard(s.partner(), webhook.FeedURL)
	to := s.laneOf(subs[0]).ID
	s.happens(subs[0].Partner, 1, event.OperationCreated)
	got[int](s)(s.File(t.Context(), to))
	for _, sub := range subs {
		deleted := sub
		deleted.Status, deleted.UpdatedAt = webhook.Deleted, at(3)
		s.must(s.ChangeSubscription(t.Context(), webhook.Change{From: sub, To: deleted, Event: webhook.Delete.Event()}))
	}
	for got[bool](s)(s.SweepDeleted(t.Context())) {
	}
	is(t, "the feed", s.laneOf(subs[0]).ID, to)
	is(t, "in the feed", len(got[[]webhook.Filed](s)(s.Filed(t.Context(), to, 0, 9))), 1)
}
