package connection_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// listen subscribes a partner to all events and returns what reads those that wait for it.
func (s *stand) listen(who access.Principal) func() []webhook.Waiting {
	s.t.Helper()
	const url = "https://example.com"
	for _, event := range []string{connection.EventCreated, connection.EventStaled, connection.EventActivated, connection.EventUpdated} {
		sub := webhook.Subscription{ID: uuid.Must(uuid.NewV7()), Partner: who.Partner.ID, URL: url, EventName: event,
			Sealed: []byte{1}, Status: webhook.Active, CreatedAt: time.Now(), UpdatedAt: time.Now()}
		if err := s.db.InsertSubscriptions(s.t.Context(), []webhook.Subscription{sub}, 99); err != nil {
			s.t.Fatal(err)
		}
	}
	to, err := s.db.ReceiverOf(s.t.Context(), who.Partner.ID, url)
	if err != nil {
		s.t.Fatal(err)
	}
	return func() []webhook.Waiting {
		s.t.Helper()
		waiting, err := s.db.Deliveries(s.t.Context(), fence.Query{Lane: fence.Lane{Kind: fence.Receivers, ID: to.ID}, Chains: 100, Depth: 100})
		if err != nil {
			s.t.Fatal(err)
		}
		return waiting
	}
}

func TestEveryPartnerOfTheFleetIsToldOnceOfEachChange(t *testing.T) {
	t.Parallel()
	synctest.Test(t, toldOnce)
}

func toldOnce(t *testing.T) {
	s := newStand(t)
	second := access.Principal{Client: "second", Partner: access.Partner{ID: uuid.UUID{3}, Name: "Second"}}
	stranger := access.Principal{Client: "stranger", Partner: access.Partner{ID: uuid.UUID{4}, Name: "Stranger"}}
	s.client(second)
	s.client(stranger)
	s.grant(second, s.fleet.Fleet, "second's", "read")
	former := access.Principal{Client: "former", Partner: access.Partner{ID: uuid.UUID{5}, Name: "Former"}}
	late := access.Principal{Client: "late", Partner: access.Partner{ID: uuid.UUID{6}, Name: "Late"}}
	s.client(former)
	ended := access.Grant{ID: uuid.New(), Partner: former.Partner.ID, Fleet: s.fleet.Fleet.ID, FleetRef: "former's",
		Status: "cancelled", UpdatedAt: time.Now()}
	if err := s.db.InsertAgreement(t.Context(), ended); err != nil {
		t.Fatal(err)
	}
	s.client(late)
	over := access.Grant{ID: uuid.New(), Partner: late.Partner.ID, Fleet: s.fleet.Fleet.ID, FleetRef: "late's",
		Status: access.GrantActive, Expiration: time.Now().Add(-time.Hour), UpdatedAt: time.Now()}
	if err := s.db.InsertAgreement(t.Context(), over); err != nil {
		t.Fatal(err)
	}
	past, expired := s.listen(former), s.listen(late)
	first, other, none := s.listen(s.partner), s.listen(second), s.listen(stranger)
	id := s.create(good).ID
	s.tsp.answer(refusing("token revoked"))
	defer s.run()()
	for range 8 {
		s.refuse(s.stored(id))
	}
	time.Sleep(time.Minute)
	for who, read := range map[string]func() []webhook.Waiting{"ours": first, "second's": other} {
		got := read()
		if len(got) != 2 {
			t.Errorf("%s: %d events", who, len(got))
			continue
		}
		for i, status := range []string{"active", "stale"} {
			e := got[i].Event
			var data map[string]string
			if err := json.Unmarshal(e.Data, &data); err != nil {
				t.Fatal(err)
			}
			if e.FleetRef != who || e.Subject != id || data["id"] != id.String() || data["status"] != status || data["source_name"] != string(name) ||
				data["fleet_id"] != s.fleet.Fleet.ID.String() || data["tsp_id"] != name.ID().String() || len(data) != 5 {
				t.Errorf("%s: event %d is %+v with %v", who, i, e, data)
			}
		}
	}
	if got := slices.Concat(none(), past(), expired()); len(got) != 0 {
		t.Errorf("those without a grant are told %v", got)
	}
	got, err := s.service.Get(t.Context(), s.fleet, id)
	if err != nil || got.Status != connection.Stale || got.Problem == nil ||
		!strings.HasPrefix(*got.Problem, "The TSP refuses the credentials") || !strings.HasSuffix(*got.Problem, "send new ones with PATCH: token revoked") {
		t.Errorf("%s %v", wire(t, got), err)
	}
}

func TestARefusalOfOldCredentialsDoesNotStaleTheNewOnes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, oldRefusal)
}

func oldRefusal(t *testing.T) {
	s := newStand(t)
	read := s.listen(s.partner)
	id := s.create(good).ID
	before := s.stored(id)
	s.update(id, `{"credentials":{"token":"good-2"}}`)
	s.tsp.answer(refusing("revoked"))
	defer s.run()()
	s.refuse(before)
	time.Sleep(time.Minute)
	if c := s.stored(id); c.Status != connection.Active || cmp.Diff([]string{connection.EventCreated, connection.EventUpdated}, names(read())) != "" {
		t.Errorf("it is %s after %v", c.Status, names(read()))
	}
}

func TestAConnectionThatSomebodyMendedIsToldAsOneThatMendedItself(t *testing.T) {
	t.Parallel()
	for body, want := range map[string][]string{`{"credentials":{"token":"good-2"}}`: {connection.EventActivated, connection.EventUpdated},
		`{"status":"active"}`: {connection.EventActivated}} {
		s := newStand(t)
		id := s.create(good).ID
		read := s.listen(s.partner)
		s.update(id, `{"description":"no news"}`)
		s.put(id, connection.Stale)
		s.update(id, body)
		if diff := cmp.Diff(want, names(read())); diff != "" {
			t.Errorf("%s: told (-want +got):\n%s", body, diff)
		}
	}
}

func TestEveryPartnerIsToldOfNewCredentialsAndSettingsAndOfNothingLess(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.tsp.spec.Settings = []tsp.Setting{{Key: "region", Type: tsp.TextSetting}}
	id := s.create(good).ID
	read := s.listen(s.partner)
	for body, news := range map[string]int{`{"description":"x"}`: 0, `{"status":"paused"}`: 0, `{"settings":{"region":"eu"}}`: 1, `{"credentials":{"token":"good-2"}}`: 1} {
		before := len(read())
		s.update(id, body)
		if got := read(); len(got)-before != news || news > 0 && got[before].Event.Name != connection.EventUpdated {
			t.Errorf("%s: told %v", body, names(got))
		}
	}
}

// names are those of events, in the order of the names.
func names(of []webhook.Waiting) (all []string) {
	for _, w := range of {
		all = append(all, w.Event.Name)
	}
	slices.Sort(all)
	return all
}

func TestALaneDropsWhatItReadBeforeAPause(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id := s.create(good).ID
	before := s.stored(id)
	if s.service.Shut(before) {
		t.Error("an active connection is shut")
	}
	s.update(id, `{"status":"paused"}`)
	if !s.service.Shut(before) {
		t.Error("what was read before the pause goes on")
	}
	s.update(id, `{"status":"active"}`)
	if s.service.Shut(s.stored(id)) {
		t.Error("it stays shut")
	}
}
