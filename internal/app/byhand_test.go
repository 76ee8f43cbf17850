package app_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	json "github.com/go-json-experiment/json"
)

// lost is a sync create of a vehicle that the TSP has taken, if it is said to, while its answer and every look-up were lost.
func (h *house) lost(name string, taken bool) (operation string) {
	h.t.Helper()
	if a := h.do("PATCH", connections+"/"+h.ids.Connection.String(), `{"settings":{"asset_route":"beta"}}`); a.status != http.StatusOK {
		h.t.Fatalf("%d %s", a.status, a.text)
	}
	fault := "drop"
	if taken {
		fault = "apply_then_drop"
	}
	h.simulated("POST", "/_sim/faults", `{"match":{"method":"POST"},"fault":"`+fault+`","times":1}`)
	h.simulated("POST", "/_sim/faults", `{"match":{"method":"GET"},"fault":"status","status":503}`)
	a := h.do("POST", vehicles+"?is_sync=true", fmt.Sprintf(`{"connection_id":"%s","vehicle_name":%q}`, h.ids.Connection, name))
	h.simulated("DELETE", "/_sim/faults", "")
	if a.status != http.StatusBadGateway || a.value("outcome_unknown") != true {
		h.t.Fatalf("it ended as %d %s", a.status, a.text)
	}
	return a.field("id")
}

// sourceOf is the id of the simulated vehicle of a name.
func (h *house) sourceOf(name string) string {
	h.t.Helper()
	var all struct {
		Items []map[string]any `json:"items"`
	}
	if err := json.Unmarshal([]byte(h.simulated("GET", "/_sim/objects/vehicles", "")), &all); err != nil {
		h.t.Fatal(err)
	}
	for _, one := range all.Items {
		if one["name"] == name {
			return fmt.Sprint(one["id"])
		}
	}
	h.t.Fatalf("the TSP has no vehicle %q", name)
	return ""
}

func TestAnOutcomeThatNobodyKnowsIsResolvedByWhoHasLooked(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.lost("Truck 99", true)
	source := h.sourceOf("Truck 99")
	say := func(body string) answer { return h.do("POST", h.on(id, "resolve"), body) }
	for body, says := range map[string]string{`{"outcome":"applied","source_id":"no-such"}`: "is not there",
		`{"outcome":"applied"}`: "is required", `{"outcome":"perhaps"}`: "outcome"} {
		if a := say(body); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.text, says) {
			t.Errorf("%s: %d %s", body, a.status, a.text)
		}
	}
	if a := h.do("POST", h.on(id, "retry"), ""); a.status != http.StatusConflict || !strings.Contains(a.text, "/resolve") {
		t.Errorf("a retry before: %d %s", a.status, a.text)
	}
	a := say(`{"outcome":"applied","source_id":"` + source + `"}`)
	if a.status != http.StatusOK || a.field("status") != "success" || a.field("source_id") != source || !strings.Contains(a.text, `"checked":true`) {
		t.Fatalf("%d %s", a.status, a.text)
	}
	if again := say(`{"outcome":"applied","source_id":"` + source + `"}`); again.status != http.StatusOK || again.text != a.text {
		t.Errorf("once more: %d %s", again.status, again.text)
	}
	if other := say(`{"outcome":"not_applied"}`); other.status != http.StatusConflict || !strings.Contains(other.text, "that is final") {
		t.Errorf("otherwise: %d %s", other.status, other.text)
	}
	if r := h.do("GET", vehicles+"/"+a.field("resource_id"), ""); r.status != http.StatusOK || r.field("vehicle_name") != "Truck 99" {
		t.Errorf("its record: %d %s", r.status, r.text)
	}
	second := h.lost("Truck 98", false)
	foreign := h.do("POST", h.on(second, "resolve"), `{"outcome":"applied","source_id":"`+source+`"}`)
	if foreign.status != http.StatusUnprocessableEntity || !strings.Contains(foreign.text, "another operation") {
		t.Errorf("another operation's: %d %s", foreign.status, foreign.text)
	}
	logged := "client:demo changed operation "
	if got := h.audited(); !slices.ContainsFunc(got, func(line string) bool {
		return strings.HasPrefix(line, logged) && strings.Contains(line, "resolution")
	}) {
		t.Errorf("no entry %q in\n%s", logged, strings.Join(got, "\n"))
	}
}

// purchase is a purchase of fuel whose outcome is not known.
func (h *house) purchase() string {
	h.t.Helper()
	h.simulated("POST", "/_sim/faults", `{"match":{"method":"POST","path_prefix":"/fuel-purchase"},"fault":"drop","times":1}`)
	a := h.do("POST", "/v2/telematics/fuel-transactions", fmt.Sprintf(`{"connection_id":"%s","driver_id":"%s","vehicle_id":"%s",%s`,
		h.ids.Connection, h.ids.Recipient, h.ids.Vehicle, fuel))
	if end := h.ended(a.field("id")); end.value("outcome_unknown") != true {
		h.t.Fatalf("it ended as %s", end.text)
	}
	return a.field("id")
}

// toldOf are the events of each operation in the order in which they came, without what all their names begin with.
func (h *house) toldOf() map[string][]string {
	h.t.Helper()
	h.hooks.mu.Lock()
	defer h.hooks.mu.Unlock()
	told := map[string][]string{}
	for _, e := range h.hooks.got {
		var body struct {
			Name string `json:"event_name"`
			Data []struct {
				ID string `json:"id"`
			} `json:"data"`
		}
		if err := json.Unmarshal(e.body, &body); err != nil {
			h.t.Fatal(err)
		}
		id := body.Data[0].ID
		told[id] = append(told[id], strings.TrimPrefix(body.Name, "resource_operation."))
	}
	return told
}

