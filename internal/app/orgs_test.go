package app_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/demo"
)

const agreements = "/v2/orgs/share-agreements"

// partner makes a partner with a client and returns its token and id.
func (h *house) partner(name string) (token, id string) {
	h.t.Helper()
	secret, err := h.operator().CreateClient(h.t.Context(), access.ClientOrder{ID: name, Owner: name})
	if err != nil {
		h.t.Fatal(err)
	}
	c, err := h.operator().Client(h.t.Context(), name)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.tokenFor(name, secret, ""), c.Partner.ID.String()
}

func TestPartnersAndFleetsSeeTheFleetsThatAreTheirs(t *testing.T) {
	t.Parallel()
	h := open(t)
	fleet := h.asFleet()
	other, _ := h.partner("Other")
	one := "/v2/orgs/fleets/" + demo.ID(demo.FleetRef).String()
	for _, c := range []struct {
		name, token, path string
		status, total     int
		ref               any
	}{
		{"the partner", h.token, "/v2/orgs/fleets", 200, 1, demo.FleetRef},
		{"the partner, by reference", h.token, "/v2/orgs/fleets?fleet_refs=x&fleet_refs=" + demo.FleetRef, 200, 1,
			demo.FleetRef},
		{"the partner, by a reference of nobody", h.token, "/v2/orgs/fleets?fleet_refs=x", 200, 0, nil},
		{"the fleet", fleet, "/v2/orgs/fleets", 200, 1, nil},
		{"another partner", other, "/v2/orgs/fleets", 200, 0, nil},
	} {
		a := h.by(c.token, "GET", c.path, "")
		items, _ := a.value("items").([]any)
		if a.status != c.status || a.value("total") != float64(c.total) || len(items) != c.total {
			t.Errorf("%s: %d %s", c.name, a.status, a.text)
			continue
		}
		if c.total > 0 && items[0].(map[string]any)["fleet_ref"] != c.ref {
			t.Errorf("%s knows the fleet as %v", c.name, items[0])
		}
	}
	if a := h.by(h.token, "GET", one, ""); a.field("name") != "Demo Freight" {
		t.Errorf("%d %s", a.status, a.text)
	}
	if a := h.by(other, "GET", one, ""); a.status != http.StatusNotFound {
		t.Errorf("a foreign fleet answers %d %s", a.status, a.text)
	}
	if a := h.by(fleet, "POST", agreements+"/"+demo.ID("grant").String()+"/pause", ""); a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.text)
	}
	if a := h.by(h.token, "GET", one, ""); a.status != http.StatusNotFound {
		t.Errorf("a fleet without a grant in force answers %d", a.status)
	}
}

func TestAShareAgreementFromItsMakingToItsEnd(t *testing.T) {
	t.Parallel()
	h := open(t)
	fleet := h.asFleet()
	partner, partnerID := h.partner("Other")
	order := fmt.Sprintf(`{"partner_id":%q,"fleet_ref":"acme","scopes":{"vehicle":"read_write","message":"read"},"expiration_date":"2999-01-01T00:00:00Z"}`, partnerID)
	made := h.by(fleet, "POST", agreements, order)
	if made.status != http.StatusCreated || made.field("status") != "active" || made.field("partner_id") != partnerID {
		t.Fatalf("%d %s", made.status, made.text)
	}
	one := agreements + "/" + made.field("id")
	for _, c := range []struct {
		name, token, method, path, body string
		status                          int
		says                            string
	}{
		{"a second one", fleet, "POST", agreements, order, 409, "already"},
		{"the partner reads it", partner, "GET", one, "", 200, `"vehicle":"read_write"`},
		{"another partner does not", h.token, "GET", one, "", 404, "no share agreement"},
		{"the partner may not make one", partner, "POST", agreements, order, 403, "the fleet's to decide"},
		{"nor change it", partner, "PATCH", one, `{"expiration_date":null}`, 403, "the fleet's to decide"},
		{"nor pause it", partner, "POST", one + "/pause", "", 403, "may only cancel"},
		{"nor delete it", partner, "DELETE", one, "", 403, "may only cancel"},
		{"never to end", fleet, "PATCH", one, `{"expiration_date":null}`, 200, `"expiration_date":null`},
		{"scopes cannot change", fleet, "PATCH", one, `{"scopes":{"vehicle":"read"}}`, 422, "extra_forbidden"},
		{"nothing to change", fleet, "PATCH", one, `{}`, 422, "nothing_to_update"},
		{"it must begin somewhen", fleet, "PATCH", one, `{"effective_date":null}`, 422, "null_forbidden"},
		{"it ends before it begins", fleet, "PATCH", one, `{"effective_date":"2998-01-01T00:00:00Z","expiration_date":"2997-01-01T00:00:00Z"}`, 422, "must be after the effective_date"},
		{"it ends in the past", fleet, "PATCH", one, `{"expiration_date":"2020-01-01T00:00:00Z"}`, 422,
			"must lie in the future"},
		{"activating what is active", fleet, "POST", one + "/activate", "", 409, "is active cannot be activated"},
		{"a pause", fleet, "POST", one + "/pause", "", 200, `"status":"paused"`},
		{"a second pause", fleet, "POST", one + "/pause", "", 409, "is paused cannot be paused"},
		{"a second one beside a paused one", fleet, "POST", agreements, order, 409, "already"},
		{"its end", fleet, "POST", one + "/activate", "", 200, `"status":"active"`},
		{"the partner gives it up", partner, "POST", one + "/cancel", "", 200, `"status":"cancelled"`},
		{"it cannot come back", fleet, "POST", one + "/activate", "", 409, "POST a new share agreement"},
		{"nor be changed", fleet, "PATCH", one, `{"expiration_date":null}`, 409, "cancelled cannot be changed"},
		{"a new one takes its place", fleet, "POST", agreements, order, 201, `"status":"active"`},
		{"the old one is deleted", fleet, "DELETE", one, "", 204, ""},
		{"and gone", fleet, "GET", one, "", 404, "no share agreement"},
		{"for good", fleet, "DELETE", one, "", 404, "no share agreement"},
		{"unless asked for", fleet, "GET", agreements + "?share_agreement_status=deleted", "", 200, made.field("id")},
	} {
		a := h.by(c.token, c.method, c.path, c.body)
		if a.status != c.status || !strings.Contains(a.text, c.says) {
			t.Errorf("%s: %d %s", c.name, a.status, a.text)
		}
	}
}

