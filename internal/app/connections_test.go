package app_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/demo"
	"github.com/waybill-dev/waybill/internal/tsp"
)

const connections = "/v2/integrations/connections"

// samsaraBody creates a connection to the simulated Samsara for a fleet of the demo partner.
func samsaraBody(ref, token string) string {
	return fmt.Sprintf(`{"tsp_id":%q,"fleet_ref":%q,"credentials":{"token":%q}}`, tsp.Name("samsara").ID(), ref, token)
}

// hear subscribes the house's receiver to events of connections.
func (h *house) hear() {
	h.t.Helper()
	receiver := httptest.NewServer(h.hooks)
	h.t.Cleanup(receiver.Close)
	for _, event := range []string{"connection.*", "connection.activated"} {
		body := fmt.Sprintf(`{"url":"%s/","event_name":%q,"secret":%q}`, receiver.URL, event, string(demo.Hook))
		if a := h.do("POST", "/v2/notifications/webhooks", body); a.status != http.StatusOK {
			h.t.Fatalf("%d %s", a.status, a.text)
		}
	}
}

// heard waits for an event of a name about a connection.
func (h *house) heard(event, connection string) {
	h.t.Helper()
	h.until(event+" comes", func() bool {
		h.hooks.mu.Lock()
		defer h.hooks.mu.Unlock()
		return slices.ContainsFunc(h.hooks.got, func(e hook) bool {
			return e.header.Get("X-Event-Type") == event && strings.Contains(string(e.body), `"id":"`+connection+`"`)
		})
	})
}

func TestAConnectionIsMadeChangedAndDeletedOverTheAPI(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.hear()
	made := h.do("POST", connections, samsaraBody("fleet-2", "samsara-demo-token"))
	if made.status != http.StatusOK || made.field("status") != "active" || made.field("fleet_ref") != "fleet-2" ||
		strings.Contains(made.text, "samsara-demo-token") {
		t.Fatalf("%d %s", made.status, made.text)
	}
	id := made.field("id")
	h.heard("connection.created", id)
	one := connections + "/" + id
	// Only its creation warns that it has made a fleet.
	read, warned, _ := strings.Cut(strings.TrimSuffix(made.text, "}"), `,"warnings":`)
	if got := h.do("GET", one, ""); got.text != read+"}" || !strings.Contains(warned, "has made the fleet") {
		t.Errorf("it is read as %d %s, and was made as %s", got.status, got.text, made.text)
	}
	if a := h.do("PATCH", one, `{"description":"second yard"}`); a.status != http.StatusOK ||
		a.field("description") != "second yard" {
		t.Errorf("%d %s", a.status, a.text)
	}
	if a := h.do("PATCH", one,
		`{"credentials":{"token":"samsara-wrong-token"}}`); a.status != http.StatusUnprocessableEntity ||
		!strings.Contains(a.text, "credentials_refused") || strings.Contains(a.text, "samsara-wrong-token") {
		t.Errorf("%d %s", a.status, a.text)
	}
	if a := h.do("DELETE", one, ""); a.status != http.StatusNoContent {
		t.Errorf("%d %s", a.status, a.text)
	}
	for method, body := range map[string]string{"GET": "", "DELETE": "", "PATCH": `{"status":"active"}`} {
		if a := h.do(method, one, body); a.status != http.StatusNotFound {
			t.Errorf("%s answers %d %s", method, a.status, a.text)
		}
	}
	if a := h.do("GET", connections+"?fleet_refs=fleet-2", ""); len(a.value("items").([]any)) != 0 {
		t.Errorf("it is listed: %s", a.text)
	}
}

