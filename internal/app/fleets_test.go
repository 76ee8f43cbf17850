package app_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/demo"
)

const fleets = "/v2/orgs/fleets"

func demoFleet() string { return fleets + "/" + demo.ID(demo.FleetRef).String() }

func TestAFleetTellsOfItselfAndAPartnerCallsItAsItLikes(t *testing.T) {
	t.Parallel()
	h := open(t)
	fleet := h.asFleet()
	a := h.by(fleet, "PATCH", demoFleet(),
		`{"name":"Demo Haulage","city":"Ulm","websites":["https://a.example"],"country_code":"DEU"}`)
	if a.status != http.StatusOK || a.field("name") != "Demo Haulage" || a.field("city") != "Ulm" ||
		a.field("country_code") != "DEU" {
		t.Fatalf("%d %s", a.status, a.text)
	}
	if a = h.by(fleet, "PATCH", demoFleet(), `{"city":null,"address":"Main Street 1"}`); strings.Contains(a.text, "Ulm") ||
		a.field("address") == "" {
		t.Errorf("%s", a.text)
	}
	if a = h.do("PATCH", demoFleet(), `{"fleet_ref":"first"}`); a.status != http.StatusOK ||
		a.field("fleet_ref") != "first" {
		t.Errorf("%d %s", a.status, a.text)
	}
	if a = h.do("GET", demoFleet(), ""); a.field("fleet_ref") != "first" || a.field("name") != "Demo Haulage" ||
		a.field("country_code") != "DEU" {
		t.Errorf("%s", a.text)
	}
	if a = h.do("GET", "/v2/integrations/connections?fleet_refs=first", ""); !strings.Contains(a.text,
		h.ids.Connection.String()) {
		t.Errorf("its connections under the new reference: %s", a.text)
	}
	for _, c := range []struct {
		token, body string
		says        string
	}{
		{fleet, `{}`, "there is nothing to update"}, {fleet, `{"name":""}`, "name"},
		{fleet, `{"name":" x"}`, "space around it"},
		{fleet, `{"country_code":"D"}`, "country_code"}, {fleet, `{"regulatory_id_date":"yesterday"}`, "regulatory_id_date"},
		{fleet, `{"fleet_ref":"mine"}`, "fleet_ref"}, {h.token, `{"name":"theirs"}`, "name"},
		{h.token, `{"fleet_ref":""}`, "fleet_ref"},
	} {
		if a := h.by(c.token, "PATCH", demoFleet(), c.body); a.status != http.StatusUnprocessableEntity ||
			!strings.Contains(a.text, c.says) {
			t.Errorf("%s: %d %s", c.body, a.status, a.text)
		}
	}
}

func TestAPartnerMakesAFleetAndIsWarnedOfASlip(t *testing.T) {
	t.Parallel()
	h := open(t)
	a := h.do("POST", fleets, `{"fleet_ref":"Fleet 1","name":"Two Rivers"}`)
	if a.status != http.StatusCreated || a.field("name") != "Two Rivers" ||
		!strings.Contains(a.text, demo.ID(demo.FleetRef).String()) {
		t.Fatalf("%d %s", a.status, a.text)
	}
	if got := h.do("GET", fleets+"/"+a.field("id"), ""); got.status != http.StatusOK ||
		got.field("fleet_ref") != "Fleet 1" || strings.Contains(got.text, "warnings") {
		t.Errorf("%d %s", got.status, got.text)
	}
	if again := h.do("POST", fleets, `{"fleet_ref":"Fleet 1"}`); again.status != http.StatusConflict {
		t.Errorf("the same reference: %d %s", again.status, again.text)
	}
	if taken := h.do("PATCH", demoFleet(), `{"fleet_ref":"Fleet 1"}`); taken.status != http.StatusConflict ||
		!strings.Contains(taken.text, "another fleet") {
		t.Errorf("another's reference: %d %s", taken.status, taken.text)
	}
	if plain := h.do("POST", fleets, `{"fleet_ref":"fleet-2"}`); plain.status != http.StatusCreated ||
		strings.Contains(plain.text, "warnings") {
		t.Errorf("%d %s", plain.status, plain.text)
	}
	if none := h.do("POST", fleets, `{"name":"x"}`); none.status != http.StatusUnprocessableEntity ||
		!strings.Contains(none.text, "fleet_ref") {
		t.Errorf("%d %s", none.status, none.text)
	}
}

func TestAFleetFindsThePartnerThatItGrantsTo(t *testing.T) {
	t.Parallel()
	h := open(t)
	fleet := h.asFleet()
	other, id := h.partner("Other")
	const partners = "/v2/orgs/partners"
	if a := h.by(fleet, "GET", partners+"?name=Other", ""); a.value("total") != float64(1) ||
		!strings.Contains(a.text, id) {
		t.Errorf("%s", a.text)
	}
	if a := h.by(fleet, "GET", partners+"/"+id, ""); a.field("name") != "Other" {
		t.Errorf("%s", a.text)
	}
	if a := h.by(other, "GET", partners, ""); a.value("total") != float64(1) || !strings.Contains(a.text, id) {
		t.Errorf("a partner sees %s", a.text)
	}
	if a := h.by(other, "GET", partners+"/"+demo.ID("partner").String(), ""); a.status != http.StatusNotFound {
		t.Errorf("another partner: %d %s", a.status, a.text)
	}
}

