package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/access"
)

// consoleOf is the console's page of an operation.
func (g *gateway) consoleOf(id string) string {
	g.t.Helper()
	r, err := http.NewRequestWithContext(g.t.Context(), http.MethodGet, g.url+"/console/operations/"+id, nil)
	if err != nil {
		g.t.Fatal(err)
	}
	a, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		g.t.Fatal(err)
	}
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	if err != nil || a.StatusCode != http.StatusOK {
		g.t.Fatalf("the page of %s: %d, %v", id, a.StatusCode, err)
	}
	return strings.ReplaceAll(string(text), "&#39;", "'")
}

// The same refusal is told as whose it is by the API, by the command line and by the console.
func TestWhoRefusedAWriteIsToldEverywhere(t *testing.T) {
	t.Parallel()
	g := running(t)
	told := func(id, reaches, explained, shown string) {
		t.Helper()
		g.waybill("op", "watch", id).ends(5)
		g.waybill("op", "get", id, "-o", "json", "--jq", "[.logs[].reach] | unique | join(\" \")").ends(0, reaches+"\n")
		g.waybill("op", "explain", id).ends(0, explained)
		if page := g.consoleOf(id); !strings.Contains(page, shown) {
			t.Errorf("the console does not say %q of %s", shown, id)
		}
	}
	g.fault("POST", `{"match":{"method":"PATCH"},"fault":"status","status":400}`)
	told(g.rename("refused"), "sent", "The last entry of its log: 400 ", "Failed: Samsara refused it")
	g.fault("DELETE", "")
	g.fault("POST", `{"match":{"method":"PATCH"},"fault":"status","status":503}`)
	waits := g.rename("waits")
	until(t, "it is to be tried again", func() bool { return strings.Contains(g.waybill("op", "explain", waits).out, "It waits (back_off)") })
	never := g.rename("behind")
	order := access.GrantOrder{Partner: "demo", Fleet: "fleet-1", Levels: map[string]string{"vehicle": "read"}}
	if _, err := access.NewOperator(g.app.Rooms().Store, time.Now).SetGrant(t.Context(), order); err != nil {
		t.Fatal(err)
	}
	const why = "not sent: the fleet has not granted you read_write for vehicle"
	own := "Waybill itself ended it, and did not call samsara for that: " + why
	told(waits, "none sent", own, "Failed: Waybill did not send it again")
	told(never, "none", own, "Failed: Waybill did not send it")
	for _, want := range []string{"Kept back", "By Waybill itself", "Samsara was not called", strings.TrimPrefix(why, "not ")} {
		if page := g.consoleOf(never); !strings.Contains(page, want) || strings.Contains(page, "Sent to Samsara") {
			t.Errorf("the console does not say %q", want)
		}
	}
}
