package app_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	json "github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/demo"
)

// documented is an operation of the service's own document, which tests hold against the routes.
type documented struct {
	method, path string
	// needsToken tells whether the document asks for one; params are the parameters that are ids.
	needsToken bool
	params     []param
}

type param struct {
	Name   string `json:"name"`
	In     string `json:"in"`
	Ref    string `json:"$ref"`
	Schema struct {
		Format string `json:"format"`
		Items  struct {
			Format string `json:"format"`
		} `json:"items"`
	} `json:"schema"`
}

// routes reads every operation of the document.
func (h *house) routes() (all []documented) {
	h.t.Helper()
	var doc struct {
		Paths      map[string]map[string]any `json:"paths"`
		Components struct {
			Parameters map[string]param `json:"parameters"`
		} `json:"components"`
	}
	text := h.do("GET", "/openapi.json", "").text
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		h.t.Fatal(err)
	}
	for path, item := range doc.Paths {
		for method, raw := range item {
			var op struct {
				Security   *[]any  `json:"security"`
				Parameters []param `json:"parameters"`
			}
			whole, err := json.Marshal(raw)
			if err != nil {
				h.t.Fatal(err)
			}
			if json.Unmarshal(whole, &op) != nil || !slices.Contains([]string{"get", "post", "patch", "put", "delete"}, method) {
				continue
			}
			d := documented{method: strings.ToUpper(method), path: path, needsToken: op.Security == nil || len(*op.Security) > 0}
			var shared []param
			if more, there := item["parameters"]; there {
				whole, err := json.Marshal(more)
				if err != nil || json.Unmarshal(whole, &shared) != nil {
					h.t.Fatalf("the parameters of %s: %v", path, err)
				}
			}
			for _, p := range append(op.Parameters, shared...) {
				if p.Ref != "" {
					p = doc.Components.Parameters[p.Ref[strings.LastIndex(p.Ref, "/")+1:]]
				}
				if p.Schema.Format == "uuid" || p.Schema.Items.Format == "uuid" {
					d.params = append(d.params, p)
				}
			}
			all = append(all, d)
		}
	}
	slices.SortFunc(all, func(a, b documented) int { return strings.Compare(a.path+a.method, b.path+b.method) })
	if len(all) < 50 {
		h.t.Fatalf("only %d operations are documented", len(all))
	}
	return all
}

// bodies are those of requests that name things of others, where ID stands for what is attacked: a connection
// of the victim, or one of its records named by somebody with a connection of his own (OWN).
var bodies = map[string][]string{
	"POST /v2/telematics/vehicles":                         {`{"connection_id":"ID","vehicle_name":"x"}`},
	"PATCH /v2/telematics/vehicles/{id}":                   {`{"connection_id":"ID","vehicle_name":"x"}`, `{"connection_id":"OWN","vehicle_name":"x"}`},
	"POST /v2/telematics/trailers":                         {`{"connection_id":"ID","trailer_name":"x"}`},
	"PATCH /v2/telematics/trailers/{id}":                   {`{"connection_id":"ID","trailer_name":"x"}`, `{"connection_id":"OWN","trailer_name":"x"}`},
	"POST /v2/telematics/users":                            {`{"connection_id":"ID","username":"x","first_name":"a","last_name":"b","is_driver":true}`},
	"PATCH /v2/telematics/users/{id}":                      {`{"connection_id":"ID","first_name":"x"}`, `{"connection_id":"OWN","first_name":"x"}`},
	"POST /v2/telematics/messages":                         {`{"connection_id":"ID","sender_id":"RANDOM","recipient_id":"RANDOM","message_text":"x"}`, `{"connection_id":"OWN","sender_id":"USER","recipient_id":"USER","message_text":"x"}`},
	"POST /v2/telematics/group-messages":                   {`{"connection_id":"OWN","sender_id":"USER","recipient_ids":["USER"],"message_text":"x"}`},
	"PATCH /v2/integrations/connections/{connection_id}":   {`{"status":"paused"}`, `{"credentials":{"token":"samsara-demo-token"}}`},
	"PATCH /v2/orgs/share-agreements/{share_agreement_id}": {`{"expiration_date":null}`},
	"POST /v2/orgs/share-agreements":                       {`{"partner_id":"PARTNER","scopes":{"vehicle":"read"}}`},
	"POST /v2/notifications/webhooks":                      {`{"url":"https://hooks.example/in","event_name":"connection.created","filters":{"fleet_ids":["FLEET"]}}`},
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
	return map[string]string{
		"schedule_id":   schedule,
		"connection_id": h.ids.Connection.String(), "resource_operation_id": operation, "webhook_id": hook,
		"fleet_id": demo.ID(demo.FleetRef).String(), "fleet_ids": demo.ID(demo.FleetRef).String(),
		"share_agreement_id": demo.ID("grant").String(), "partner_id": demo.ID("partner").String(),
		"vehicles": h.ids.Vehicle.String(), "users": h.ids.Recipient.String(),
		"USER": h.ids.Sender.String(), "FLEET": demo.ID(demo.FleetRef).String(), "PARTNER": demo.ID("partner").String(),
	}
}