func TestAPausedConnectionTakesNoWritesUntilItIsActive(t *testing.T) {
	t.Parallel()
	h := open(t)
	one := connections + "/" + h.ids.Connection.String()
	// What waits when the pause comes waits through it.
	h.simulated("POST", "/_sim/faults", `{"match":{"path_prefix":"/v1/fleet/messages"},"fault":"status","status":503}`)
	id := h.do("POST", messages, h.message("before the pause")).field("id")
	if a := h.do("PATCH", one, `{"status":"paused"}`); a.status != http.StatusOK || a.field("status") != "paused" {
		t.Fatalf("%d %s", a.status, a.text)
	}
	h.simulated("DELETE", "/_sim/faults", "")
	if a := h.do("POST", messages, h.message("refused")); a.status != http.StatusConflict {
		t.Errorf("%d %s", a.status, a.text)
	}
	if a := h.do("PATCH", one, `{"status":"stale"}`); a.status != http.StatusConflict {
		t.Errorf("%d %s", a.status, a.text)
	}
	if a := h.do("PATCH", one, `{"status":"active"}`); a.status != http.StatusOK {
		t.Errorf("%d %s", a.status, a.text)
	}
	if end := h.ended(id); end.field("status") != "success" || h.sent("before the pause") != 1 {
		t.Errorf("%s", end.text)
	}
}

func TestWhatWaitsForADeletedConnectionFailsWithTheReason(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(h *house, one string) answer{
		"deleted":   func(h *house, one string) answer { return h.do("DELETE", one, "") },
		"cancelled": func(h *house, one string) answer { return h.do("PATCH", one, `{"status":"cancelled"}`) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			h.simulated("POST", "/_sim/faults", `{"match":{"path_prefix":"/v1/fleet/messages"},"fault":"status","status":503}`)
			var ids []string
			for i := range 5 {
				ids = append(ids, h.do("POST", messages, h.message(fmt.Sprint("never ", i))).field("id"))
			}
			h.until("the first is tried", func() bool {
				path := fmt.Sprintf("%s/%s/resource-operations/%s", connections, h.ids.Connection, ids[0])
				return len(h.do("GET", path, "").value("logs").([]any)) > 0
			})
			if a := end(h, connections+"/"+h.ids.Connection.String()); a.status >= 300 {
				t.Fatalf("%d %s", a.status, a.text)
			}
			for _, id := range ids {
				if a := h.ended(id); a.field("status") != "failed" || !strings.Contains(a.text, "the connection was "+name) {
					t.Errorf("%s", a.text)
				}
			}
			h.events(2 * len(ids))
		})
	}
}

func TestNewCredentialsWakeAStaleConnection(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.hear()
	h.simulated("POST", "/_sim/faults", `{"match":{},"fault":"status","status":401}`)
	id := h.do("POST", messages, h.message("patience")).field("id")
	h.heard("connection.staled", h.ids.Connection.String())
	one := connections + "/" + h.ids.Connection.String()
	if a := h.do("GET", one, ""); a.field("status") != "stale" || !strings.Contains(a.field("problem"), "send new ones") {
		t.Errorf("%s", a.text)
	}
	h.simulated("DELETE", "/_sim/faults", "")
	if a := h.do("PATCH", one, `{"credentials":{"token":"samsara-demo-token"}}`); a.status != http.StatusOK ||
		a.value("problem") != nil {
		t.Errorf("%d %s", a.status, a.text)
	}
	if end := h.ended(id); end.field("status") != "success" {
		t.Errorf("%s", end.text)
	}
}

func TestAConnectionThatTheTSPTakesAgainGoesOnByItself(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.hear()
	h.simulated("POST", "/_sim/faults", `{"match":{},"fault":"status","status":401}`)
	id := h.do("POST", messages, h.message("patience")).field("id")
	h.heard("connection.staled", h.ids.Connection.String())
	one := connections + "/" + h.ids.Connection.String()
	if a := h.do("GET", one, ""); !strings.Contains(a.field("problem"), "tries the credentials again by itself") {
		t.Errorf("%s", a.text)
	}
	h.simulated("DELETE", "/_sim/faults", "")
	h.heard("connection.activated", h.ids.Connection.String())
	if a := h.do("GET", one, ""); a.field("status") != "active" || a.value("problem") != nil {
		t.Errorf("%s", a.text)
	}
	if end := h.ended(id); end.field("status") != "success" || h.sent("patience") != 1 {
		t.Errorf("%s", end.text)
	}
	h.until("it is imported again", func() bool {
		f := h.fresh(h.ids.Connection.String(), "vehicle")
		return f["schedule_status"] == "active" && f["next_execution_at"] != nil
	})
}