func TestAnExpiredShareAgreementGivesWayOrRevives(t *testing.T) {
	t.Parallel()
	h := open(t)
	fleet := h.asFleet()
	order := fmt.Sprintf(`{"partner_id":%q,"fleet_ref":"fleet-1","scopes":{"message":"read_write"}}`, demo.ID("partner"))
	expired := agreements + "/" + demo.ID("grant").String()
	h.expire()
	if a := h.do("GET", agreements+"?share_agreement_status=expired", ""); a.value("total") != float64(1) {
		t.Errorf("%s", a.text)
	}
	if a := h.do("GET", agreements+"?share_agreement_status=active", ""); a.value("total") != float64(0) {
		t.Errorf("%s", a.text)
	}
	if a := h.by(fleet, "PATCH", expired, `{"expiration_date":"2999-01-01T00:00:00Z"}`); a.field("status") != "active" {
		t.Errorf("%d %s", a.status, a.text)
	}
	h.expire()
	made := h.by(fleet, "POST", agreements, order)
	if made.status != http.StatusCreated {
		t.Fatalf("%d %s", made.status, made.text)
	}
	if a := h.by(fleet, "PATCH", expired, `{"expiration_date":"2999-01-01T00:00:00Z"}`); a.status != http.StatusConflict {
		t.Errorf("two agreements live: %d %s", a.status, a.text)
	}
	if a := h.do("POST", messages, h.message("hello")); a.status != http.StatusAccepted {
		t.Errorf("%d %s", a.status, a.text)
	}
}

func TestWhatAShareAgreementMustSay(t *testing.T) {
	t.Parallel()
	h := open(t)
	fleet := h.asFleet()
	_, partner := h.partner("Other")
	with := func(members string) string { return fmt.Sprintf(`{"partner_id":%q,%s}`, partner, members) }
	for _, c := range []struct {
		name, body string
		status     int
		says       string
	}{
		{"no JSON", `{`, 422, "json_invalid"},
		{"an array", `[]`, 422, "model_type"},
		{"everything missing", `{}`, 422, `"path":"scopes"`},
		{"a partner that is no id", `{"partner_id":"x","scopes":{"vehicle":"read"}}`, 422, "uuid_parsing"},
		{"a partner that is a number", `{"partner_id":7,"scopes":{"vehicle":"read"}}`, 422, "uuid_parsing"},
		{"a partner that nobody knows", fmt.Sprintf(`{"partner_id":%q,"scopes":{"vehicle":"read"}}`, uuid.NewString()), 422,
			"is no partner here"},
		{"an unknown member", with(`"scopes":{"vehicle":"read"},"colour":"red"`), 422, "extra_forbidden"},
		{"no scopes", with(`"scopes":{}`), 422, "at least one kind"},
		{"scopes that are a list", with(`"scopes":["vehicle"]`), 422, "must be an object"},
		{"an unknown kind", with(`"scopes":{"vehicles":"read"}`), 422, `did you mean \"vehicle\"?`},
		{"an unknown level", with(`"scopes":{"vehicle":"write"}`), 422, "must be one of read, read_write"},
		{"a date that is none", with(`"scopes":{"vehicle":"read"},"effective_date":"tomorrow"`), 422, "datetime_parsing"},
		{"a reference that is a number", with(`"scopes":{"vehicle":"read"},"fleet_ref":7`), 422, "must be a string"},
		{"a long reference", with(`"scopes":{"vehicle":"read"},"fleet_ref":"` + strings.Repeat("x", 501) + `"`), 422,
			"500 characters"},
	} {
		if a := h.by(fleet, "POST", agreements, c.body); a.status != c.status || !strings.Contains(a.text, c.says) {
			t.Errorf("%s: %d %s", c.name, a.status, a.text)
		}
	}
	if a := h.by(fleet, "GET", agreements, ""); a.value("total") != float64(1) {
		t.Errorf("something was stored: %s", a.text)
	}
	second, err := h.operator().CreateFleetClient(t.Context(), access.ClientOrder{ID: "second", Owner: "Second Fleet"})
	if err != nil {
		t.Fatal(err)
	}
	taken := fmt.Sprintf(`{"partner_id":%q,"fleet_ref":%q,"scopes":{"vehicle":"read"}}`, demo.ID("partner"), demo.FleetRef)
	made := h.by(h.tokenFor("second", second, ""), "POST", agreements, taken)
	if a := h.do("GET", agreements+"/"+made.field("id"), ""); a.status != http.StatusOK || a.value("fleet_ref") != nil {
		t.Errorf("a reference stands for two fleets: %d %s", a.status, a.text)
	}
}

func TestPagesOfShareAgreementsHoldEachOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	fleet := h.asFleet()
	for i := range 4 {
		_, id := h.partner(fmt.Sprint("partner ", i))
		if a := h.by(fleet, "POST", agreements,
			fmt.Sprintf(`{"partner_id":%q,"scopes":{"vehicle":"read"}}`, id)); a.status != http.StatusCreated {
			t.Fatalf("%d %s", a.status, a.text)
		}
	}
	walk := func(member, cursor string) (got []string, last string) {
		for range 10 {
			a := h.by(fleet, "GET", agreements+"?size=2"+cursor, "")
			for _, item := range a.value("items").([]any) {
				got = append(got, item.(map[string]any)["id"].(string))
			}
			last = cursor
			if a.value("total") != float64(5) || a.field(member) == "" {
				break
			}
			cursor = "&cursor=" + a.field(member)
		}
		return got, last
	}
	forward, last := walk("next_page", "")
	if len(forward) != 5 {
		t.Fatalf("%v", forward)
	}
	backward, _ := walk("previous_page", last)
	want := []string{forward[4], forward[2], forward[3], forward[0], forward[1]}
	if diff := cmp.Diff(want, backward); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if a := h.by(fleet, "GET", agreements+"?cursor=zzz", ""); a.status != http.StatusUnprocessableEntity {
		t.Errorf("%d %s", a.status, a.text)
	}
	for _, filter := range []string{"fleet_ref=fleet-1", "fleet_id=" + uuid.NewString(), "share_agreement_status=paused"} {
		if a := h.by(fleet, "GET", agreements+"?"+filter, ""); a.value("total") != float64(0) {
			t.Errorf("%s: %s", filter, a.text)
		}
	}
	if a := h.do("GET", agreements+"?fleet_ref=fleet-1", ""); a.value("total") != float64(1) {
		t.Errorf("by its reference the partner finds %s", a.text)
	}
}

// What a partner calls other fleets is nobody else's to learn.
func TestAFleetLearnsNoReferenceOfAnother(t *testing.T) {
	t.Parallel()
	h := open(t)
	secret, err := h.operator().CreateFleetClient(t.Context(), access.ClientOrder{ID: "curious", Owner: "Curious Freight"})
	if err != nil {
		t.Fatal(err)
	}
	fleet := h.tokenFor("curious", secret, "")
	order := func(ref string) answer {
		return h.by(fleet, "POST", agreements, fmt.Sprintf(`{"partner_id":%q,"fleet_ref":%q,"scopes":{"vehicle":"read"}}`,
			demo.ID("partner"), ref))
	}
	// Everything that the fleet sees of an agreement under a reference.
	seen := func(ref string) string {
		made := order(ref)
		text := fmt.Sprint(made.status, made.text)
		for _, path := range []string{agreements + "/" + made.field("id"), agreements + "?share_agreement_status=active",
			agreements + "?fleet_ref=" + ref} {
			text += h.by(fleet, "GET", path, "").text
		}
		if a := h.by(fleet, "DELETE", agreements+"/"+made.field("id"), ""); a.status != http.StatusNoContent {
			t.Fatalf("%d %s", a.status, a.text)
		}
		return anyID.ReplaceAllString(anyTime.ReplaceAllString(text, "TIME"), "ID")
	}
	if taken, free := seen(demo.FleetRef), seen("nobody"); taken != free {
		t.Errorf("of a reference that is taken:\n%s\nof one that is free:\n%s", taken, free)
	}
	id := order("curious").field("id")
	if a := h.do("GET", agreements+"/"+id, ""); a.field("fleet_ref") != "curious" {
		t.Errorf("its partner reads %s", a.text)
	}
}

var anyTime = regexp.MustCompile(`\d{4}-\d\d-\d\dT[0-9:.]+Z`)
