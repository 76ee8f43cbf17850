package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func fanOut() []rule {
	return []rule{
		{"an event reaches a partner exactly if a grant lets it read then", grantLetsIt},
		{"an event without any grant reaches its partner only if it is the partner's own or no fleet's", withoutGrant},
		{"subscriptions that are active or stale hear events, others do not", statusHears},
		{"a subscription hears events of its partner, name and filters", filtersHear},
		{"an event wakes the receivers that it is delivered to", eventWakes},
		{"what an event tells is encoded where somebody hears it, and only there", heardIsEncoded},
		{"who hears is asked anew once it changed, whichever process changed it", hearersFollow},
		{"an event for all goes to each partner whose grant is in force, under its own reference and id", eventForAll},
	}
}

func grantLetsIt(t *testing.T, s *stand) {
	dates := []time.Time{{}, at(1).Add(-time.Microsecond), at(1), at(1).Add(time.Microsecond)}
	levels := []map[resource.Kind]string{{}, {resource.KindVehicle: access.Read},
		{resource.KindVehicle: access.ReadWrite}, {resource.KindUser: access.Read}}
	n := 0
	for _, status := range []string{access.GrantActive, access.GrantPaused, access.GrantCancelled,
		access.GrantDeleted, access.GrantExpired} {
		for _, begin := range dates {
			for _, end := range dates {
				g := granted(s.partner(), s.fleet())
				g.Status, g.Effective, g.Expiration, g.Levels = status, begin, end, levels[n%len(levels)]
				n++
				s.must(s.InsertAgreement(t.Context(), g))
				s.toldUnder(t, g.At(at(1)))
			}
		}
	}
}

func withoutGrant(t *testing.T, s *stand) {
	sub := s.subscribe(subscribed(s.partner(), eventName))
	foreign, own, nobodys := fact(sub.Partner, uuid.New()), fact(sub.Partner, uuid.New()), fact(sub.Partner, uuid.Nil)
	own.Own = true
	s.publish(foreign, own, nobodys)
	is(t, "of a fleet", s.told(sub, foreign), false)
	is(t, "its own", s.told(sub, own), true)
	is(t, "of no fleet", s.told(sub, nobodys), true)
}

// spelled counts how often it is encoded.
type spelled struct{ times int }

func (s *spelled) MarshalJSON() ([]byte, error) {
	s.times++
	return []byte(`{"spelled":true}`), nil
}

func heardIsEncoded(t *testing.T, s *stand) {
	sub := s.subscribe(subscribed(s.partner(), eventName))
	heard, unheard := &spelled{}, &spelled{}
	e, other := fact(sub.Partner, uuid.Nil), fact(s.partner(), uuid.Nil)
	e.Data, e.Tells = nil, heard
	other.Data, other.Tells = nil, unheard
	s.publish(e, other)
	is(t, "times that nobody's event was encoded", unheard.times, 0)
	is(t, "times that the subscriber's was", heard.times, 1)
	is(t, "what it hears", string(s.waiting(sub)[0].Event.Data), `{"spelled":true}`)
}

func statusHears(t *testing.T, s *stand) {
	partner := s.partner()
	for status, want := range map[webhook.Status]bool{webhook.Active: true, webhook.Stale: true,
		webhook.Paused: false, webhook.Deleted: false} {
		sub, e := subscribed(partner, eventName), fact(partner, uuid.Nil)
		sub.Status = status
		s.subscribe(sub)
		s.publish(e)
		is(t, string(status), s.told(sub, e), want)
	}
}

func filtersHear(t *testing.T, s *stand) {
	partner, fleet := s.partner(), s.fleet()
	s.grant(granted(partner, fleet))
	filtered := func(ids []uuid.UUID, refs ...string) webhook.Subscription {
		sub := subscribed(partner, eventName)
		sub.Filters = &webhook.Filters{FleetIDs: ids, FleetRefs: refs}
		return sub
	}
	e := fact(partner, fleet)
	all := map[string]webhook.Subscription{
		"yes: all": subscribed(partner, eventName), "no: another partner's": subscribed(s.partner(), eventName),
		"no: another name":  subscribed(partner, event.OperationFailed),
		"yes: by id":        filtered([]uuid.UUID{uuid.New(), fleet}),
		"no: by another id": filtered([]uuid.UUID{uuid.New()}), "yes: by reference": filtered(nil, "x", e.FleetRef),
		"no: by another reference": filtered(nil, "x"), "yes: by both": filtered([]uuid.UUID{fleet}, e.FleetRef),
		"no: by one of both": filtered([]uuid.UUID{fleet}, "x"),
	}
	for _, sub := range all {
		s.subscribe(sub)
	}
	s.publish(e)
	for says, sub := range all {
		is(t, says, s.told(sub, e), says[:3] == "yes")
	}
}

