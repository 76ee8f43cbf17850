package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// progress is what an operation tells of why it waits; nil if it does not.
func (h *house) progress(id string) map[string]any {
	h.t.Helper()
	a := h.do("GET", connections+"/"+h.ids.Connection.String()+"/resource-operations/"+id, "")
	if a.status != http.StatusOK {
		h.t.Fatalf("%d %s", a.status, a.text)
	}
	told, _ := a.value("progress").(map[string]any)
	return told
}

func TestAWriteThatWaitsTellsWhy(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.simulated("POST", "/_sim/faults", `{"match":{"method":"PATCH"},"fault":"throttle","retry_after":"600"}`)
	rename := func(name string) string {
		return h.do("PATCH", vehicles+"/"+h.ids.Vehicle.String(), fmt.Sprintf(`{"connection_id":"%s","vehicle_name":%q}`,
			h.ids.Connection, name)).field("id")
	}
	first, second := rename("one"), rename("two")
	h.until("the TSP has asked to be left alone", func() bool { return h.progress(first)["code"] == "retry_after" })
	p := h.progress(first)
	if p["state"] != "retry" || p["next_attempt_at"] == nil || p["attempts"] == 0.0 || p["class"] != "throttled" {
		t.Errorf("%v", p)
	}
	p = h.progress(second)
	place, _ := p["position"].(map[string]any)
	if p["code"] != "behind" || p["behind"] != first || place["chain"] != 1.0 || place["at_least"] != false ||
		p["attempts_left"] != 10.0 {
		t.Errorf("%v", p)
	}
	for reason, want := range map[string]string{"behind": second, "retry_after": first, "back_off": ""} {
		a := h.do("GET", operations+"?reason="+reason, "")
		items, _ := a.value("items").([]any)
		if want == "" && len(items) == 0 {
			continue
		}
		if len(items) != 1 || items[0].(map[string]any)["id"] != want {
			t.Errorf("%s: %s", reason, a.text)
		}
	}
	if a := h.do("POST", h.on(second, "cancel"), ""); a.status != http.StatusOK || h.progress(second) != nil {
		t.Errorf("one that has ended, %d, tells %v", a.status, h.progress(second))
	}
}

func TestAWriteBehindOneThatHasEndedWithoutAnAnswerNamesItAndTellsWhenItGoesOn(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.simulated("POST", "/_sim/faults", `{"match":{"method":"POST"},"fault":"apply_then_drop","times":1}`)
	h.simulated("POST", "/_sim/faults", `{"match":{"method":"GET"},"fault":"status","status":503}`)
	first := h.do("POST", messages+"?is_sync=true", h.message("one"))
	if first.status != http.StatusBadGateway || first.value("outcome_unknown") != true {
		t.Fatalf("%d %s", first.status, first.text)
	}
	second := h.do("POST", messages, h.message("two")).field("id")
	p := h.progress(second)
	if p["code"] != "behind" || p["behind"] != first.field("id") || p["next_attempt_at"] == nil {
		t.Errorf("%v", p)
	}
	if a := h.do("POST", h.on(second, "try"), ""); a.status != http.StatusConflict || !strings.Contains(a.text, "may take effect until then; that is 2") ||
		!strings.Contains(a.text, "and that write operation "+first.field("id")) {
		t.Errorf("%d %s", a.status, a.text)
	}
	if end := h.ended(second); end.field("status") != "success" {
		t.Errorf("it ended as %s", end.text)
	}
}

func TestAWriteThatExpiresTellsThatForItsDeadline(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.slow("PATCH")
	h.renames("", "one")
	a := h.renames("?expires_in=60", "two")
	if p := h.progress(a.field("id")); a.field("expires_at") == "" || p["deadline"] != a.field("expires_at") {
		t.Errorf("%s: %v", a.text, p)
	}
}
