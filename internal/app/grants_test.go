package app_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/demo"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// regrant changes the demo's grant behind the API's back.
func (h *house) regrant(change func(*access.Grant)) {
	h.t.Helper()
	g, err := h.db.Agreement(h.t.Context(), demo.ID("grant"))
	if err != nil {
		h.t.Fatal(err)
	}
	from := g
	g.Levels = maps.Clone(g.Levels)
	change(&g)
	g.UpdatedAt = fence.Later(g.UpdatedAt, time.Now().UTC().Truncate(time.Microsecond))
	if err := h.db.ChangeAgreement(h.t.Context(), from, g); err != nil {
		h.t.Fatal(err)
	}
}

// asFleet returns a token of the demo's fleet.
func (h *house) asFleet() string {
	h.t.Helper()
	secret, err := h.operator().CreateFleetClient(h.t.Context(), access.ClientOrder{ID: "acme", Owner: "Demo Freight"})
	if err != nil {
		h.t.Fatal(err)
	}
	return h.tokenFor("acme", secret, "organization")
}

// receiver returns where the house receives webhooks.
func (h *house) receiver() string {
	h.t.Helper()
	found, err := h.db.Subscriptions(h.t.Context(),
		webhook.SubscriptionQuery{Partner: demo.ID("partner"), Window: page.Window{Limit: 1}})
	if err != nil || len(found) != 1 {
		h.t.Fatalf("%v %v", found, err)
	}
	return found[0].URL
}

// by sends a request with another token.
func (h *house) by(token, method, path, body string) answer {
	h.t.Helper()
	return h.do(method, path, body, "Authorization", "Bearer "+token)
}

func TestAWriteNeedsAGrantInForce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*access.Grant)
		status int
		says   string
	}{
		{"paused", func(g *access.Grant) { g.Status = access.GrantPaused }, http.StatusForbidden, "is paused"},
		{"cancelled", func(g *access.Grant) { g.Status = access.GrantCancelled }, http.StatusForbidden, "is cancelled"},
		{"not yet effective", func(g *access.Grant) { g.Effective = time.Date(2999, 1, 2, 0, 0, 0, 0, time.UTC) },
			http.StatusForbidden, "begins at 2999-01-02"},
		{"expired", func(g *access.Grant) { g.Expiration = time.Date(2020, 1, 2, 0, 0, 0, 0, time.UTC) },
			http.StatusForbidden, "expired at 2020-01-02"},
		{"read only", func(g *access.Grant) { g.Levels[resource.KindMessage] = access.Read }, http.StatusForbidden,
			"read_write for message"},
		{"another kind", func(g *access.Grant) { delete(g.Levels, resource.KindMessage) }, http.StatusForbidden,
			"read_write for message"},
		{"deleted", func(g *access.Grant) { g.Status = access.GrantDeleted }, http.StatusNotFound, "no connection"},
		{"in force until tomorrow", func(g *access.Grant) {
			g.Effective, g.Expiration = time.Now().Add(-time.Hour), time.Now().Add(24*time.Hour)
		}, http.StatusAccepted, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			h.regrant(c.change)
			if a := h.do("POST", messages, h.message(c.name)); a.status != c.status || !strings.Contains(a.text, c.says) {
				t.Errorf("%d %s", a.status, a.text)
			}
			// A connection is seen under any grant in force, whatever it is of.
			want := http.StatusOK
			if g, err := h.db.Agreement(t.Context(), demo.ID("grant")); err != nil || !g.InForce(time.Now()) {
				want = http.StatusNotFound
			}
			if a := h.do("GET", "/v2/integrations/connections/"+h.ids.Connection.String(), ""); a.status != want {
				t.Errorf("the connection answers %d, not %d", a.status, want)
			}
		})
	}
}

