package app_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/app/apptest"
)

func TestAMessageIsAcceptedDeliveredAndTold(t *testing.T) {
	t.Parallel()
	h := open(t)
	a := h.do("POST", messages, h.message("dock 7"))
	if a.status != http.StatusAccepted || a.field("status") != "pending" {
		t.Fatalf("%d %s", a.status, a.text)
	}
	if payload := a.value("payload").(map[string]any); payload["source_recipient_id"] == nil ||
		payload["message_text"] != "dock 7" {
		t.Errorf("the payload is %v", payload)
	}
	end := h.ended(a.field("id"))
	if end.field("status") != "success" || end.field("source_id") != "waybill:"+a.field("id") ||
		end.field("resource_id") == "" {
		t.Errorf("it ended as %s", end.text)
	}
	if logs := end.value("logs").([]any); len(logs) != 1 || logs[0].(map[string]any)["status"] != "success" {
		t.Errorf("its logs are %v", logs)
	}
	if n := h.sent("dock 7"); n != 1 {
		t.Errorf("the TSP has it %d times", n)
	}
	want := []string{"resource_operation.created", "resource_operation.succeeded"}
	if diff := cmp.Diff(want, h.events(2)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestASyncWriteAnswersWithItsEndAndRaisesNoEvent(t *testing.T) {
	t.Parallel()
	h := open(t)
	a := h.do("POST", messages+"?is_sync=true", h.message("now"))
	if a.status != http.StatusOK || a.field("status") != "success" {
		t.Fatalf("%d %s", a.status, a.text)
	}
	path := fmt.Sprintf("/v2/telematics/vehicles/%s?is_sync=true", h.ids.Vehicle)
	body := fmt.Sprintf(`{"connection_id":"%s","vehicle_name":"Truck 42","notes":null}`, h.ids.Connection)
	if a := h.do("PATCH", path, body); a.status != http.StatusOK || a.field("resource_id") != h.ids.Vehicle.String() {
		t.Errorf("%d %s", a.status, a.text)
	}
	h.simulated("POST", "/_sim/faults",
		`{"match":{"method":"PATCH","path_prefix":"/fleet/vehicles"},"fault":"status","status":400,"times":1}`)
	a = h.do("PATCH", path, body)
	if a.status != http.StatusBadGateway || a.field("status") != "failed" {
		t.Errorf("a refused sync write answers %d %s", a.status, a.text)
	}
	if list := h.do("GET", operations, ""); strings.Count(list.text, `"operation_type"`) != 3 {
		t.Errorf("sync operations are not listed: %s", list.text)
	}
	// The events of one async write come alone.
	h.do("POST", messages, h.message("later"))
	if got := h.events(2); len(got) != 2 {
		t.Errorf("events: %v", got)
	}
}

func TestUpdatesOfOneVehicleKeepTheirOrder(t *testing.T) {
	t.Parallel()
	h := open(t)
	path := "/v2/telematics/vehicles/" + h.ids.Vehicle.String()
	var last string
	for i := range 8 {
		a := h.do("PATCH", path, fmt.Sprintf(`{"connection_id":"%s","vehicle_name":"n%d"}`, h.ids.Connection, i))
		if a.status != http.StatusAccepted {
			t.Fatalf("%d %s", a.status, a.text)
		}
		last = a.field("id")
	}
	if end := h.ended(last); end.field("status") != "success" {
		t.Fatalf("%s", end.text)
	}
	changes := h.simulated("GET", "/_sim/objects/changes", "")
	from := 0
	for i := range 8 {
		at := strings.Index(changes[from:], fmt.Sprintf(`"n%d"`, i))
		if at < 0 {
			t.Fatalf("n%d is missing or out of order in %s", i, changes)
		}
		from += at
	}
}

func TestFaultsOfTheTSPEndAsTheyShould(t *testing.T) {
	t.Parallel()
	const match = `"match":{"method":"POST","path_prefix":"/v1/fleet/messages"}`
	for _, c := range []struct {
		name, fault, status string
		attempts            int
		copies              int
	}{
		{"a fault that passes is retried", `{` + match + `,"fault":"status","status":503,"times":1}`, "success", 2, 1},
		{"a throttle is waited for by the fraction", `{` + match + `,"fault":"throttle","retry_after":"0.3","times":1}`,
			"success", 2, 1},
		{"a refusal fails at once", `{` + match + `,"fault":"status","status":400,"times":1}`, "failed", 1, 0},
		{"a missing permission fails at once", `{` + match + `,"fault":"status","status":403,"times":1}`, "failed", 1, 0},
		{"a write that was applied is found and not repeated", `{` + match + `,"fault":"apply_then_drop","times":1}`,
			"success", 2, 1},
		{"a write that was dropped is looked for and sent again", `{` + match + `,"fault":"drop","times":1}`, "success", 3,
			1},
		{"an unreadable answer is looked up and sent again", `{` + match + `,"fault":"malformed","times":1}`, "success", 3,
			1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			h.simulated("POST", "/_sim/faults", c.fault)
			a := h.do("POST", messages, h.message(c.name))
			end := h.ended(a.field("id"))
			if got := end.field("status"); got != c.status {
				t.Errorf("it ended as %s: %s", got, end.text)
			}
			if logs := end.value("logs").([]any); len(logs) != c.attempts {
				t.Errorf("%d attempts: %v", len(logs), logs)
			}
			if n := h.sent(c.name); n != c.copies {
				t.Errorf("the TSP has it %d times, not %d", n, c.copies)
			}
		})
	}
}

func TestRefusedCredentialsPauseTheConnectionAndLoseNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.simulated("POST", "/_sim/faults", `{"match":{},"fault":"status","status":401}`)
	id := h.do("POST", messages, h.message("patience")).field("id")
	h.until("the connection is stale", func() bool {
		return h.do("POST", messages, h.message("refused")).status == http.StatusConflict
	})
	h.simulated("DELETE", "/_sim/faults", "")
	// A probe may change it meanwhile, of which a conflict tells.
	h.until("the connection is active", func() bool {
		a := h.do("PATCH", connections+"/"+h.ids.Connection.String(), `{"status":"active"}`)
		if a.status != http.StatusOK && a.status != http.StatusConflict {
			t.Fatalf("%d %s", a.status, a.text)
		}
		return a.status == http.StatusOK
	})
	if end := h.ended(id); end.field("status") != "success" {
		t.Errorf("it ended as %s", end.text)
	}
}