// of is what of the victim's a parameter can name; "" if nothing.
func (d documented) of(p param, victim map[string]string) string {
	kind := strings.Split(strings.TrimPrefix(d.path, "/v2/telematics/"), "/")[0]
	for _, name := range []string{p.Name, kind, strings.TrimSuffix(p.Name, "s")} {
		if id := victim[name]; id != "" {
			return id
		}
	}
	for prefix, id := range map[string]string{"vehicle": victim["vehicles"], "user": victim["users"], "sender": victim["users"],
		"recipient": victim["users"], "driver": victim["users"], "author": victim["users"]} {
		if strings.HasPrefix(p.Name, prefix) {
			return id
		}
	}
	return ""
}

// anyParam is a parameter of a path as the document writes it.
var anyParam = regexp.MustCompile(`\{[a-z_]+\}`)

var anyID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// cell is one request, asked with an id of the victim's and with one of nobody's.
func (h *house) cell(t *testing.T, token, line, body string, own func(text string, foreign bool) string) {
	t.Helper()
	method, path, _ := strings.Cut(line, " ")
	var answers [2]answer
	for i, foreign := range []bool{true, false} {
		answers[i] = h.by(token, method, own(path, foreign), own(body, foreign))
		answers[i].text = anyID.ReplaceAllString(answers[i].text, "ID")
	}
	if answers[0].status != answers[1].status || answers[0].text != answers[1].text {
		t.Errorf("%s %s tells what is another's from what is not there:\n%d %s\n%d %s", line, body,
			answers[0].status, answers[0].text, answers[1].status, answers[1].text)
	}
	for _, header := range []string{"Retry-After", "Location", "Allow", "Link"} {
		if answers[0].header.Get(header) != answers[1].header.Get(header) {
			t.Errorf("%s: %s differs", line, header)
		}
	}
}

