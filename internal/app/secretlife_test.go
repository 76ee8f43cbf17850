package app_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/demo"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// secretLife uses secrets as they are meant to be used.
func (h *house) secretLife(s *secrecy) {
	t := h.t
	given, err := h.operator().CreateClient(t.Context(), access.ClientOrder{ID: "tms", Owner: "TMS"})
	if err != nil {
		t.Fatal(err)
	}
	s.add("a client's secret", given)
	s.add("an access token", h.tokenFor("tms", given, ""))
	for what, secret := range map[string]string{"a code": "samsara-demo-code",
		"a client secret at a TSP": "samsara-demo-secret", "a password that waits": "hush-pre-auth-pass",
		"a first password": "Hush-First-Passw0rd!", "a receiver's secret": "hush-webhook-secret"} {
		s.add(what, secret)
	}
	samsara := tsp.Name("samsara").ID()
	made := h.asked(s, "POST", connections, fmt.Sprintf(`{"tsp_id":%q,"fleet_ref":"fleet-2","settings":{"initial_driver_password":"Hush-First-Passw0rd!"},
		"credentials":{"client_id":"samsara-demo-client","client_secret":"samsara-demo-secret","auth_code":"samsara-demo-code"}}`, samsara))
	if made.status != http.StatusOK {
		t.Fatalf("%d %s", made.status, made.text)
	}
	one := connections + "/" + made.field("id")
	h.simulated("POST", "/_sim/faults", `{"match":{"path_prefix":"/v1/fleet"},"fault":"expire_session","times":1}`)
	h.asked(s, "PATCH", one, `{"credentials":{"token":"samsara-demo-token"}}`)
	h.asked(s, "POST", "/v2/integrations/connection-pre-auths",
		fmt.Sprintf(`{"tsp_id":%q,"fleet_ref":"fleet-1","pre_auth_credentials":{"username":"u","password":"hush-pre-auth-pass"}}`, samsara))
	h.do("POST", "/v2/notifications/webhooks",
		`{"url":"https://hooks.example/in","event_name":"connection.created","secret":"hush-webhook-secret"}`)
	ids := []string{h.asked(s, "POST", messages, h.message("hello")).field("id")}
	for _, name := range []tsp.Name{"samsara", "motive", "geotab", "traccar"} {
		h.simulatedAt(h.config.BaseURLs[string(name)]+"/_sim/faults", "POST", `{"fault":"expire_session","times":1}`)
		user := fmt.Sprintf(`{"connection_id":%q,"username":"%s.driver","first_name":"Anna","last_name":"Berg","is_driver":true}`,
			demo.ID("connection:"+string(name)), name)
		if a := h.asked(s, "POST", users, user); a.status != http.StatusAccepted {
			t.Errorf("%s: %d %s", name, a.status, a.text)
		}
	}
	for _, id := range ids {
		h.ended(id)
	}
	h.haveEnded()
	h.signsInForAWrite(s)
	h.askedExchanges(s)
	for _, path := range []string{connections, one, operations, users, vehicles, "/v2/notifications/webhooks",
		"/v2/orgs/fleets", agreements} {
		h.asked(s, "GET", path, "")
	}
}

