package access_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/store"
)

func TestAPartnersReferenceNamesAFleetForWhatIsGrantedToIt(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.must(d.CreateClient(t.Context(), access.ClientOrder{ID: "other", Owner: "Other"}))
	mine, theirs := d.founded("tms", "fleet-1"), d.founded("other", "fleet-2")
	set := func(partner, fleet string) (access.Grant, error) {
		return d.SetGrant(t.Context(),
			access.GrantOrder{Partner: partner, Fleet: fleet, Levels: map[string]string{"all": "read"}})
	}
	if g, err := set("My TMS", "fleet-1"); err != nil || g.Fleet != mine {
		t.Errorf("%+v, %v", g, err)
	}
	_, err := set("My TMS", "fleet-2")
	refuses(t, "another partner's reference", err, theirs.String())
	if _, err := d.RenameFleet(t.Context(), theirs, "Elsewhere"); err != nil {
		t.Fatal(err)
	}
	if g, err := set("Other", "fleet-2"); err != nil || g.Fleet != theirs {
		t.Errorf("%+v, %v", g, err)
	}
	// An operator's own fleet of the name of a partner's reference is another one.
	if _, err := d.CreateFleet(t.Context(), "fleet-1", "", ""); err != nil {
		t.Fatal(err)
	}
	_, err = set("My TMS", "fleet-1")
	refuses(t, "a name and a reference", err, mine.String())
}

func TestAnOperatorChangesAGrantAndRevivesNone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	set := func(order access.GrantOrder) (access.Grant, error) {
		order.Partner, order.Fleet = "My TMS", "Acme"
		return d.SetGrant(t.Context(), order)
	}
	made, err := set(access.GrantOrder{FleetRef: "a-1",
		Levels: map[string]string{"message": "none", "all": "read", "vehicle": "read_write"}})
	if err != nil || made.Status != access.GrantActive || made.Levels[resource.KindMessage] != "" ||
		made.Levels[resource.KindUser] != access.Read || made.Levels[resource.KindVehicle] != access.ReadWrite {
		t.Fatalf("%+v %v", made, err)
	}
	paused, err := set(access.GrantOrder{Status: access.GrantPaused})
	if err != nil || paused.ID != made.ID || paused.FleetRef != "a-1" || paused.Levels[resource.KindUser] != access.Read {
		t.Errorf("%+v %v", paused, err)
	}
	ends, err := set(access.GrantOrder{Expiration: time.Now().Add(time.Hour)})
	if err != nil || ends.Expiration.IsZero() {
		t.Errorf("%+v %v", ends, err)
	}
	if kept, err := set(access.GrantOrder{Status: access.GrantPaused}); err != nil ||
		!kept.Expiration.Equal(ends.Expiration) {
		t.Errorf("an end that is left out: %+v %v", kept, err)
	}
	if endless, err := set(access.GrantOrder{Endless: true}); err != nil || !endless.Expiration.IsZero() {
		t.Errorf("an end that is taken away: %+v %v", endless, err)
	}
	if _, err = set(access.GrantOrder{Status: access.GrantCancelled}); err != nil {
		t.Error(err)
	}
	_, err = set(access.GrantOrder{FleetRef: "a-2"})
	refuses(t, "a grant that has ended, without a level", err,
		"the grant before has ended, and a new one takes none of its levels", "--level")
	again, err := set(access.GrantOrder{Levels: map[string]string{"message": "read"}})
	if err != nil || again.ID == made.ID || again.FleetRef != "a-1" || len(again.Levels) != 1 {
		t.Errorf("%+v %v", again, err)
	}
	for _, wrong := range []struct {
		order access.GrantOrder
		says  string
	}{
		{access.GrantOrder{Levels: map[string]string{"vehicles": "read"}}, `"vehicles" is no kind; there are all, vehicle, `},
		{access.GrantOrder{Levels: map[string]string{"vehicle": "write"}}, "must be read, read_write or none"},
		{access.GrantOrder{Levels: map[string]string{"message": "none"}}, "would allow nothing"},
		{access.GrantOrder{Effective: time.Now().Add(time.Hour), Expiration: time.Now()}, "before it begins"},
	} {
		_, err := set(wrong.order)
		refuses(t, wrong.says, err, wrong.says)
	}
	d.founded("tms", "b-1")
	_, err = set(access.GrantOrder{FleetRef: "b-1"})
	refuses(t, "a reference of another fleet", err, "--fleet-ref")
	_, err = d.SetGrant(t.Context(), access.GrantOrder{Partner: "Nobody", Fleet: "Acme"})
	refuses(t, "no partner", err, `client create NAME --partner "Nobody"`)
	_, err = d.SetGrant(t.Context(), access.GrantOrder{Partner: "My TMS", Fleet: "Nobody"})
	refuses(t, "no fleet", err, `waybill fleet create "Nobody"`)
}