func eventWakes(t *testing.T, s *stand) {
	sub, _ := s.listening(0)
	s.subscribe(subscribed(sub.Partner, event.OperationFailed))
	op := syncOf(uuid.New())
	woken := s.wakes(func() {
		_, err := s.Accept(t.Context(), op, []event.Event{fact(sub.Partner, uuid.Nil)})
		s.must(err)
	})
	same(t, "woken", woken, []fence.Lane{s.laneOf(sub)})
}

func eventForAll(t *testing.T, s *stand) {
	fleet := s.fleet()
	ids := map[uuid.UUID]bool{}
	c := connected(fleet)
	var subs []webhook.Subscription
	for n, status := range []string{access.GrantActive, access.GrantActive, access.GrantPaused} {
		g := granted(s.partner(), fleet)
		g.Status, g.FleetRef = status, fmt.Sprint("ref", n)
		s.grant(g)
		subs = append(subs, s.subscribe(subscribed(g.Partner, connection.EventCreated)))
	}
	told := event.Event{Name: connection.EventCreated, Subject: c.ID, Fleet: fleet, OccurredAt: at(1), Data: []byte("{}")}
	s.must(s.InsertConnection(t.Context(), connection.Change{To: c, Events: []event.Event{told}}))
	for n, sub := range subs {
		waiting := s.waiting(sub)
		is(t, "waiting for "+fmt.Sprint(n), len(waiting), []int{1, 1, 0}[n])
		for _, w := range waiting {
			is(t, "the reference", w.Event.FleetRef, fmt.Sprint("ref", n))
			is(t, "the partner", w.Event.Partner, sub.Partner)
			ids[w.Event.ID] = true
		}
	}
	is(t, "different ids", len(ids), 2)
}

// toldUnder publishes events of a grant's fleet and compares who is told with what the grant says.
func (s *stand) toldUnder(t *testing.T, g access.Grant) {
	t.Helper()
	sub := s.subscribe(subscribed(g.Partner, eventName))
	ofKind, ofFleet := fact(g.Partner, g.Fleet), fact(g.Partner, g.Fleet)
	ofFleet.Kind = ""
	s.publish(ofKind, ofFleet)
	is(t, fmt.Sprintf("told of a vehicle under %+v", g), s.told(sub, ofKind), g.MayRead(resource.KindVehicle))
	is(t, fmt.Sprintf("told of the fleet under %+v", g), s.told(sub, ofFleet), g.InForce(at(1)))
}

func hearersFollow(t *testing.T, s *stand) {
	for name, by := range map[string]*stand{"this process": s, "another process": s.beside()} {
		partner, fleet := by.partner(), by.fleet()
		sub := subscribed(partner, eventName)
		heard := func() bool {
			e := fact(partner, fleet)
			s.publish(e)
			return s.told(sub, e)
		}
		s.publish(fact(partner, fleet)) // nobody is there to hear it
		by.subscribe(sub)
		is(t, name+": subscribed without a grant", heard(), false)
		g := by.grant(granted(partner, fleet))
		is(t, name+": granted", heard(), true)
		narrow := moved(t, sub, webhook.Pause)
		narrow.To.Status, narrow.To.Filters = sub.Status, &webhook.Filters{FleetIDs: []uuid.UUID{uuid.New()}}
		by.must(by.ChangeSubscription(t.Context(), narrow))
		is(t, name+": another fleet's", heard(), false)
		wide := narrow
		wide.From, wide.To.Filters = narrow.To, nil
		wide.To.UpdatedAt = at(4)
		by.must(by.ChangeSubscription(t.Context(), wide))
		is(t, name+": every fleet's", heard(), true)
		ended := g
		ended.Status, ended.UpdatedAt = access.GrantCancelled, at(5)
		by.must(by.ChangeAgreement(t.Context(), g, ended))
		is(t, name+": the grant has ended", heard(), false)
		ended, g = g, ended
		ended.UpdatedAt = at(6)
		by.must(by.ChangeAgreement(t.Context(), g, ended))
		is(t, name+": the grant is back", heard(), true)
		by.unsubscribe(wide.To)
		is(t, name+": unsubscribed", heard(), false)
	}
}
