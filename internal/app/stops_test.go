package app_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// on is the path of an operation of the house's connection.
func (h *house) on(id, what string) string {
	return fmt.Sprintf("/v2/integrations/connections/%s/resource-operations/%s/%s", h.ids.Connection, id, what)
}

// slow lets the TSP take its time for the next write of a method.
func (h *house) slow(method string) {
	h.t.Helper()
	h.simulated("POST", "/_sim/faults", `{"match":{"method":"`+method+`"},"fault":"delay","delay_ms":3000,"times":1}`)
}

// flies waits until the simulator has a request of a method.
func (h *house) flies(method string) {
	h.t.Helper()
	h.until("a write is under way", func() bool {
		return strings.Contains(h.simulated("GET", "/_sim/requests", ""), `"method":"`+method+`"`)
	})
}

func TestAWriteThatWasNotSentIsCancelledAndOneThatWasIsNot(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.simulated("POST", "/_sim/reset", "")
	h.slow("PATCH")
	path := fmt.Sprintf("/v2/telematics/vehicles/%s", h.ids.Vehicle)
	rename := func(name string) string {
		return h.do("PATCH", path, fmt.Sprintf(`{"connection_id":"%s","vehicle_name":%q}`, h.ids.Connection, name)).field("id")
	}
	first := rename("under way")
	h.flies("PATCH")
	second, third := rename("cancelled"), rename("behind it")
	if a := h.do("POST", h.on(first, "cancel"), ""); a.status != http.StatusConflict ||
		!strings.Contains(a.text, "under way to the TSP since") {
		t.Errorf("one under way: %d %s", a.status, a.text)
	}
	a := h.do("POST", h.on(second, "cancel"), "")
	if a.status != http.StatusOK || a.field("status") != "failed" || a.field("reason") != "cancelled" {
		t.Fatalf("one that waits: %d %s", a.status, a.text)
	}
	if again := h.do("POST", h.on(second, "cancel"), ""); again.status != http.StatusOK || again.text != a.text {
		t.Errorf("asked again: %d %s", again.status, again.text)
	}
	for _, id := range []string{first, third} {
		if end := h.ended(id); end.field("status") != "success" {
			t.Errorf("one that was not cancelled: %s", end.text)
		}
	}
	if a := h.do("POST", h.on(third, "cancel"), ""); a.status != http.StatusConflict ||
		!strings.Contains(a.text, "with the status success") {
		t.Errorf("one that has ended: %d %s", a.status, a.text)
	}
	if sent := h.simulated("GET", "/_sim/requests", ""); strings.Contains(sent, "cancelled") || !strings.Contains(sent, "behind it") {
		t.Errorf("the TSP was sent %s", sent)
	}
	if told := h.events(6); !slices.Contains(told, "resource_operation.failed") {
		t.Errorf("told: %v", told)
	}
}

func TestAWriteThatHasExpiredIsNotSent(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.slow("POST")
	first := h.do("POST", messages, h.message("in time")).field("id")
	began := time.Now()
	a := h.do("POST", messages+"?expires_in=1", h.message("too late"))
	if at := a.field("expires_at"); a.status != http.StatusAccepted || at == "" {
		t.Fatalf("%d %s", a.status, a.text)
	}
	if end := h.ended(a.field("id")); end.field("status") != "failed" || end.field("reason") != "expired" ||
		!strings.Contains(end.text, "not sent: it expired at "+a.field("expires_at")) || !strings.Contains(end.text, `"reach":"none"`) {
		t.Errorf("it ended as %s", end.text)
	}
	if took := time.Since(began); h.ended(first).field("status") != "success" || took < 900*time.Millisecond {
		t.Errorf("it ended after %s", took)
	}
	if n := h.sent("too late"); n != 0 {
		t.Errorf("the TSP has it %d times", n)
	}
	for _, wrong := range []string{"0", "-1", "1.5", "soon", "259201", ""} {
		a := h.do("POST", messages+"?expires_in="+wrong, h.message("x"))
		if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.text, `"path":"expires_in"`) {
			t.Errorf("%q: %d %s", wrong, a.status, a.text)
		}
	}
	if a := h.do("POST", messages+"?is_sync=true&expires_in=60", h.message("now")); a.status != http.StatusOK {
		t.Errorf("in time and at once: %d %s", a.status, a.text)
	}
}

func TestAFailedWriteIsRetriedAsItWasOrEdited(t *testing.T) {
	t.Parallel()
	h := open(t)
	fail := func() string {
		h.simulated("POST", "/_sim/faults", `{"match":{"method":"POST"},"fault":"status","status":400,"times":1}`)
		id := h.do("POST", messages, h.message("again")).field("id")
		if end := h.ended(id); end.field("status") != "failed" {
			t.Fatalf("it ended as %s", end.text)
		}
		return id
	}
	first := fail()
	a := h.do("POST", h.on(first, "retry"), "", keyHeader, "k")
	if a.status != http.StatusAccepted || a.field("retry_of") != first || a.field("id") == first {
		t.Fatalf("%d %s", a.status, a.text)
	}
	if end := h.ended(a.field("id")); end.field("status") != "success" || h.sent("again") != 1 {
		t.Errorf("it ended as %s and was sent %d times", end.text, h.sent("again"))
	}
	if old := h.ended(first); old.field("retried_by") != a.field("id") {
		t.Errorf("the old one is %s", old.text)
	}
	if again := h.do("POST", h.on(first, "retry"), "", keyHeader, "k"); again.status != http.StatusAccepted ||
		again.field("id") != a.field("id") || again.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("with the same key: %d %s", again.status, again.text)
	}
	for says, id := range map[string]string{"was retried as operation " + a.field("id"): first,
		"it has succeeded": a.field("id")} {
		if a := h.do("POST", h.on(id, "retry"), ""); a.status != http.StatusConflict || !strings.Contains(a.text, says) {
			t.Errorf("%q: %d %s", says, a.status, a.text)
		}
	}
	second := fail()
	for _, wrong := range []string{`{"message_text":"x"}`, strings.Replace(h.message("x"), h.ids.Connection.String(),
		h.ids.Vehicle.String(), 1)} {
		if a := h.do("POST", h.on(second, "retry"), wrong); a.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", wrong, a.status, a.text)
		}
	}
	edited := h.do("POST", h.on(second, "retry")+"?is_sync=true", h.message("edited"))
	if edited.status != http.StatusOK || edited.field("retry_of") != second || h.sent("edited") != 1 {
		t.Errorf("edited: %d %s", edited.status, edited.text)
	}
	waited := h.do("POST", h.on(fail(), "retry"), "", "Prefer", "wait=20")
	if waited.status != http.StatusOK || waited.header.Get("Preference-Applied") != "wait=20" {
		t.Errorf("waited for: %d %s", waited.status, waited.text)
	}
}
