package app_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/demo"
	"github.com/waybill-dev/waybill/internal/resource"
)

// stranger makes another partner to whom the demo's fleet grants some kinds, and returns its token.
func (h *house) stranger(levels map[resource.Kind]string) string {
	h.t.Helper()
	p := access.Partner{ID: uuid.New(), Name: "other"}
	c := access.Client{ID: "other", Secrets: []access.Secret{access.NewSecret("other-secret-1234", time.Now())},
		Partner: p, Scopes: access.Scopes()}
	if err := h.db.InsertClient(h.t.Context(), c); err != nil {
		h.t.Fatal(err)
	}
	if levels != nil {
		g := access.Grant{ID: uuid.New(), Partner: p.ID, Fleet: demo.ID(demo.FleetRef), FleetRef: "theirs",
			Status: access.GrantActive, Levels: levels, CreatedAt: time.Now(), UpdatedAt: time.Now()}
		if err := h.db.InsertAgreement(h.t.Context(), g); err != nil {
			h.t.Fatal(err)
		}
	}
	return h.tokenFor("other", "other-secret-1234", "organization")
}

func TestWhatTheFleetDidNotGrantIsNotThere(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.token = h.stranger(map[resource.Kind]string{resource.KindVehicle: access.Read})
	if got := h.list(vehicles); got.Total == 0 || got.Items[0]["fleet_ref"] != "theirs" {
		t.Errorf("%d vehicles: %v", got.Total, got.Items)
	}
	if got := h.list(users); got.Total != 0 || len(got.Items) != 0 {
		t.Errorf("%d users", got.Total)
	}
	if a := h.do("GET", vehicles+"/"+h.ids.Vehicle.String(), ""); a.status != http.StatusOK ||
		a.field("fleet_ref") != "theirs" {
		t.Errorf("%d %s", a.status, a.text)
	}
	if a := h.do("GET", users+"/"+h.ids.Sender.String(), ""); a.status != http.StatusNotFound {
		t.Errorf("%d %s", a.status, a.text)
	}
	levels := map[string]any{}
	for _, f := range h.freshness() {
		levels[f["resource"].(string)] = f["share_level"]
	}
	if levels["vehicle"] != "read" || levels["user"] != nil {
		t.Errorf("share levels: %v", levels)
	}
}

func TestAPartnerWithoutAGrantSeesNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.token = h.stranger(nil)
	if got := h.list(vehicles); got.Total != 0 {
		t.Errorf("%d vehicles", got.Total)
	}
	for _, id := range []string{h.ids.Connection.String(), "6152526a-a6ee-5861-81dd-062990000000"} {
		if a := h.do("GET", vehicles+"?connection_id="+id, ""); a.status != http.StatusNotFound {
			t.Errorf("another's connection, or none: %d %s", a.status, a.text)
		}
	}
	if a := h.do("GET", vehicles+"/"+h.ids.Vehicle.String(), ""); a.status != http.StatusNotFound {
		t.Errorf("%d %s", a.status, a.text)
	}
	if got := h.freshness(); len(got) != 0 {
		t.Errorf("%v", got)
	}
	for _, act := range []string{"/import", "/test"} {
		if a := h.do("POST", connections+"/"+h.ids.Connection.String()+act, ""); a.status != http.StatusNotFound {
			t.Errorf("%s: %d %s", act, a.status, a.text)
		}
	}
}
