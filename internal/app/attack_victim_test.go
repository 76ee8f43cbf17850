package app_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/demo"
	"github.com/waybill-dev/waybill/internal/tsp"
)

var samsaraID = tsp.Name("samsara").ID().String()

// bodies are those of requests that name things of others, where ID stands for what is attacked: a connection
// of the victim, or one of its records named by somebody with a connection of his own (OWN).
var bodies = map[string][]string{
	"POST /v2/telematics/vehicles": {`{"connection_id":"ID","vehicle_name":"x"}`},
	"PATCH /v2/telematics/vehicles/{id}": {`{"connection_id":"ID","vehicle_name":"x"}`,
		`{"connection_id":"OWN","vehicle_name":"x"}`},
	"POST /v2/telematics/trailers": {`{"connection_id":"ID","trailer_name":"x"}`},
	"PATCH /v2/telematics/trailers/{id}": {`{"connection_id":"ID","trailer_name":"x"}`,
		`{"connection_id":"OWN","trailer_name":"x"}`},
	"POST /v2/telematics/users": {
		`{"connection_id":"ID","username":"x","first_name":"a","last_name":"b","is_driver":true}`},
	"PATCH /v2/telematics/users/{id}": {`{"connection_id":"ID","first_name":"x"}`,
		`{"connection_id":"OWN","first_name":"x"}`},
	"POST /v2/telematics/messages": {
		`{"connection_id":"ID","sender_id":"RANDOM","recipient_id":"RANDOM","message_text":"x"}`,
		`{"connection_id":"OWN","sender_id":"USER","recipient_id":"USER","message_text":"x"}`},
	"POST /v2/telematics/group-messages": {
		`{"connection_id":"ID","sender_id":"RANDOM","recipient_ids":["RANDOM"],"message_text":"x"}`,
		`{"connection_id":"OWN","sender_id":"USER","recipient_ids":["USER"],"message_text":"x"}`},
	"POST /v2/telematics/dvir-logs": {
		`{"connection_id":"ID","driver_id":"RANDOM","vehicle_id":"RANDOM","log_type":"mechanic","is_safety_critical":false}`,
		`{"connection_id":"OWN","driver_id":"USER","vehicle_id":"VEHICLE","log_type":"mechanic","is_safety_critical":false}`},
	"POST /v2/telematics/fuel-transactions": {`{"connection_id":"ID","driver_id":"RANDOM","vehicle_id":"RANDOM",` + fuel,
		`{"connection_id":"OWN","driver_id":"USER","vehicle_id":"VEHICLE",` + fuel},
	"PATCH /v2/integrations/connections/{connection_id}": {`{"status":"paused"}`, `{"description":"x"}`,
		`{"credentials":{"token":"samsara-demo-token"}}`},
	"POST /v2/integrations/connections": {`{"tsp_id":"TSP","fleet_ref":"rival-fleet","pre_auth_id":"PREAUTH",` +
		`"credentials":{"token":"samsara-demo-token"}}`},
	"POST /v2/integrations/connections/{connection_id}/resource-operations/{resource_operation_id}/resolve": {
		`{"outcome":"not_applied"}`},
	"PATCH /v2/orgs/fleets/{fleet_id}":                     {`{"fleet_ref":"x"}`, `{"name":"x"}`},
	"PATCH /v2/orgs/share-agreements/{share_agreement_id}": {`{"expiration_date":null}`},
	"POST /v2/notifications/webhooks": {
		`{"url":"https://hooks.example/in","event_name":"connection.created","secret":"0123456789abcdef",` +
			`"filters":{"fleet_ids":["FLEET"]}}`},
	"PATCH /v2/notifications/webhooks/{webhook_id}": {`{"generate_secret":true}`, `{"retry_refused":true}`,
		`{"url":"https://hooks.example/in"}`},
	"POST /v2/integrations/jobs":                          {`{"action":"cancel","filter":{"connection_id":"ID"}}`},
	"POST /v2/notifications/jobs":                         {`{"action":"replay","filter":{"webhook_id":"HOOK"}}`},
	"POST /v2/notifications/webhooks/{webhook_id}/replay": {`{}`, `{"message_ids":["RANDOM"]}`},
}

// fuel ends the body of a fuel transaction.
const fuel = `"fuel_volume":20,"fuel_volume_unit":"LITER","fuel_type":"DIESEL","total_cost":"40.10","currency":"USD",` +
	`"latitude":30.2,"longitude":-97.7,"transaction_time":"2026-01-15T10:00:00Z"}`

