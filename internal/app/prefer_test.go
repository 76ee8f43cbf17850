package app_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const preferHeader = "Prefer"

func TestACallerWhoPrefersToWaitIsAnsweredWithTheEndOfAnAsyncWrite(t *testing.T) {
	t.Parallel()
	h := open(t)
	a := h.do("POST", messages, h.message("dock 9"), preferHeader, "wait=60")
	if a.status != http.StatusOK || a.field("status") != "success" || a.header.Get("Preference-Applied") != "wait=60" {
		t.Errorf("%d %v %s", a.status, a.header, a.text)
	}
	if n := h.sent("dock 9"); n != 1 {
		t.Errorf("the TSP has it %d times", n)
	}
	want := []string{"resource_operation.created", "resource_operation.succeeded"}
	if diff := cmp.Diff(want, h.events(2)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	h.simulated("POST", "/_sim/faults", `{"match":{"method":"POST"},"fault":"status","status":400,"times":1}`)
	a = h.do("POST", messages, h.message("refused"), preferHeader, "wait=60")
	if a.status != http.StatusBadGateway || a.field("status") != "failed" ||
		!strings.Contains(a.text, `"response_status_code":400`) {
		t.Errorf("one that fails: %d %s", a.status, a.text)
	}
	a = h.do("POST", messages+"?is_sync=true", h.message("now"), preferHeader, "wait=60")
	if a.status != http.StatusOK || a.header.Get("Preference-Applied") != "" {
		t.Errorf("a sync one: %d %v", a.status, a.header)
	}
	h.events(3)
}

func TestAWriteThatIsNotWaitedForToItsEndGoesOnAndIsAwaitedAnew(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.simulated("POST", "/_sim/faults", `{"match":{"method":"POST"},"fault":"status","status":503}`)
	body := h.message("later")
	first := h.do("POST", messages, body, preferHeader, "wait=1", keyHeader, "k")
	if first.status != http.StatusAccepted || first.field("status") != "pending" ||
		first.header.Get("Preference-Applied") != "wait=1" || !strings.Contains(first.text, `"response_status_code":503`) {
		t.Errorf("%d %v %s", first.status, first.header, first.text)
	}
	h.simulated("DELETE", "/_sim/faults", "")
	again := h.do("POST", messages, body, preferHeader, "wait=60", keyHeader, "k")
	if again.status != http.StatusOK || again.field("id") != first.field("id") ||
		again.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("%d %v %s", again.status, again.header, again.text)
	}
	if n := h.sent("later"); n != 1 {
		t.Errorf("the TSP has it %d times", n)
	}
}

func TestAStopAnswersWhoWaitsAtOnceAndLosesNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.simulated("POST", "/_sim/faults", `{"match":{"method":"POST"},"fault":"status","status":503}`)
	answered := make(chan answer, 1)
	go func() {
		// Not by do, which ends the test: that is for its own goroutine.
		r, err := http.NewRequestWithContext(t.Context(), "POST", h.url+messages, strings.NewReader(h.message("stop")))
		if err != nil {
			t.Error(err)
			return
		}
		r.Header = http.Header{"Authorization": {"Bearer " + h.token}, "Content-Type": {"application/json"},
			"Prefer": {"wait=60"}, keyHeader: {"k"}}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Error(err)
			close(answered)
			return
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Error(err)
		}
		answered <- answer{t, resp.StatusCode, resp.Header, string(text)}
	}()
	h.until("the TSP was asked", func() bool {
		return strings.Contains(h.do("GET", operations, "").text, `"response_status_code":503`)
	})
	h.stop()
	if a, ok := <-answered; !ok || a.status != http.StatusAccepted || a.header.Get("Preference-Applied") != "" ||
		a.field("status") != "pending" {
		t.Errorf("%d %v %s", a.status, a.header, a.text)
	}
}