// TestNobodyTellsAnothersThingsFromThoseThatDoNotExist asks every documented operation with every id of
// another tenant, as another partner and as another fleet, both with connections of their own.
func TestNobodyTellsAnothersThingsFromThoseThatDoNotExist(t *testing.T) {
	t.Parallel()
	h := open(t)
	victim := h.victim()
	partner, _ := h.partner("Rival")
	own := h.by(partner, "POST", connections, samsaraBody("rival-fleet", "samsara-demo-token"))
	secret, err := h.operator().CreateFleetClient(t.Context(), access.ClientOrder{ID: "rival-fleet", Owner: "Rival Freight"})
	if err != nil {
		t.Fatal(err)
	}
	attackers := map[string]string{"another partner": partner, "another fleet": h.tokenFor("rival-fleet", secret, "")}
	whole := func() (all []string) {
		for _, path := range []string{connections + "/" + victim["connection_id"], agreements + "/" + victim["share_agreement_id"],
			"/v2/notifications/webhooks/" + victim["webhook_id"], "/v2/orgs/fleets/" + victim["fleet_id"]} {
			all = append(all, h.do("GET", path, "").text)
		}
		return all
	}
	before, routes, cells := whole(), h.routes(), 0
	h.reaches(routes, victim)
	// Those that end things come last, so that they cannot hide what others would tell.
	slices.SortStableFunc(routes, func(a, b documented) int { return strings.Compare(a.method, b.method) * -1 })
	for name, token := range attackers {
		for _, d := range routes {
			line := d.method + " " + d.path
			given := bodies[line]
			if len(given) == 0 {
				given = []string{""}
				if d.method == http.MethodPatch {
					given = []string{"{}"}
				}
			}
			for _, body := range given {
				attacked := strings.ContainsAny(d.path, "{") && d.needsToken || strings.Contains(body, "ID") || strings.Contains(body, "USER")
				if !attacked {
					continue
				}
				cells++
				h.cell(t, token, line, body, func(text string, foreign bool) string {
					for _, p := range d.params {
						id := d.of(p, victim)
						if p.In == "path" && id == "" && foreign {
							id = uuid.NewString()
						}
						if !foreign {
							id = uuid.NewString()
						}
						text = strings.ReplaceAll(text, "{"+p.Name+"}", id)
					}
					for _, word := range []string{"USER", "FLEET", "PARTNER", "RANDOM", "ID"} {
						id := map[string]string{"ID": victim["connection_id"]}[word]
						if id == "" {
							id = victim[word]
						}
						if !foreign || id == "" {
							id = uuid.NewString()
						}
						text = strings.ReplaceAll(text, `"`+word+`"`, `"`+id+`"`)
					}
					return strings.ReplaceAll(text, `"OWN"`, `"`+own.field("id")+`"`)
				})
			}
			if d.method != http.MethodGet || strings.Contains(d.path, "{") || !d.needsToken {
				continue
			}
			for _, p := range d.params {
				if id := d.of(p, victim); p.In == "query" && id != "" {
					cells++
					h.cell(t, token, line+"?"+p.Name+"=ID", "", func(text string, foreign bool) string {
						if !foreign {
							id = uuid.NewString()
						}
						return strings.ReplaceAll(text, "=ID", "="+id)
					})
				}
			}
		}
		if diff := cmp.Diff(before, whole()); diff != "" {
			t.Errorf("%s has changed what is another's (-before +after):\n%s", name, diff)
		}
	}
	if cells < 60 {
		t.Errorf("only %d cells were tried", cells)
	}
	h.untouched(victim)
}

// reaches makes sure that the ids are those of things which their owner finds.
func (h *house) reaches(routes []documented, victim map[string]string) {
	h.t.Helper()
	found := 0
	for _, d := range routes {
		path := d.path
		for _, p := range d.params {
			id := d.of(p, victim)
			if p.In == "path" && id == "" && p.Name != "tsp_id" && !strings.HasPrefix(d.path, "/v2/telematics/") {
				h.t.Errorf("%s %s: nothing of the victim's is attacked by %s; give the test an id of one", d.method, d.path, p.Name)
			}
			if p.In == "path" && id != "" {
				path = strings.ReplaceAll(path, "{"+p.Name+"}", id)
			}
		}
		if d.method != http.MethodGet || path == d.path || strings.Contains(path, "{") {
			continue
		}
		if a := h.do("GET", path, ""); a.status != http.StatusOK {
			h.t.Errorf("its owner does not find %s: %d %s", path, a.status, a.text)
		}
		found++
	}
	if found < 8 {
		h.t.Errorf("only %d things have an owner", found)
	}
}

// untouched tells whether the audit log names a rival for what is the victim's.
func (h *house) untouched(victim map[string]string) {
	h.t.Helper()
	err := app.EachEntry(h.t.Context(), h.config, 0, func(e audit.Entry) error {
		for name, id := range victim {
			if strings.Contains(strings.ToLower(e.Name), "rival") && strings.HasSuffix(e.Object, ":"+id) {
				h.t.Errorf("%s has %s the %s of another: %s", e.Name, e.Action, name, fmt.Sprint(e.Changed))
			}
		}
		return nil
	})
	if err != nil {
		h.t.Error(err)
	}
}