func TestAQueuedOperationIsNotSentOnceItsGrantIsGone(t *testing.T) {
	t.Parallel()
	h := open(t)
	fleet := h.asFleet()
	h.simulated("POST", "/_sim/faults",
		`{"match":{"method":"POST","path_prefix":"/v1/fleet/messages"},"fault":"status","status":503}`)
	id := h.do("POST", messages, h.message("too late")).field("id")
	h.until("the TSP has refused it once", func() bool {
		return strings.Contains(h.simulated("GET", "/_sim/requests?method=POST", ""), "too late")
	})
	agreement := "/v2/orgs/share-agreements/" + demo.ID("grant").String()
	if a := h.by(fleet, "POST", agreement+"/pause", ""); a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.text)
	}
	h.simulated("DELETE", "/_sim/faults", "")
	end := h.ended(id)
	logs := end.value("logs").([]any)
	last := logs[len(logs)-1].(map[string]any)
	if end.field("status") != "failed" || last["error_type"] != "auth" ||
		!strings.Contains(last["error_details"].(string), "share agreement with the fleet is paused") {
		t.Errorf("it ended as %s", end.text)
	}
	if n := h.sent("too late"); n != 0 {
		t.Errorf("the TSP has it %d times", n)
	}
	h.by(fleet, "POST", agreement+"/activate", "")
	h.ended(h.do("POST", messages, h.message("allowed again")).field("id"))
	// The failure happened while no grant was in force, and yet the write was the partner's own.
	want := []string{"resource_operation.created", "resource_operation.created", "resource_operation.failed",
		"resource_operation.succeeded"}
	// Events of different names may overtake each other.
	if diff := cmp.Diff(want, slices.Sorted(slices.Values(h.events(4)))); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestWhatWaitsForALimitEndsAtOnceWhenItsGrantIsGone(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.Limits["samsara"] = map[string]config.Rate{"messages.write": {Events: 1, Period: time.Hour}}
	h := openWith(t, c)
	fleet := h.asFleet()
	// Whatever burst there is, the last of these waits for an hour.
	var ids []string
	for i := range 20 {
		ids = append(ids, h.do("POST", messages, h.message(fmt.Sprint("patience ", i))).field("id"))
	}
	h.ended(ids[0])
	agreement := agreements + "/" + demo.ID("grant").String()
	if a := h.by(fleet, "POST", agreement+"/pause", ""); a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.text)
	}
	path := fmt.Sprintf("/v2/integrations/connections/%s/resource-operations/%s", h.ids.Connection, ids[len(ids)-1])
	h.until("the last operation has ended", func() bool {
		// A lane that is at work when the grant changes looks again at the next change.
		h.by(fleet, "PATCH", agreement, `{"expiration_date":null}`)
		a := h.do("GET", path, "")
		return a.field("status") == "failed" && strings.Contains(a.text, "is paused")
	})
}

