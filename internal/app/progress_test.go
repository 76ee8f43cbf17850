package app_test

import (
	"fmt"
	"net/http"
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
