package access

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/resource"
)

func TestAGrantTakesThePlaceOfWhatHasExpiredAndOfNothingThatLives(t *testing.T) {
	t.Parallel()
	own, later := uuid.New(), noon.Add(time.Microsecond)
	for _, c := range []struct {
		says   string
		status string
		other  Grant
		ended  bool
		err    error
	}{
		{"beside an active one", GrantActive, Grant{Status: GrantActive}, false, ErrExists},
		{"beside a paused one", GrantPaused, Grant{Status: GrantPaused}, false, ErrExists},
		{"beside one that has not begun", GrantActive, Grant{Status: GrantActive, Effective: later}, false, ErrExists},
		{"beside one that ends later", GrantActive, Grant{Status: GrantActive, Expiration: later}, false, ErrExists},
		{"after one that ends now", GrantActive, Grant{Status: GrantActive, Expiration: noon}, true, nil},
		{"beside a paused one past its date", GrantActive, Grant{Status: GrantPaused, Expiration: noon}, false, ErrExists},
		{"after a cancelled one", GrantActive, Grant{Status: GrantCancelled}, false, nil},
		{"as one that has ended itself", GrantCancelled, Grant{Status: GrantActive}, false, nil},
		{"beside itself", GrantActive, Grant{ID: own, Status: GrantActive}, false, nil},
	} {
		ended, err := Grant{ID: own, Status: c.status, UpdatedAt: noon}.TakePlace([]Grant{c.other})
		if !errors.Is(err, c.err) || (len(ended) == 1) != c.ended {
			t.Errorf("%s: ended %v, %v", c.says, ended, err)
		}
		if c.ended && ended[0].Status != GrantExpired {
			t.Errorf("%s: the other is %s", c.says, ended[0].Status)
		}
	}
}

func TestAReferenceStandsForOneFleetOfAPartner(t *testing.T) {
	t.Parallel()
	partner, fleet := uuid.New(), uuid.New()
	g := Grant{Partner: partner, Fleet: fleet, FleetRef: "f"}
	for says, c := range map[string]struct {
		other Grant
		taken bool
	}{
		"another fleet":     {Grant{Partner: partner, Fleet: uuid.New(), FleetRef: "f", Status: GrantDeleted}, true},
		"the same fleet":    {Grant{Partner: partner, Fleet: fleet, FleetRef: "f"}, false},
		"another reference": {Grant{Partner: partner, Fleet: uuid.New(), FleetRef: "g"}, false},
		"another partner":   {Grant{Partner: uuid.New(), Fleet: uuid.New(), FleetRef: "f"}, false},
	} {
		if err := g.NameFree([]Grant{c.other}); errors.Is(err, ErrRefTaken) != c.taken {
			t.Errorf("%s: %v", says, err)
		}
	}
	unnamed := Grant{Partner: partner, Fleet: fleet}
	if err := unnamed.NameFree([]Grant{{Partner: partner, Fleet: uuid.New()}}); err != nil {
		t.Errorf("two fleets without a reference: %v", err)
	}
}

func TestAGrantDiffersInWhatItSaysAndNotInItsTimes(t *testing.T) {
	t.Parallel()
	made := noon.Add(-time.Hour)
	known := Grant{ID: uuid.New(), FleetRef: "f", Status: GrantActive,
		Levels: map[resource.Kind]string{resource.KindUser: Read}, Effective: made, Expiration: noon.Add(time.Hour),
		CreatedAt: made, UpdatedAt: made}
	for says, change := range map[string]func(*Grant){
		"":           func(*Grant) {},
		"reference":  func(g *Grant) { g.FleetRef = "g" },
		"status":     func(g *Grant) { g.Status = GrantPaused },
		"levels":     func(g *Grant) { g.Levels = map[resource.Kind]string{resource.KindUser: ReadWrite} },
		"effective":  func(g *Grant) { g.Effective = noon },
		"expiration": func(g *Grant) { g.Expiration = time.Time{} },
	} {
		g := known
		g.CreatedAt, g.UpdatedAt = time.Time{}, noon
		change(&g)
		if g.differs(known) != (says != "") {
			t.Errorf("another %s: %v", says, g.differs(known))
		}
	}
}

func TestAnEventWithoutPartnerIsAddressedByTheGrantsInForceWhenItOccurred(t *testing.T) {
	t.Parallel()
	e := event.Event{Name: "n", Fleet: uuid.New(), OccurredAt: noon}
	grants := []Grant{
		{Partner: uuid.New(), FleetRef: "a", Status: GrantActive},
		{Partner: uuid.New(), FleetRef: "b", Status: GrantPaused},
		{Partner: uuid.New(), FleetRef: "c", Status: GrantActive, Expiration: noon},
		{Partner: uuid.New(), FleetRef: "d", Status: GrantActive},
	}
	all := Address(e, grants)
	if len(all) != 2 || all[0].FleetRef != "a" || all[0].Partner != grants[0].Partner || all[1].FleetRef != "d" ||
		all[0].ID == all[1].ID {
		t.Errorf("it is addressed to %+v", all)
	}
	e.Partner = uuid.New()
	if all := Address(e, grants); len(all) != 1 || all[0].Partner != e.Partner {
		t.Errorf("one that names its partner is addressed to %+v", all)
	}
}
