package connection_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// writes lets the fake TSP take vehicles and messages.
func (s *stand) writes() {
	s.tsp.spec.Actions = tsp.Actions{{Kind: resource.KindVehicle, Verb: resource.Update}: {}, {Kind: resource.KindMessage, Verb: resource.Create}: {}}
}

// allow replaces what the fleet has granted a partner.
func (s *stand) allow(who access.Principal, status string, kinds ...resource.Kind) {
	s.t.Helper()
	g, err := s.db.Grant(s.t.Context(), who.Partner.ID, s.fleet.Fleet.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	from := g
	g.Status, g.Levels, g.UpdatedAt = status, map[resource.Kind]string{}, g.UpdatedAt.Add(time.Second)
	for _, k := range kinds {
		g.Levels[k] = access.ReadWrite
	}
	if err := s.db.ChangeAgreement(s.t.Context(), from, g); err != nil {
		s.t.Fatal(err)
	}
}

// another is a further partner, to which the fleet grants vehicles.
func (s *stand) another() access.Principal {
	s.t.Helper()
	who := access.Principal{Client: "another", Partner: access.Partner{ID: uuid.UUID{7}, Name: "Another"}}
	s.client(who)
	s.grant(who, s.fleet.Fleet, "theirs", access.ReadWrite)
	return who
}

func TestAConnectionIsManagedByItsFleetAndByThePartnerThatMadeItWhileItMayWriteAll(t *testing.T) {
	t.Parallel()
	both := []resource.Kind{resource.KindVehicle, resource.KindMessage}
	for _, c := range []struct {
		name   string
		maker  func(s *stand, other access.Principal) uuid.UUID
		kinds  []resource.Kind
		status problem.Code
		says   string
	}{
		{"its maker with all that the TSP takes", func(s *stand, _ access.Principal) uuid.UUID { return s.partner.Partner.ID }, both, 0, ""},
		{"its maker with one kind", func(s *stand, _ access.Principal) uuid.UUID { return s.partner.Partner.ID }, both[:1], 403, "has not granted you message"},
		{"another's", func(_ *stand, o access.Principal) uuid.UUID { return o.Partner.ID }, both, 403, "you did not make this connection"},
		{"the fleet's", func(s *stand, _ access.Principal) uuid.UUID { return s.fleet.Fleet.ID }, both, 403, "ask the fleet"},
		{"one of nobody knows whom, with all", func(*stand, access.Principal) uuid.UUID { return uuid.Nil }, both, 0, ""},
		{"one of nobody knows whom, with one kind", func(*stand, access.Principal) uuid.UUID { return uuid.Nil }, both[1:], 403, "has not granted you vehicle"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t)
			s.writes()
			other := s.another()
			made, err := s.service.Connect(t.Context(), connection.Connection{ID: uuid.New(), Fleet: s.fleet.Fleet.ID, TSP: name,
				Maker: c.maker(s, other)}, tsp.Credentials{Kind: "token", Fields: map[string]string{"token": "good"}})
			if err != nil {
				t.Fatal(err)
			}
			s.allow(s.partner, access.GrantActive, c.kinds...)
			for _, body := range []string{`{"credentials":{"token":"good-2"}}`, `{"settings":{}}`, `{"sync_events":true}`,
				`{"verify_writes":true}`, `{"status":"paused"}`, `{"status":"active"}`, `{"status":"cancelled"}`} {
				before := s.stored(made.ID)
				_, err := s.service.Update(t.Context(), s.partner, made.ID, []byte(body))
				if c.status == 0 && err != nil {
					t.Errorf("%s: %v", body, err)
				} else if c.status != 0 && body != `{"status":"active"}` { // That is what it is.
					refused(t, body, err, c.status, c.says)
					if after := s.stored(made.ID); !after.UpdatedAt.Equal(before.UpdatedAt) {
						t.Errorf("%s: it changed", body)
					}
				}
			}
			if c.status != 0 {
				refused(t, "deleting", s.service.Delete(t.Context(), s.partner, made.ID), c.status, c.says)
				s.update(made.ID, `{"status":"cancelled"}`)
			}
			if err := s.service.Delete(t.Context(), s.fleet, made.ID); err != nil {
				t.Errorf("the fleet deletes: %v", err)
			}
		})
	}
}