func TestAFleetThatIsDeletedTakesItsConnectionsGrantsAndClientsAlong(t *testing.T) {
	t.Parallel()
	h := open(t)
	fleet := h.asFleet()
	if a := h.do("DELETE", demoFleet(), ""); a.status != http.StatusForbidden || !strings.Contains(a.text, "cancel") {
		t.Fatalf("by a partner: %d %s", a.status, a.text)
	}
	if a := h.by(fleet, "DELETE", demoFleet(), ""); a.status != http.StatusNoContent {
		t.Fatalf("%d %s", a.status, a.text)
	}
	if a := h.do("GET", "/v2/integrations/connections/"+h.ids.Connection.String(), ""); a.status != http.StatusNotFound {
		t.Errorf("its connection: %d %s", a.status, a.text)
	}
	if a := h.do("GET", fleets, ""); a.value("total") != float64(0) {
		t.Errorf("its grant: %s", a.text)
	}
	if a := h.do("POST", messages, h.message("no")); a.status != http.StatusNotFound {
		t.Errorf("a write: %d %s", a.status, a.text)
	}
	if c, err := h.db.Client(t.Context(), "acme"); err == nil {
		t.Errorf("its client: %+v", c)
	}
}

func TestAnOperatorDeletesAndMergesFleetsBesideTheService(t *testing.T) {
	t.Parallel()
	h := open(t)
	o := h.operator()
	made, err := o.CreateFleet(t.Context(), "Demo Frieght", "demo", "fleet-one")
	if err != nil || len(made.Near) != 1 {
		t.Fatalf("%+v, %v", made, err)
	}
	_, err = o.MergeFleets(t.Context(), demo.ID(demo.FleetRef), made.ID)
	if err == nil || !strings.Contains(err.Error(), "the other way round: waybill fleet merge "+made.ID.String()) {
		t.Errorf("one with connections: %v", err)
	}
	left, err := o.MergeFleets(t.Context(), made.ID, demo.ID(demo.FleetRef))
	if err != nil || len(left.Partners) != 2 || left.Partners[1].Status != access.GrantCancelled &&
		left.Partners[0].Status != access.GrantCancelled {
		t.Errorf("%+v, %v", left, err)
	}
	if a := h.do("POST", messages, h.message("still")); a.status != http.StatusAccepted {
		t.Errorf("%d %s", a.status, a.text)
	}
	body := fmt.Sprintf(`{"fleet_ref":"fleet-one","tsp_id":%q,"credentials":{"token":"x"}}`, uuid.NewString())
	if a := h.do("POST", "/v2/integrations/connections", body); a.status != http.StatusForbidden ||
		!strings.Contains(a.text, "cancelled") {
		t.Errorf("the reference of the one that went: %d %s", a.status, a.text)
	}
	refused := func(context.Context, access.Principal) error { return nil }
	if err := o.DeleteFleet(t.Context(), demo.ID(demo.FleetRef), refused); err == nil ||
		!strings.Contains(err.Error(), "delete it again") {
		t.Errorf("with connections: %v", err)
	}
}

// What is somebody else's answers as what is not there: word for word, but for the id.
func TestInTheOrganisationsNotYoursAndNotThereAreAlike(t *testing.T) {
	t.Parallel()
	h := open(t)
	other, _ := h.partner("Other")
	secret, err := h.operator().CreateFleetClient(t.Context(), access.ClientOrder{ID: "stranger", Owner: "Strangers"})
	if err != nil {
		t.Fatal(err)
	}
	stranger := h.tokenFor("stranger", secret, "")
	ended := demo.ID("grant").String()
	for _, line := range []string{"GET /fleets/F", "PATCH /fleets/F", "DELETE /fleets/F", "GET /share-agreements/G",
		"PATCH /share-agreements/G", "DELETE /share-agreements/G", "POST /share-agreements/G/pause",
		"POST /share-agreements/G/activate", "POST /share-agreements/G/cancel",
		"GET /partners/P", "GET /share-agreements?fleet_id=F", "GET /share-agreements?fleet_ref=fleet-1",
		"GET /fleets?fleet_refs=fleet-1"} {
		for who, token := range map[string]string{"a partner": other, "a fleet": stranger} {
			if who == "a fleet" && strings.Contains(line, "/partners/") {
				continue // Fleets see all partners.
			}
			method, path, _ := strings.Cut(line, " ")
			ask := func(fleet, grant, partner, ref string) string {
				real := strings.NewReplacer("/F", "/"+fleet, "=F", "="+fleet, "/G", "/"+grant, "/P", "/"+partner, "fleet-1",
					ref).Replace(path)
				body := ""
				if method == "PATCH" {
					body = `{"fleet_ref":7,"effective_date":7}`
				}
				a := h.by(token, method, "/v2/orgs"+real, body)
				return fmt.Sprint(a.status, strings.NewReplacer(fleet, "ID", grant, "ID", partner, "ID").Replace(a.text))
			}
			theirs := ask(demo.ID(demo.FleetRef).String(), ended, demo.ID("partner").String(), "fleet-1")
			nobodys := ask(uuid.NewString(), uuid.NewString(), uuid.NewString(), "fleet-9")
			if theirs != nobodys || strings.HasPrefix(theirs, "5") {
				t.Errorf("%s, %s:\n%s\n%s", who, line, theirs, nobodys)
			}
		}
	}
}