// words stand in bodies for ids.
var words = []string{"HOOK", "USER", "VEHICLE", "FLEET", "PREAUTH", "RANDOM", "ID"}

// names tells whether a body names something that is attacked.
func names(body string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(body, `"`+w+`"`) })
}

// victim holds what belongs to the demo's partner and fleet, by the names of parameters.
func (h *house) victim() map[string]string {
	h.t.Helper()
	operation := h.do("POST", messages, h.message("mine")).field("id")
	h.ended(operation)
	hook := h.do("GET", "/v2/notifications/webhooks", "").value("items").([]any)[0].(map[string]any)["id"].(string)
	var schedule string
	h.until("the demo's connection has a schedule", func() bool {
		all := h.do("GET", connections+"/"+h.ids.Connection.String()+"/schedules", "")
		items, _ := all.value("items").([]any)
		if all.status != http.StatusOK || len(items) == 0 {
			return false
		}
		schedule, _ = items[0].(map[string]any)["id"].(string)
		return schedule != ""
	})
	people := fmt.Sprintf(`"sender_id":"%s"`, h.ids.Sender)
	preAuth := h.do("POST", "/v2/integrations/connection-pre-auths", fmt.Sprintf(`{"tsp_id":%q,"fleet_ref":"fleet-1",`+
		`"pre_auth_credentials":{"username":"u","password":"hush"}}`, samsaraID))
	return map[string]string{
		"trailers": h.wrote("/v2/telematics/trailers", `"trailer_name":"Mine"`),
		"messages": h.wrote(messages, people+fmt.Sprintf(`,"recipient_id":"%s","message_text":"x"`, h.ids.Recipient)),
		"group-messages": h.wrote("/v2/telematics/group-messages",
			people+fmt.Sprintf(`,"recipient_ids":["%s"],"message_text":"x"`,
				h.ids.Recipient)),
		"dvir-logs": h.inspection(),
		"VEHICLE":   h.ids.Vehicle.String(), "PREAUTH": strings.Trim(preAuth.text, "\"\n"),
		"schedule_id":        schedule,
		"job_id":             h.job(operationJobs, "retry", `"connection_id":"`+h.ids.Connection.String()+`"`),
		"dead_letter_job_id": h.job(deadLetterJobs, "replay", `"webhook_id":"`+hook+`"`),
		"connection_id":      h.ids.Connection.String(), "resource_operation_id": operation, "webhook_id": hook,
		"fleet_id": demo.ID(demo.FleetRef).String(), "fleet_ids": demo.ID(demo.FleetRef).String(),
		"share_agreement_id": demo.ID("grant").String(), "partner_id": demo.ID("partner").String(),
		"vehicles": h.ids.Vehicle.String(), "users": h.ids.Recipient.String(),
		"HOOK": hook, "USER": h.ids.Sender.String(), "FLEET": demo.ID(demo.FleetRef).String(),
	}
}

// inspection makes one, which Samsara takes in the name of a user.
func (h *house) inspection() string {
	h.t.Helper()
	settings := `{"settings":{"dvir_author_id":"` + h.ids.Sender.String() + `"}}`
	if a := h.do("PATCH", connections+"/"+h.ids.Connection.String(), settings); a.status != http.StatusOK {
		h.t.Fatalf("%d %s", a.status, a.text)
	}
	return h.wrote("/v2/telematics/dvir-logs", fmt.Sprintf(`"driver_id":"%s","vehicle_id":"%s","log_type":"mechanic",`+
		`"is_safety_critical":false`, h.ids.Recipient, h.ids.Vehicle))
}

// of is what of the victim's a parameter can name; "" if nothing.
func (d documented) of(p param, victim map[string]string) string {
	if kind, ok := strings.CutPrefix(d.path, "/v2/telematics/"); ok && (p.Name == "id" || p.Name == "ids") {
		kind, _, _ = strings.Cut(kind, "/")
		return victim[kind]
	}
	if p.Name == "job_id" && strings.HasPrefix(d.path, "/v2/notifications/") {
		return victim["dead_letter_job_id"]
	}
	for _, name := range []string{p.Name, strings.TrimSuffix(p.Name, "s")} {
		if id := victim[name]; id != "" {
			return id
		}
	}
	for prefix, id := range map[string]string{"vehicle": victim["vehicles"], "trailer": victim["trailers"],
		"user": victim["users"], "sender": victim["users"], "recipient": victim["users"], "driver": victim["users"],
		"author": victim["users"]} {
		if strings.HasPrefix(p.Name, prefix) {
			return id
		}
	}
	return ""
}