func TestAPartnerThatMakesAConnectionManagesIt(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.writes()
	s.allow(s.partner, access.GrantActive, resource.KindVehicle, resource.KindMessage)
	made, err := s.service.Create(t.Context(), s.partner, body(good+`,"fleet_ref":"ours"`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.service.Update(t.Context(), s.partner, made.ID, []byte(`{"credentials":{"token":"good-2"}}`)); err != nil {
		t.Error(err)
	}
	other := s.another()
	s.allow(other, access.GrantActive, resource.KindVehicle, resource.KindMessage)
	_, err = s.service.Update(t.Context(), other, made.ID, []byte(`{"credentials":{"token":"good-3"}}`))
	refused(t, "another partner with as much", err, problem.Forbidden, "you did not make")
	if got := s.secret(made.ID).Get("token"); got != "good-2" {
		t.Errorf("the token is %q", got)
	}
}

func TestWhoeverIsHeldUpMayHaveStaleCredentialsTriedAgain(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id := s.create(good).ID
	s.put(id, connection.Stale)
	if changed, err := s.service.Update(t.Context(), s.partner, id, []byte(`{"status":"active"}`)); err != nil || changed.Status != connection.Active {
		t.Errorf("%v %v", changed.Status, err)
	}
}

// during lets something happen while the TSP checks credentials that begin with "slow".
func (s *stand) during(happens func()) {
	check := s.tsp.check
	s.tsp.answer(func(ctx context.Context, a tsp.Access) (tsp.Account, error) {
		if a.Credentials.Get("token") == "slow" {
			happens()
		}
		return check(ctx, a)
	})
}

func TestAFleetThatIsDeletedDuringItsOwnTrialGetsNoConnection(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.during(func() {
		if err := s.db.DeleteFleet(t.Context(), s.fleet.Fleet.ID, time.Now()); err != nil {
			t.Error(err)
		}
	})
	_, err := s.service.Create(t.Context(), s.fleet, body(`"credentials":{"token":"slow"}`))
	refused(t, "the creation", err, problem.Conflict, "the fleet was deleted")
}

func TestAGrantThatEndsDuringATrialStaysEndedAndNothingIsMade(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, ref string
		// before the trial ends, its fleet comes into being.
		founded bool
	}{{"of a fleet that is known", "ours", false}, {"of a fleet that another request has founded", "race", true}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t)
			var ended access.Grant
			s.during(func() {
				if c.founded {
					if _, err := s.service.Create(t.Context(), s.partner, body(fmt.Sprintf(`%s,"fleet_ref":%q`, good, c.ref))); err != nil {
						t.Error(err)
					}
				}
				all, err := s.db.Grants(t.Context(), s.partner.Partner.ID)
				for _, g := range all {
					if g.FleetRef == c.ref {
						ended = g
						ended.Status, ended.UpdatedAt = access.GrantCancelled, g.UpdatedAt.Add(time.Second)
						err = s.db.ChangeAgreement(t.Context(), g, ended)
					}
				}
				if err != nil || ended.ID == uuid.Nil {
					t.Errorf("%v, %v", ended, err)
				}
			})
			_, err := s.service.Create(t.Context(), s.partner, body(fmt.Sprintf(`"credentials":{"token":"slow"},"fleet_ref":%q`, c.ref)))
			refused(t, "the creation", err, problem.Forbidden, "is not in force; its status is cancelled")
			if g, err := s.db.Agreement(t.Context(), ended.ID); err != nil || g.Status != access.GrantCancelled {
				t.Errorf("the grant that ended is %s, %v", g.Status, err)
			}
			all, err := s.db.Connections(t.Context())
			if want := map[bool]int{true: 1}[c.founded]; err != nil || len(all) != want {
				t.Errorf("%d connections, want %d; %v", len(all), want, err)
			}
		})
	}
}

func TestAChangeIsNotMadeOnceItsGrantHasEnded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		status string
		kinds  []resource.Kind
		code   problem.Code
		says   string
	}{
		{"cancelled", access.GrantCancelled, []resource.Kind{resource.KindVehicle}, 404, "no connection"},
		{"paused", access.GrantPaused, []resource.Kind{resource.KindVehicle}, 404, "no connection"},
		{"narrowed", access.GrantActive, []resource.Kind{resource.KindMessage}, 403, "has not granted you vehicle"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t)
			made, err := s.service.Create(t.Context(), s.partner, body(good+`,"fleet_ref":"ours"`))
			if err != nil {
				t.Fatal(err)
			}
			s.tsp.spec.Actions = tsp.Actions{{Kind: resource.KindVehicle, Verb: resource.Update}: {}}
			s.during(func() { s.allow(s.partner, c.status, c.kinds...) })
			_, err = s.service.Update(t.Context(), s.partner, made.ID, []byte(`{"credentials":{"token":"slow"}}`))
			refused(t, "the change", err, c.code, c.says)
			if got := s.stored(made.ID); got.Version != 1 || s.secret(made.ID).Get("token") != "good-token" {
				t.Errorf("it was changed to version %d", got.Version)
			}
		})
	}
}

func TestAFleetIsFoundedWithItsConnectionOrNotAtAll(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.tsp.spec.Credentials = []tsp.CredentialKind{tsp.CredentialKindOf("isaac")}
	id, err := s.service.PreAuthorize(t.Context(), s.partner, body(`"fleet_ref":"new","pre_auth_credentials":{"username":"u","password":"p","host":"h"}`))
	if err != nil {
		t.Fatal(err)
	}
	creation := body(fmt.Sprintf(`"fleet_ref":"new","credentials":{"auth_code":"x"},"pre_auth_id":%q`, id))
	used := false
	s.tsp.answer(func(context.Context, tsp.Access) (tsp.Account, error) {
		if !used {
			// Somebody else uses the pre-auth up for another fleet's connection meanwhile.
			used = true
			c := connection.Connection{ID: uuid.New(), Fleet: s.fleet.Fleet.ID, TSP: name, Sealed: []byte("s"), Status: connection.Active}
			if err := s.db.InsertConnection(t.Context(), connection.Change{To: c, Drafts: []uuid.UUID{id}}); err != nil {
				t.Error(err)
			}
		}
		return tsp.Account{Key: "1"}, nil
	})
	_, err = s.service.Create(t.Context(), s.partner, creation)
	refused(t, "the creation", err, problem.Conflict, "another request has used")
	if all, err := s.db.Grants(t.Context(), s.partner.Partner.ID); err != nil || len(all) != 1 {
		t.Errorf("a creation that failed left %d grants, %v", len(all), err)
	}
}

func TestTheReferenceOfAFleetThatWasDeletedMakesAnotherFleet(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	made := func() uuid.UUID {
		t.Helper()
		r, err := s.service.Create(t.Context(), s.partner, body(good+`,"fleet_ref":"x1"`))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.service.Delete(t.Context(), s.partner, r.ID); err != nil {
			t.Fatal(err)
		}
		return r.FleetID
	}
	first := made()
	for range 2 {
		if err := s.db.DeleteFleet(t.Context(), first, time.Now()); err != nil {
			t.Fatal(err)
		}
		next := made()
		if next == first {
			t.Fatal("it is the same fleet")
		}
		first = next
	}
}
