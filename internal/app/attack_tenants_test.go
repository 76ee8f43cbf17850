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
		answers[i].text = anyTime.ReplaceAllString(anyID.ReplaceAllString(answers[i].text, "ID"), "TIME")
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
	secret, err := h.operator().CreateFleetClient(t.Context(),
		access.ClientOrder{ID: "rival-fleet", Owner: "Rival Freight"})
	if err != nil {
		t.Fatal(err)
	}
	reading := slices.DeleteFunc(access.Scopes(), func(scope string) bool { return !strings.HasSuffix(scope, ":read") })
	narrow, err := h.operator().CreateClient(t.Context(),
		access.ClientOrder{ID: "rival-reader", Owner: "Rival", Scopes: reading})
	if err != nil {
		t.Fatal(err)
	}
	attackers := map[string]string{"another partner": partner, "another fleet": h.tokenFor("rival-fleet", secret, ""),
		"another partner's client that may only read": h.tokenFor("rival-reader", narrow, "")}
	whole := func() (all []string) {
		for _, path := range []string{connections + "/" + victim["connection_id"], agreements + "/" +
			victim["share_agreement_id"], "/v2/notifications/webhooks/" + victim["webhook_id"], "/v2/orgs/fleets/" +
			victim["fleet_id"]} {
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
			// Fleets find the partners that they may grant to.
			if d.method+" "+d.path == "GET /v2/orgs/partners/{partner_id}" && name == "another fleet" {
				continue
			}
			cells += h.pathCells(token, d, victim, own.field("id")) + h.queryCells(token, d, victim)
		}
		if diff := cmp.Diff(before, whole()); diff != "" {
			t.Errorf("%s has changed what is another's (-before +after):\n%s", name, diff)
		}
	}
	if cells < 180 {
		t.Errorf("only %d cells were tried", cells)
	}
	h.untouched(victim)
}

// pathCells asks an operation with ids of the victim's in its path and in each of its bodies, and returns how
// many cells that are. own is a connection of the attacker's.
func (h *house) pathCells(token string, d documented, victim map[string]string, own string) (cells int) {
	h.t.Helper()
	line := d.method + " " + d.path
	given := bodies[line]
	if len(given) == 0 {
		given = []string{""}
		if d.method == http.MethodPatch {
			given = []string{"{}"}
		}
	}
	for _, body := range given {
		if !(strings.Contains(d.path, "{") && d.needsToken) && !names(body) {
			continue
		}
		cells++
		h.cell(h.t, token, line, body, func(text string, foreign bool) string {
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
			for _, word := range words {
				id := map[string]string{"ID": victim["connection_id"]}[word]
				if id == "" {
					id = victim[word]
				}
				if !foreign || id == "" {
					id = uuid.NewString()
				}
				text = strings.ReplaceAll(text, `"`+word+`"`, `"`+id+`"`)
			}
			return strings.NewReplacer(`"OWN"`, `"`+own+`"`, `"TSP"`, `"`+samsaraID+`"`).Replace(text)
		})
	}
	return cells
}

// queryCells asks a list with ids of the victim's in its query, and returns how many cells that are.
func (h *house) queryCells(token string, d documented, victim map[string]string) (cells int) {
	h.t.Helper()
	if d.method != http.MethodGet || strings.Contains(d.path, "{") || !d.needsToken {
		return 0
	}
	for _, p := range d.params {
		if id := d.of(p, victim); p.In == "query" && id != "" {
			cells++
			h.cell(h.t, token, d.method+" "+d.path+"?"+p.Name+"=ID", "", func(text string, foreign bool) string {
				if !foreign {
					id = uuid.NewString()
				}
				return strings.ReplaceAll(text, "=ID", "="+id)
			})
		}
	}
	return cells
}

// reaches makes sure that the ids are those of things which their owner finds.
func (h *house) reaches(routes []documented, victim map[string]string) {
	h.t.Helper()
	found := 0
	for _, d := range routes {
		path := d.path
		for _, p := range d.params {
			id := d.of(p, victim)
			if p.In == "path" && id == "" && p.Name != "tsp_id" {
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
