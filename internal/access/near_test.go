package access

import (
	"strings"
	"testing"

	"github.com/google/uuid"
)

func TestNearlyTheSameNameIsASlipAndAnotherNumberIsNot(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		near bool
	}{
		{"fleet-1", "Fleet 1", true}, {"fleet-1", "fleet1", true}, {"fleet-01", "fleet-1", true}, {"fleet-1", "flet-1", true},
		{"fleet-1", "fleeet-1", true}, {"Acme Freight", "Acme Frieght", true}, {"Acme Freight", "Acne Freight", true},
		{"Spédition", "spedition", true}, {"1", "01", true}, {"acme", "acme2", false},
		{"fleet-1", "fleet-2", false}, {"fleet-1", "fleet-11", false}, {"fleet-1", "fleet-1", false}, {"a1", "b1", false},
		{"", "a", false}, {"--", "__", false}, {"Acme Freight", "Acme Logistics", false}, {"acme", "amec", false},
		{"1-10", "11-0", false},
	} {
		if Near(c.a, c.b) != c.near || Near(c.b, c.a) != c.near {
			t.Errorf("%q and %q: %v, %v", c.a, c.b, Near(c.a, c.b), Near(c.b, c.a))
		}
	}
}

func TestAPartnerIsToldThatItsReferenceMadeAFleetAndWhichOneItMayHaveMeant(t *testing.T) {
	t.Parallel()
	made, known := uuid.New(), uuid.New()
	grants := []Beside{{Fleet: known, FleetRef: "fleet-1", Status: GrantPaused},
		{Fleet: uuid.New(), FleetRef: "fleet-2", Status: GrantActive},
		{Fleet: uuid.New(), FleetRef: "Fleet_1", Status: GrantDeleted},
		{Fleet: made, FleetRef: "fleet 1", Status: GrantActive}}
	all := FleetWarnings("fleet 1", made, grants)
	if len(all) != 2 || !strings.Contains(all[0].Message, made.String()) ||
		!strings.Contains(all[1].Message, known.String()) {
		t.Errorf("%+v", all)
	}
	if !strings.Contains(all[1].Message, "delete this connection") {
		t.Errorf("%+v", all[1])
	}
	of := Grant{ID: uuid.New(), Fleet: made, FleetRef: "fleet 1"}
	let := NearWarnings(of, grants)
	if len(let) != 1 || strings.Contains(let[0].Message, "connection") || !strings.Contains(let[0].Message, known.String()) ||
		!strings.Contains(let[0].Message, "POST /v2/orgs/share-agreements/"+of.ID.String()+"/cancel") {
		t.Errorf("of a fleet that was made by itself: %+v", let)
	}
	if ref := NearRef("fleet 1", grants); ref != "fleet-1" {
		t.Errorf("near is %q", ref)
	}
}
