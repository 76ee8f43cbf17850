package app_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/demo"
)

const keyHeader = "Idempotency-Key"

func TestTheSameKeyAndBodyGetTheSameOperationAgain(t *testing.T) {
	t.Parallel()
	h := open(t)
	body := h.message("once only")
	first := h.do("POST", messages, body, keyHeader, "k-1")
	again := h.do("POST", messages, body, keyHeader, "k-1")
	if first.status != http.StatusAccepted || again.status != http.StatusAccepted ||
		first.field("id") != again.field("id") {
		t.Errorf("%d %s\n%d %s", first.status, first.text, again.status, again.text)
	}
	if first.header.Get("Idempotent-Replayed") != "" || again.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("replayed: %q, then %q", first.header.Get("Idempotent-Replayed"), again.header.Get("Idempotent-Replayed"))
	}
	h.ended(first.field("id"))
	if late := h.do("POST", messages, body, keyHeader, "k-1"); late.status != http.StatusAccepted ||
		late.field("status") != "success" {
		t.Errorf("after the end: %d %s", late.status, late.text)
	}
	if n := h.sent("once only"); n != 1 {
		t.Errorf("the TSP has it %d times", n)
	}
}

func TestAKeyIsRefusedForAnotherRequest(t *testing.T) {
	t.Parallel()
	h := open(t)
	first := h.do("POST", messages, h.message("one"), keyHeader, "k")
	for name, again := range map[string]answer{
		"another body":           h.do("POST", messages, h.message("two"), keyHeader, "k"),
		"the same body in sync":  h.do("POST", messages+"?is_sync=true", h.message("one"), keyHeader, "k"),
		"a body of other spaces": h.do("POST", messages, h.message("one")+" ", keyHeader, "k"),
	} {
		if again.status != http.StatusUnprocessableEntity || !strings.Contains(again.text, first.field("id")) ||
			!strings.Contains(again.text, `"path":"Idempotency-Key"`) {
			t.Errorf("%s: %d %s", name, again.status, again.text)
		}
	}
	for _, key := range []string{"", "é", strings.Repeat("k", 256)} {
		if a := h.do("POST", messages, h.message("x"), keyHeader, key); a.status != http.StatusUnprocessableEntity {
			t.Errorf("the key %q is answered with %d", key, a.status)
		}
	}
}

func TestARefusedRequestKeepsNoKey(t *testing.T) {
	t.Parallel()
	h := open(t)
	if a := h.do("POST", messages, h.message(""), keyHeader, "k"); a.status != http.StatusUnprocessableEntity {
		t.Fatalf("%d %s", a.status, a.text)
	}
	if a := h.do("POST", messages, h.message("corrected"), keyHeader, "k"); a.status != http.StatusAccepted {
		t.Errorf("%d %s", a.status, a.text)
	}
}

func TestASyncRequestIsReplayedWithItsEnd(t *testing.T) {
	t.Parallel()
	h := open(t)
	path, body := messages+"?is_sync=true", h.message("sync once")
	first := h.do("POST", path, body, keyHeader, "k")
	again := h.do("POST", path, body, keyHeader, "k")
	if first.status != http.StatusOK || again.status != http.StatusOK || again.text != first.text {
		t.Errorf("%d %s\n%d %s", first.status, first.text, again.status, again.text)
	}
	h.simulated("POST", "/_sim/faults", `{"match":{"method":"POST"},"fault":"status","status":400,"times":1}`)
	failed := h.do("POST", path, h.message("refused"), keyHeader, "k2")
	if again := h.do("POST", path, h.message("refused"), keyHeader, "k2"); failed.status != http.StatusBadGateway ||
		again.status != http.StatusBadGateway {
		t.Errorf("a failed sync write: %d, then %d %s", failed.status, again.status, again.text)
	}
}

func TestASyncRequestUnderWayIsAConflict(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.simulated("POST", "/_sim/faults", `{"match":{"method":"POST"},"fault":"delay","delay_ms":1500,"times":1}`)
	path, body := messages+"?is_sync=true", h.message("slow")
	ended := make(chan answer)
	go func() { ended <- h.do("POST", path, body, keyHeader, "k") }()
	for strings.Count(h.do("GET", operations, "").text, `"operation_type"`) == 0 {
	}
	if a := h.do("POST", path, body, keyHeader, "k"); a.status != http.StatusConflict {
		t.Errorf("%d %s", a.status, a.text)
	}
	if a := <-ended; a.status != http.StatusOK {
		t.Errorf("%d %s", a.status, a.text)
	}
}

func TestOfManyRequestsWithOneKeyOneIsAccepted(t *testing.T) {
	t.Parallel()
	h := open(t)
	var g sync.WaitGroup
	ids := make([]string, 20)
	for i := range ids {
		g.Go(func() { ids[i] = h.do("POST", messages, h.message("race"), keyHeader, "k").field("id") })
	}
	g.Wait()
	for _, id := range ids {
		if id == "" || id != ids[0] {
			t.Fatalf("operations: %q", ids)
		}
	}
	h.ended(ids[0])
	if n := h.sent("race"); n != 1 {
		t.Errorf("the TSP has it %d times", n)
	}
}

func TestKeysOfDifferentClientsHaveNothingToDoWithEachOther(t *testing.T) {
	t.Parallel()
	h := open(t)
	err := h.db.InsertClient(t.Context(),
		access.Client{ID: "other", Secrets: []access.Secret{access.NewSecret("s", time.Now())},
			Partner: access.Partner{ID: demo.ID("partner"), Name: "demo"}, Scopes: access.Scopes()})
	if err != nil {
		t.Fatal(err)
	}
	first := h.do("POST", messages, h.message("mine"), keyHeader, "k")
	h.token = h.tokenFor("other", "s", "organization")
	if a := h.do("POST", messages, h.message("theirs"), keyHeader, "k"); a.status != http.StatusAccepted ||
		a.field("id") == first.field("id") {
		t.Errorf("%d %s", a.status, a.text)
	}
}