// meddled is a store in which somebody else changes a grant whenever an operator has read it.
type meddled struct {
	store.Store
	meddle func()
}

func (m *meddled) Grant(ctx context.Context, partner, fleet uuid.UUID) (access.Grant, error) {
	g, err := m.Store.Grant(ctx, partner, fleet)
	if meddle := m.meddle; meddle != nil {
		m.meddle = nil
		meddle()
	}
	return g, err
}

func TestAPauseBetweenReadingAndWritingAGrantIsNotUndone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	order := access.GrantOrder{Partner: "My TMS", Fleet: "Acme", Levels: map[string]string{"all": "read"}}
	made, err := d.SetGrant(t.Context(), order)
	if err != nil {
		t.Fatal(err)
	}
	m := &meddled{Store: d.db}
	m.meddle = func() {
		paused := made
		paused.Status, paused.UpdatedAt = access.GrantPaused, made.UpdatedAt.Add(time.Microsecond)
		if err := d.db.ChangeAgreement(t.Context(), made, paused); err != nil {
			t.Error(err)
		}
	}
	order.Levels = map[string]string{"vehicle": "read_write"}
	g, err := access.NewOperator(m, time.Now).SetGrant(t.Context(), order)
	if err != nil || g.Status != access.GrantPaused || g.Levels[resource.KindVehicle] != access.ReadWrite {
		t.Errorf("%+v, %v", g, err)
	}
}

func TestBeforeSomethingIsTakenFromAPartnerSomebodyAgrees(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	no := errors.New("no")
	for _, c := range []struct {
		name   string
		levels map[string]string
		status string
		asks   bool
	}{
		{"a new grant", map[string]string{"all": "read", "vehicle": "read_write"}, "", false},
		{"the same again", map[string]string{"vehicle": "read_write"}, "active", false},
		{"more", map[string]string{"user": "read_write"}, "", false},
		{"no more writes", map[string]string{"user": "read"}, "", true},
		{"nothing of a kind", map[string]string{"message": "none"}, "", true},
		{"a pause", nil, "paused", true},
		{"an end", nil, "cancelled", true},
	} {
		asked := 0
		order := access.GrantOrder{Partner: "My TMS", Fleet: "Acme", Levels: c.levels, Status: c.status,
			Agrees: func() error { asked++; return no }}
		_, err := d.SetGrant(t.Context(), order)
		if errors.Is(err, no) != c.asks || !c.asks && err != nil || asked > 1 {
			t.Errorf("%s: asked %d times, %v", c.name, asked, err)
		}
	}
	order := access.GrantOrder{Partner: "My TMS", Fleet: "Acme", Levels: map[string]string{"user": "read"}}
	if g, err := d.SetGrant(t.Context(), order); err != nil || g.Levels[resource.KindVehicle] != access.ReadWrite || g.Status != access.GrantActive {
		t.Errorf("what nobody agreed to was done: %+v, %v", g, err)
	}
}