func TestATokenEndpointThatHiccupsIsNoRefusalOfTheCredentials(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.simulated("POST", "/_sim/faults",
		`{"match":{"path_prefix":"/oauth2/token"},"fault":"status","status":403,"times":1}`)
	body := fmt.Sprintf(`{"tsp_id":%q,"fleet_ref":"fleet-2","credentials":{"client_id":"samsara-demo-client",
		"client_secret":"samsara-demo-secret","auth_code":"samsara-demo-code"}}`, tsp.Name("samsara").ID())
	if a := h.do("POST", connections, body); a.status != http.StatusGatewayTimeout ||
		!strings.Contains(a.text, "token endpoint answered 403 Forbidden") {
		t.Errorf("%d %s", a.status, a.text)
	}
	if a := h.do("POST", connections, body); a.status != http.StatusOK {
		t.Errorf("the same body after it: %d %s", a.status, a.text)
	}
}

func TestATSPThatIsDownMakesNoConnection(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.simulated("POST", "/_sim/faults", `{"match":{"path_prefix":"/me"},"fault":"status","status":503}`)
	if a := h.do("POST", connections, samsaraBody("fleet-2", "samsara-demo-token")); a.status != http.StatusGatewayTimeout || a.field("message") != "Gateway Timeout" {
		t.Errorf("%d %s", a.status, a.text)
	}
	if a := h.do("GET", connections, ""); len(a.value("items").([]any)) != 1 {
		t.Errorf("%s", a.text)
	}
}

func TestConnectionsAreListedInPagesBothWays(t *testing.T) {
	t.Parallel()
	h := open(t)
	want := []string{h.ids.Connection.String()}
	for i := range 4 {
		want = append(want, h.do("POST", connections, samsaraBody(fmt.Sprint("f", i), "samsara-demo-token")).field("id"))
	}
	slices.Reverse(want)
	pages := func(from, link string) (all []string, last string) {
		for cursor := from; ; {
			query := "?size=2"
			if cursor != "" {
				query += "&cursor=" + cursor
			}
			a := h.do("GET", connections+query, "")
			var page []string
			for _, item := range a.value("items").([]any) {
				page = append(page, item.(map[string]any)["id"].(string))
			}
			if link == "previous_page" {
				all = append(page, all...)
			} else {
				all = append(all, page...)
			}
			if a.field(link) == "" {
				return all, cursor
			}
			cursor = a.field(link)
		}
	}
	forwards, last := pages("", "next_page")
	if diff := cmp.Diff(want, forwards); diff != "" {
		t.Errorf("forwards (-want +got):\n%s", diff)
	}
	if backwards, _ := pages(last, "previous_page"); cmp.Diff(want, backwards) != "" {
		t.Errorf("backwards (-want +got):\n%s", cmp.Diff(want, backwards))
	}
	for query, status := range map[string]int{"cursor=zzz": 422, "size=0": 422, "tsp_id=x": 422, "fleet_ids=x": 422,
		"fleet_refs=" + strings.Repeat("x&fleet_refs=", 100): 422, "fleet_refs=f1&tsp_id=" +
			tsp.Name("samsara").ID().String(): 200} {
		if a := h.do("GET", connections+"?"+query, ""); a.status != status {
			t.Errorf("%.30s answers %d %s", query, a.status, a.text)
		}
	}
	if a := h.do("GET", connections+"/7", ""); a.status != http.StatusUnprocessableEntity {
		t.Errorf("%d %s", a.status, a.text)
	}
}

func TestAPreAuthIsAnsweredWithItsBareID(t *testing.T) {
	t.Parallel()
	h := open(t)
	body := fmt.Sprintf(`{"tsp_id":%q,"fleet_ref":"fleet-1","pre_auth_credentials":{"username":"u","password":"hush"}}`,
		tsp.Name("samsara").ID())
	a := h.do("POST", "/v2/integrations/connection-pre-auths", body)
	if _, err := uuid.Parse(strings.Trim(a.text, `"`)); a.status != http.StatusCreated || err != nil {
		t.Errorf("%d %s", a.status, a.text)
	}
}
