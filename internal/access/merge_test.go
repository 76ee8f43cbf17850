package access_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/access"
)

func TestAMergeTellsWhatBecameOfEachGrantAndOpensNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ctx := t.Context()
	d.must(d.CreateClient(ctx, access.ClientOrder{ID: "other", Owner: "Other"}))
	going, err := d.CreateFleet(ctx, "Going", "My TMS", "going")
	if err != nil {
		t.Fatal(err)
	}
	for _, order := range []access.GrantOrder{
		{Partner: "Other", Fleet: "Going", FleetRef: "g", Levels: map[string]string{"all": "read"}},
		{Partner: "My TMS", Fleet: "Acme", FleetRef: "a", Levels: map[string]string{"all": "read"}},
		{Partner: "My TMS", Fleet: "Acme", Status: access.GrantCancelled},
	} {
		if _, err := d.SetGrant(ctx, order); err != nil {
			t.Fatal(err)
		}
	}
	left, err := d.MergeFleets(ctx, going.ID, d.client("acme").Fleet.ID)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, g := range left.Grants {
		got[g.Partner.Name] = g.String()
	}
	want := map[string]string{
		"My TMS": `grant to My TMS as "going": was active and is cancelled, because the fleet that stays has, or had, one to that partner`,
		"Other":  `grant to Other as "g": active, and of the fleet that stays`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, p := range left.Partners {
		if p.Partner == "My TMS" && p.Status != access.GrantCancelled {
			t.Errorf("it is open to %+v", p)
		}
	}
}

func TestANameThatIsNearlyAnotherIsToldBeforeItMakesAnOwner(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for name, want := range map[string]int{"my tms": 1, "My TMS": 0, "Rivers": 0} {
		if near, err := d.NearPartners(t.Context(), name); err != nil || len(near) != want {
			t.Errorf("partner %q: %v, %v", name, near, err)
		}
	}
	for name, want := range map[string]int{"acme": 1, "Acme": 0, "Rivers": 0, d.client("acme").Fleet.ID.String(): 0} {
		if near, err := d.NearFleets(t.Context(), name); err != nil || len(near) != want {
			t.Errorf("fleet %q: %v, %v", name, near, err)
		}
	}
}