func TestWhatWasAppliedIsToldBehindTheFailureAndWhatWasNotIsRetried(t *testing.T) {
	t.Parallel()
	h := open(t)
	first, second := h.purchase(), h.purchase()
	a := h.do("POST", h.on(first, "resolve"), `{"outcome":"applied","source_id":"invoice-7"}`)
	if a.status != http.StatusOK || a.field("source_id") != "invoice-7" || !strings.Contains(a.text, `"checked":false`) ||
		!strings.Contains(a.text, "cannot be asked for one fuel_transaction") {
		t.Fatalf("%d %s", a.status, a.text)
	}
	var no answer
	h.until("the TSP must be done", func() bool {
		no = h.do("POST", h.on(second, "resolve"), `{"outcome":"not_applied"}`)
		return no.status == http.StatusOK || no.header.Get("Retry-After") == ""
	})
	if no.status != http.StatusOK || no.field("status") != "failed" || no.value("outcome_unknown") != nil {
		t.Fatalf("%d %s", no.status, no.text)
	}
	again := h.do("POST", h.on(second, "retry"), "")
	if end := h.ended(again.field("id")); again.status != http.StatusAccepted || end.field("status") != "success" {
		t.Errorf("the retry: %d %s", again.status, again.text)
	}
	h.events(7)
	told := h.toldOf()
	for id, want := range map[string][]string{first: {"created", "failed", "succeeded"}, second: {"created", "failed"},
		again.field("id"): {"created", "succeeded"}} {
		if !slices.Equal(told[id], want) {
			t.Errorf("of %s it was told %v, and not %v", id, told[id], want)
		}
	}
}

func TestAnUpdateIsTakenBackUnlessSomethingNewerIsThere(t *testing.T) {
	t.Parallel()
	h := open(t)
	path := vehicles + "/" + h.ids.Vehicle.String()
	before := h.do("GET", path, "").field("vehicle_name")
	rename := func(name string) string {
		id := h.do("PATCH", path, fmt.Sprintf(`{"connection_id":"%s","vehicle_name":%q}`, h.ids.Connection, name)).field("id")
		if end := h.ended(id); end.field("status") != "success" {
			t.Fatalf("it ended as %s", end.text)
		}
		return id
	}
	id := rename("Truck 13")
	if shown := h.do("POST", h.on(id, "revert")+"?dry_run=true", ""); shown.status != http.StatusOK || !strings.Contains(shown.text, `"preview":{`) ||
		!strings.Contains(shown.text, before) {
		t.Errorf("the dry run: %d %s", shown.status, shown.text)
	}
	a := h.do("POST", h.on(id, "revert")+"?is_sync=true", "", keyHeader, "back")
	if a.status != http.StatusOK || a.field("revert_of") != id || h.do("GET", path, "").field("vehicle_name") != before {
		t.Fatalf("%d %s", a.status, a.text)
	}
	if again := h.do("POST", h.on(id, "revert")+"?is_sync=true", "", keyHeader, "back"); again.field("id") != a.field("id") ||
		again.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("with the same key: %d %s", again.status, again.text)
	}
	if old := h.ended(id); old.field("reverted_by") != a.field("id") {
		t.Errorf("the update is %s", old.text)
	}
	second := rename("Truck 14")
	rename("Truck 15")
	message := h.do("POST", messages+"?is_sync=true", h.message("said")).field("id")
	for says, of := range map[string]string{"changed since: vehicle_name": second, "was reverted as operation " + a.field("id"): id,
		"deletes nothing": message} {
		if no := h.do("POST", h.on(of, "revert"), ""); no.status != http.StatusConflict || !strings.Contains(no.text, says) {
			t.Errorf("%q: %d %s", says, no.status, no.text)
		}
	}
	if no := h.do("POST", h.on(second, "revert"), `{"vehicle_name":"x"}`); no.status != http.StatusBadRequest {
		t.Errorf("with a body: %d %s", no.status, no.text)
	}
	h.regrantLevel("vehicle", "")
	if no := h.do("POST", h.on(a.field("id"), "revert"), ""); no.status != http.StatusForbidden {
		t.Errorf("without the right to read: %d %s", no.status, no.text)
	}
}

func TestTheCommandsOfThePageOnUnknownOutcomesDoWhatItSays(t *testing.T) {
	t.Parallel()
	h := open(t)
	taken, missing, last := h.lost("Truck 97", true), h.lost("Truck 96", false), h.lost("Truck 94", false)
	h.until("the TSP must be done", func() bool {
		return h.do("POST", h.on(last, "resolve"), `{"outcome":"not_applied"}`).status == http.StatusOK
	})
	says(t, h.commandsOf("resolving.md", 2, "OPERATION="+taken, "OTHER="+missing, "SOURCE_ID="+h.sourceOf("Truck 97")),
		[]string{`"status":"success"`, `"outcome":"applied"`, `"checked":true`},
		[]string{`"outcome":"not_applied"`, `"retry_of":"` + missing})
}

func TestTheCommandsOfThePageOnRevertingDoWhatItSays(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.rename("Truck 95").field("id")
	says(t, h.commandsOf("reverting.md", 2, "OPERATION="+id),
		[]string{`"preview":{`, `"method":"PATCH"`}, []string{`"revert_of":"` + id, `"status":"pending"`})
}