// secretTroubles has secrets refused, lost and told back.
func (h *house) secretTroubles(s *secrecy) {
	t := h.t
	for what, secret := range map[string]string{"a wrong token": "hush-wrong-token",
		"a wrong client secret": "hush-wrong-secret", "a foreign token": "hush-foreign-token",
		"a misplaced password": "hush-misplaced-password", "the way of a receiver": "hush-path-of-receiver",
		"the query of a receiver": "hush-query-of-receiver"} {
		s.add(what, secret)
	}
	h.asked(s, "POST", connections, samsaraBody("fleet-3", "hush-wrong-token"))
	h.asked(s, "GET", connections, "", "Authorization", "Bearer hush-foreign-token")
	h.asked(s, "POST", "/realms/waybill/protocol/openid-connect/token",
		"grant_type=client_credentials&client_id=tms&client_secret=hush-wrong-secret",
		"Content-Type", "application/x-www-form-urlencoded")
	hooks := "/v2/notifications/webhooks"
	closed := httptest.NewServer(nil)
	closed.Close()
	made := h.do("POST", hooks, fmt.Sprintf(`{"url":"%s/in/hush-path-of-receiver?token=hush-query-of-receiver","event_name":"resource_operation.*"}`, closed.URL))
	if made.status != http.StatusOK {
		t.Fatalf("%d %s", made.status, made.text)
	}
	h.asked(s, "GET", hooks, "")
	for _, fault := range []string{`"status","status":401`, `"status","status":503`, `"malformed"`, `"apply_then_drop"`} {
		h.simulated("POST", "/_sim/faults",
			`{"match":{"path_prefix":"/v1/fleet/messages","method":"POST"},"times":1,"fault":`+fault+`}`)
		id := h.asked(s, "POST", messages, h.message("with "+fault[:8])).field("id")
		if h.ended(id).status == http.StatusOK {
			h.asked(s, "GET", fmt.Sprintf("%s/%s/resource-operations/%s", connections, h.ids.Connection, id), "")
		}
	}
	h.until("a delivery has failed", func() bool { return strings.Contains(h.journal.String(), "delivery attempt ended") })
	h.until("a failed delivery is listed", func() bool {
		list := h.do("GET", hooks, "")
		for _, item := range list.value("items").([]any) {
			id := item.(map[string]any)["id"].(string)
			if logs := h.asked(s, "GET", hooks+"/"+id+"/logs", ""); strings.Contains(logs.text, "refused the connection") {
				return true
			}
		}
		return false
	})
	h.asked(s, "GET", hooks+"?password=hush-misplaced", "")
	h.askedExchanges(s)
}

// haveEnded waits for the end of all operations.
func (h *house) haveEnded() {
	h.t.Helper()
	h.until("all operations have ended", func() bool {
		return !strings.Contains(h.do("GET", operations, "").text, `"status":"pending"`)
	})
}

// signsInForAWrite has a write sign in at a TSP that forgets its session. An import may come between and do so in its place.
func (h *house) signsInForAWrite(s *secrecy) {
	h.t.Helper()
	geotab := demo.ID("connection:geotab")
	for n := range 20 {
		h.simulatedAt(h.config.BaseURLs["geotab"]+"/_sim/faults", "POST", `{"fault":"expire_session","times":1}`)
		a := h.asked(s, "POST", users, fmt.Sprintf(`{"connection_id":%q,"username":"geotab.driver.%d","first_name":"Anna","last_name":"Berg","is_driver":true}`, geotab, n))
		h.haveEnded()
		if one := h.do("GET", fmt.Sprintf("%s/%s/resource-operations/%s?exchanges=true", connections, geotab, a.field("id")), ""); strings.Contains(one.text, `"purpose":"sign_in"`) {
			return
		}
	}
	h.t.Error("no write has signed in")
}

// askedExchanges asks for what is kept of the calls of all operations.
func (h *house) askedExchanges(s *secrecy) {
	h.t.Helper()
	calls, signs := 0, 0
	for _, item := range h.do("GET", operations+"?size=100", "").value("items").([]any) {
		op := item.(map[string]any)
		a := h.asked(s, "GET", fmt.Sprintf("%s/%s/resource-operations/%s?exchanges=true", connections,
			op["connection_id"], op["id"]), "")
		calls += strings.Count(a.text, `"purpose":`)
		signs += strings.Count(a.text, `"purpose":"sign_in"`)
	}
	if calls == 0 || signs == 0 {
		h.t.Errorf("%d calls are kept, and %d of them are sign-ins: it was not a whole run", calls, signs)
	}
}
