package sqlite

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func openGrants(t *testing.T) *DB {
	t.Helper()
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "waybill.db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// party makes a partner with a subscription to one event.
func party(t *testing.T, db *DB, name string) (partner, subscription uuid.UUID) {
	t.Helper()
	partner, subscription = uuid.New(), uuid.New()
	client := access.Client{ID: partner.String(), SecretHash: []byte("x"), Partner: access.Partner{ID: partner, Name: partner.String()}}
	sub := webhook.Subscription{ID: subscription, Partner: partner, URL: "https://x/", EventName: name, Sealed: []byte("x"), Status: webhook.Active}
	if err := errors.Join(db.SaveClient(t.Context(), client), db.InsertSubscriptions(t.Context(), []webhook.Subscription{sub})); err != nil {
		t.Fatal(err)
	}
	return partner, subscription
}

// What SQL says of grants when events are published must be what access.Grant says.
func TestAnEventReachesAPartnerExactlyIfItsGrantLetsItReadThen(t *testing.T) {
	t.Parallel()
	db := openGrants(t)
	at := time.Date(2026, 1, 15, 10, 30, 0, 0, time.UTC)
	dates := []time.Time{{}, at.Add(-time.Microsecond), at, at.Add(time.Microsecond)}
	levels := []map[resource.Kind]string{{}, {resource.KindVehicle: access.Read}, {resource.KindVehicle: access.ReadWrite}, {resource.KindUser: access.Read}}
	n := 0
	for _, status := range []string{access.GrantActive, access.GrantPaused, access.GrantCancelled, access.GrantDeleted, access.GrantExpired} {
		for _, begin := range dates {
			for _, end := range dates {
				g := access.Grant{Status: status, Effective: begin, Expiration: end, Levels: levels[n%len(levels)]}
				n++
				t.Run(fmt.Sprint(n), func(t *testing.T) { told(t, db, g, at) })
			}
		}
	}
}

func told(t *testing.T, db *DB, g access.Grant, at time.Time) {
	t.Helper()
	partner, subscription := party(t, db, "resource_operation.created")
	g.ID, g.Partner, g.Fleet = uuid.New(), partner, uuid.New()
	if err := db.SaveGrant(t.Context(), g, access.Fleet{ID: g.Fleet, Name: "f"}); err != nil {
		t.Fatal(err)
	}
	g.ReadAt = at
	for _, c := range []struct {
		kind string
		own  bool
		want bool
	}{
		{"vehicle", false, g.MayRead(resource.KindVehicle)},
		{"", false, g.InForce(at)},
		{"", true, true},
	} {
		e := event.Event{ID: uuid.New(), Name: "resource_operation.created", Partner: partner, Subject: uuid.New(), Fleet: g.Fleet,
			Kind: c.kind, Own: c.own, OccurredAt: at, Data: []byte("{}")}
		if err := db.do(t.Context(), func(tx *tx) error { return tx.publish(db, []event.Event{e}) }); err != nil {
			t.Fatal(err)
		}
		waiting, err := db.Deliveries(t.Context(), fence.Query{Lane: fence.Lane{Kind: fence.Subscriptions, ID: subscription}, Chains: 10, Depth: 10})
		if err != nil {
			t.Fatal(err)
		}
		got := slices.ContainsFunc(waiting, func(w webhook.Waiting) bool { return w.Event.ID == e.ID })
		if got != c.want {
			t.Errorf("kind %q, own %t: delivered is %t under %+v", c.kind, c.own, got, g)
		}
	}
}

func TestOneGrantLivesAndEndedOnesAreKept(t *testing.T) {
	t.Parallel()
	db := openGrants(t)
	partner, _ := party(t, db, "share_agreement.created")
	fleet := access.Fleet{ID: uuid.New(), Name: "f"}
	now := time.Now().UTC().Truncate(time.Microsecond)
	grant := func(status string, age time.Duration) access.Grant {
		return access.Grant{ID: uuid.New(), Partner: partner, Fleet: fleet.ID, FleetRef: "f1", Status: status,
			Levels: map[resource.Kind]string{}, CreatedAt: now.Add(-age), UpdatedAt: now.Add(-age)}
	}
	first := grant(access.GrantActive, time.Hour)
	if err := db.SaveGrant(t.Context(), first, fleet); err != nil {
		t.Fatal(err)
	}
	if err := db.InsertAgreement(t.Context(), grant(access.GrantPaused, 0)); !errors.Is(err, access.ErrExists) {
		t.Fatalf("two grants live: %v", err)
	}
	read, err := db.Agreement(t.Context(), first.ID)
	if err != nil {
		t.Fatal(err)
	}
	ended := read
	ended.Status, ended.UpdatedAt = access.GrantCancelled, now
	if err := db.ChangeAgreement(t.Context(), read, ended); err != nil {
		t.Fatal(err)
	}
	if err := db.ChangeAgreement(t.Context(), read, ended); !errors.Is(err, fence.ErrOvertaken) {
		t.Fatalf("a stale change was taken: %v", err)
	}
	second := grant(access.GrantActive, 0)
	if err := db.InsertAgreement(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	foreign := grant(access.GrantActive, 0)
	foreign.Fleet = uuid.New()
	if err := db.SaveGrant(t.Context(), foreign, access.Fleet{ID: foreign.Fleet, Name: "g"}); !errors.Is(err, access.ErrRefTaken) {
		t.Fatalf("a reference stands for two fleets: %v", err)
	}
	got, err := db.Grant(t.Context(), partner, fleet.ID)
	if err != nil || got.ID != second.ID {
		t.Errorf("the grant is %v %v", got, err)
	}
	all, err := db.Grants(t.Context(), partner)
	if err != nil || len(all) != 2 || all[0].ID != second.ID {
		t.Errorf("the grants are %v %v", all, err)
	}
}