// until waits for something that others do.
func (h *house) until(what string, is func() bool) {
	h.t.Helper()
	apptest.Until(h.t, what, is)
}

func TestPartnersAreApart(t *testing.T) {
	t.Parallel()
	h := open(t)
	secret, err := h.operator().CreateClient(t.Context(), access.ClientOrder{ID: "other", Owner: "Other"})
	if err != nil {
		t.Fatal(err)
	}
	mine := h.do("POST", messages, h.message("mine")).field("id")
	h.token = h.tokenFor("other", secret, "")
	if a := h.do("POST", messages, h.message("theirs")); a.status != http.StatusNotFound {
		t.Errorf("a foreign connection answers %d %s", a.status, a.text)
	}
	path := fmt.Sprintf("/v2/integrations/connections/%s/resource-operations/%s", h.ids.Connection, mine)
	if a := h.do("GET", path, ""); a.status != http.StatusNotFound {
		t.Errorf("a foreign operation answers %d", a.status)
	}
	for _, list := range []string{operations, "/v2/notifications/webhooks"} {
		if a := h.do("GET", list, ""); len(a.value("items").([]any)) != 0 {
			t.Errorf("%s shows another partner's: %s", list, a.text)
		}
	}
}

func TestPagesOfOperationsHoldEachOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	var want []string
	for i := range 7 {
		want = append(want, h.do("POST", messages, h.message(fmt.Sprint("page ", i))).field("id"))
	}
	slices.Reverse(want)
	var got []string
	cursor := ""
	for range 10 {
		a := h.do("GET", operations+"?size=3"+cursor, "")
		for _, item := range a.value("items").([]any) {
			got = append(got, item.(map[string]any)["id"].(string))
		}
		next := a.field("next_page")
		if next == "" {
			break
		}
		cursor = "&cursor=" + next
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, filter := range []string{"resource=vehicle", "status=failed", "operation=update", "source_name=motive",
		"fleet_refs=other"} {
		if a := h.do("GET", operations+"?"+filter, ""); len(a.value("items").([]any)) != 0 {
			t.Errorf("%s does not narrow: %s", filter, a.text)
		}
	}
}