func TestThePartnerIsToldOfItsShareAgreements(t *testing.T) {
	t.Parallel()
	h := open(t)
	fleet := h.asFleet()
	a := h.do("POST", "/v2/notifications/webhooks",
		fmt.Sprintf(`{"url":%q,"event_name":"share_agreement.*","secret":%q}`, h.receiver()+"agreements", string(demo.Hook)))
	if a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.text)
	}
	agreement := "/v2/orgs/share-agreements/" + demo.ID("grant").String()
	for _, step := range [][2]string{{"POST", "/pause"}, {"POST", "/activate"}, {"DELETE", ""}} {
		if a := h.by(fleet, step[0], agreement+step[1], ""); a.status >= 300 {
			t.Fatalf("%v: %d %s", step, a.status, a.text)
		}
	}
	a = h.by(fleet, "POST", "/v2/orgs/share-agreements",
		fmt.Sprintf(`{"partner_id":%q,"fleet_ref":"fleet-1","scopes":{"vehicle":"read"}}`, demo.ID("partner")))
	if a.status != http.StatusCreated {
		t.Fatalf("%d %s", a.status, a.text)
	}
	got := h.events(4)
	slices.Sort(got) // two agreements, so two subjects, which overtake each other
	want := []string{"share_agreement.created", "share_agreement.deleted", "share_agreement.updated",
		"share_agreement.updated"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestAFleetsTokenCannotWrite(t *testing.T) {
	t.Parallel()
	h := open(t)
	fleet := h.asFleet()
	for _, c := range []struct{ method, path, body string }{
		{"POST", messages, h.message("no")},
		{"PATCH", "/v2/telematics/vehicles/" + h.ids.Vehicle.String(), `{}`},
		{"GET", operations, ""},
		{"POST", "/v2/notifications/webhooks", `{}`},
	} {
		if a := h.by(fleet, c.method, c.path, c.body); a.status != http.StatusForbidden ||
			!strings.Contains(a.text, "partner's token") {
			t.Errorf("%s %s: %d %s", c.method, c.path, a.status, a.text)
		}
	}
	if a := h.by(fleet, "GET", "/v2/integrations/connections", ""); a.status != http.StatusOK ||
		!strings.Contains(a.text, h.ids.Connection.String()) {
		t.Errorf("the fleet does not see its connection: %d %s", a.status, a.text)
	}
	if _, err := h.operator().CreateFleetClient(t.Context(),
		access.ClientOrder{ID: "other", Owner: "Demo Freight", Scopes: []string{"telematics:write"}}); err == nil {
		t.Error("a fleet's client was given a scope of partners")
	}
	if _, err := h.operator().CreateClient(t.Context(), access.ClientOrder{ID: "acme", Owner: "My TMS"}); err == nil {
		t.Error("a fleet's client became a partner's")
	}
}

func TestAnOperatorSetsAGrantBesideTheService(t *testing.T) {
	t.Parallel()
	h := open(t)
	set := func(o access.GrantOrder) (access.Grant, error) {
		o.Partner, o.Fleet = "demo", demo.FleetRef
		return h.operator().SetGrant(t.Context(), o)
	}
	g, err := set(access.GrantOrder{Levels: map[string]string{"message": "none", "all": "read", "vehicle": "read_write"}})
	if err != nil || g.ID != demo.ID("grant") || g.Levels[resource.KindMessage] != "" ||
		g.Levels[resource.KindUser] != access.Read || !g.MayWrite(resource.KindVehicle) {
		t.Errorf("%+v %v", g, err)
	}
	if a := h.do("POST", messages, h.message("no")); a.status != http.StatusForbidden {
		t.Errorf("%d %s", a.status, a.text)
	}
	if _, err := set(access.GrantOrder{Status: access.GrantCancelled}); err != nil {
		t.Fatal(err)
	}
	g, err = set(access.GrantOrder{Levels: map[string]string{"message": "read_write"}})
	if err != nil || g.ID == demo.ID("grant") || g.FleetRef != demo.FleetRef || len(g.Levels) != 1 {
		t.Errorf("an ended grant was revived: %+v %v", g, err)
	}
	if a := h.do("POST", messages, h.message("yes")); a.status != http.StatusAccepted {
		t.Errorf("%d %s", a.status, a.text)
	}
	for _, wrong := range []access.GrantOrder{{Levels: map[string]string{"vehicles": "read"}},
		{Levels: map[string]string{"vehicle": "write"}}, {Levels: map[string]string{"message": "none"}},
		{Effective: time.Now().Add(time.Hour), Expiration: time.Now()}} {
		if _, err := set(wrong); err == nil {
			t.Errorf("%+v was taken", wrong)
		}
	}
}

// expire lets the demo's grant end in the past.
func (h *house) expire() {
	h.t.Helper()
	h.regrant(func(g *access.Grant) { g.Expiration = time.Now().Add(-time.Minute) })
}

func (h *house) regrantLevel(kind resource.Kind, level string) {
	h.t.Helper()
	h.regrant(func(g *access.Grant) { g.Levels[kind] = level })
}
