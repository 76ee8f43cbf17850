package storetest

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func trails() []rule {
	return []rule{
		{"the attempts to tell of a subject are found by it, with what they signed, and no others are", subjectIsFound},
		{"of many attempts to tell of a subject the newest are listed", newestOfSubject},
		{"what of a subject waits or is dead is found, whether or not it was tried, and what was delivered is not", undeliveredIsFound},
		{"what waits for a subscription that is paused is found, and another partner's is not", undeliveredIsOnes},
	}
}

// logged is the end of an attempt that knows its subject.
func logged(sub webhook.Subscription, w webhook.Waiting, to webhook.DeliveryState, minute int) webhook.Settled {
	end := settled(sub, w, to)
	end.Log.Subject, end.Log.Attempt, end.Log.CreatedAt = w.Event.Subject, w.Tries+1, at(minute)
	end.Log.Signed = webhook.Signed{At: at(minute), Sum: [32]byte{1, 2, 3, byte(minute)}}
	return end
}

func subjectIsFound(t *testing.T, s *stand) {
	sub, all := s.listening(3)
	first, other := logged(sub, all[0], webhook.DeliveryDone, 2), logged(sub, all[1], webhook.DeliveryDone, 3)
	unknown := settled(sub, all[2], webhook.DeliveryDone)
	for _, end := range []webhook.Settled{first, other, unknown} {
		s.must(s.SettleDelivery(t.Context(), end))
	}
	s = s.crashed()
	same(t, "of the first", got[[]webhook.DeliveryLog](s)(s.SubjectLogs(t.Context(), all[0].Event.Subject, 9)), []webhook.DeliveryLog{first.Log})
	of := func(q webhook.LogQuery) []webhook.DeliveryLog {
		q.Window = everything()
		return got[page.Found[webhook.DeliveryLog]](s)(s.DeliveryLogs(t.Context(), q)).Entries
	}
	same(t, "among those of the subscription", of(webhook.LogQuery{Subscription: sub.ID, Subject: all[0].Event.Subject}), []webhook.DeliveryLog{first.Log})
	is(t, "of another subscription", len(of(webhook.LogQuery{Subscription: uuid.New(), Subject: all[0].Event.Subject})), 0)
	is(t, "of another status", len(of(webhook.LogQuery{Subscription: sub.ID, Subject: all[0].Event.Subject, Status: webhook.LogSuccess})), 0)
	is(t, "of none", len(got[[]webhook.DeliveryLog](s)(s.SubjectLogs(t.Context(), uuid.Nil, 9))), 0)
	is(t, "of one whose subject was not logged", len(got[[]webhook.DeliveryLog](s)(s.SubjectLogs(t.Context(), all[2].Event.Subject, 9))), 0)
}

func newestOfSubject(t *testing.T, s *stand) {
	sub, all := s.listening(1)
	w := all[0]
	var want []webhook.DeliveryLog
	for minute := range 3 {
		end := logged(sub, w, webhook.DeliveryWaiting, 2+minute)
		s.must(s.SettleDelivery(t.Context(), end))
		w.Tries++
		want = append([]webhook.DeliveryLog{end.Log}, want...)
	}
	same(t, "the newest two", got[[]webhook.DeliveryLog](s)(s.SubjectLogs(t.Context(), w.Event.Subject, 2)), want[:2])
}

// about are events of one subject for a subscription, which wait.
func (s *stand) about(n int) (webhook.Subscription, []webhook.Waiting) {
	s.t.Helper()
	partner, fleet := s.partner(), s.fleet()
	s.grant(granted(partner, fleet))
	sub, subject := s.subscribe(subscribed(partner, eventName)), uuid.New()
	for i := range n {
		e := fact(partner, fleet)
		e.Subject, e.OccurredAt = subject, at(0).Add(time.Duration(i)*time.Second)
		s.publish(e)
	}
	s.publish(fact(partner, fleet))
	var all []webhook.Waiting
	for _, w := range s.waiting(sub) {
		if w.Event.Subject == subject {
			all = append(all, w)
		}
	}
	return sub, all
}

// undelivered are the events that are kept of a subject, and their states.
func (s *stand) undelivered(partner uuid.UUID, of []webhook.Waiting, named ...uuid.UUID) map[uuid.UUID]webhook.DeliveryState {
	s.t.Helper()
	found := map[uuid.UUID]webhook.DeliveryState{}
	q := webhook.UndeliveredQuery{Partner: partner, Subject: of[0].Event.Subject, EventNames: []string{eventName, event.OperationFailed}, Events: named, Most: 9}
	for _, u := range got[[]webhook.Undelivered](s)(s.Undelivered(s.t.Context(), q)) {
		found[u.Event.ID] = u.State
	}
	return found
}

func undeliveredIsFound(t *testing.T, s *stand) {
	sub, all := s.about(4)
	is(t, "waiting of one subject", len(all), 4)
	for i, to := range []webhook.DeliveryState{webhook.DeliveryDone, webhook.DeliveryDead, webhook.DeliveryWaiting} {
		s.must(s.SettleDelivery(t.Context(), logged(sub, all[i], to, 2+i)))
	}
	s = s.crashed()
	same(t, "with the events of its log", s.undelivered(sub.Partner, all, all[0].Event.ID, all[1].Event.ID, all[2].Event.ID),
		map[uuid.UUID]webhook.DeliveryState{all[1].Event.ID: webhook.DeliveryDead, all[2].Event.ID: webhook.DeliveryWaiting,
			all[3].Event.ID: webhook.DeliveryWaiting})
	same(t, "without a log", s.undelivered(sub.Partner, all), map[uuid.UUID]webhook.DeliveryState{
		all[2].Event.ID: webhook.DeliveryWaiting, all[3].Event.ID: webhook.DeliveryWaiting})
}

func undeliveredIsOnes(t *testing.T, s *stand) {
	sub, all := s.about(1)
	s.must(s.ChangeSubscription(t.Context(), moved(t, sub, webhook.Pause)))
	for range 9 {
		if more := got[bool](s)(s.Arrange(t.Context(), s.laneOf(sub).ID)); !more {
			break
		}
	}
	same(t, "of the partner", s.undelivered(sub.Partner, all), map[uuid.UUID]webhook.DeliveryState{all[0].Event.ID: webhook.DeliveryWaiting})
	is(t, "of another", len(s.undelivered(s.partner(), all)), 0)
}
