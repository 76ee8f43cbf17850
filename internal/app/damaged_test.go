package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/demo"
)

// damage runs a statement on the tables of a house between two of its starts.
func (h *house) damage(statement string, args ...any) {
	h.t.Helper()
	h.stop()
	if _, err := beneath(h.t, h.config.DatabaseURL).ExecContext(h.t.Context(), statement, args...); err != nil {
		h.t.Fatal(err)
	}
	h.start(h.config, h.listens)
}

func TestAShareAgreementWhoseScopesAreLostIsMendedAsItsRefusalSays(t *testing.T) {
	t.Parallel()
	agreement := agreements + "/" + demo.ID("grant").String()
	for name, mend := range map[string]func(h *house, fleet string){
		"by the fleet": func(h *house, fleet string) {
			if a := h.by(fleet, "POST", agreement+"/cancel", ""); a.status != http.StatusOK {
				h.t.Fatalf("cancelling it: %d %s", a.status, a.text)
			}
			a := h.by(fleet, "POST", agreements, fmt.Sprintf(
				`{"partner_id":%q,"fleet_ref":%q,"scopes":{"message":"read_write"}}`, demo.ID("partner"), demo.FleetRef))
			if a.status != http.StatusCreated {
				h.t.Fatalf("a new one: %d %s", a.status, a.text)
			}
		},
		"by an operator": func(h *house, _ string) {
			fleet, partner := demo.ID(demo.FleetRef), demo.ID("partner")
			known, err := h.db.Partner(h.t.Context(), partner)
			if err != nil {
				h.t.Fatal(err)
			}
			_, err = h.operator().SetGrant(h.t.Context(), access.GrantOrder{Partner: known.Name, Fleet: fleet.String(),
				Levels: map[string]string{"message": access.ReadWrite}})
			if err != nil {
				h.t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			fleet, id := h.asFleet(), demo.ID("grant")
			h.damage(`UPDATE share_grant SET levels = '{"' WHERE id = $1`, id[:])
			a := h.do("POST", messages, h.message("refused"))
			if a.status != http.StatusForbidden || !strings.Contains(a.text, "cancel it and to make a new one") {
				t.Fatalf("with damaged scopes: %d %s", a.status, a.text)
			}
			mend(h, fleet)
			if a := h.do("POST", messages, h.message("mended")); a.status != http.StatusAccepted {
				t.Errorf("mended: %d %s", a.status, a.text)
			}
		})
	}
}
