package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

func TestAFlagWithoutAValueIsRefusedAndNothingIsDone(t *testing.T) {
	t.Parallel()
	g := running(t)
	g.fault("POST", `{"match":{"method":"PATCH"},"fault":"status","status":503}`)
	g.rename("waits")
	for _, line := range [][]string{
		{"op", "cancel", "--kind", "vehicle", "--tsp", "", "--yes"},
		{"op", "cancel", "--kind", "vehicle", "--connection=", "--yes"},
		{"op", "cancel", "--kind", "vehicle", "--fleet-ref", "", "--yes"},
		{"op", "list", "--resource-id", ""},
		{"whoami", "--profile", ""},
		{"write", "vehicle", g.ids.Vehicle.String(), "--connection", "samsara", "-s", "notes=x", "--idempotency-key", ""},
	} {
		g.waybill(line...).ends(2, "has no value")
	}
	for _, span := range []string{"0s", "-5m"} {
		g.waybill("write", "vehicle", g.ids.Vehicle.String(), "--connection", "samsara", "-s", "notes=x", "--expires="+span).
			ends(2, "--expires", "such as 15m")
	}
	g.waybill("op", "list", "--jq", "[.[].status]").ends(0, `["pending"]`)
}

func TestAnEditedBodyIsNotLost(t *testing.T) {
	t.Parallel()
	g := running(t)
	g.fault("POST", `{"match":{"method":"POST"},"fault":"status","status":400,"times":1}`)
	id := g.message("one")
	g.waybill("op", "watch", id).ends(5)
	g.waybill("op", "retry", id, "--edit").ends(2, "EDITOR", "--file")
	g.env["EDITOR"] = "sed -i s/{/[/"
	kept := g.waybill("op", "retry", id, "--edit").ends(1, "is no JSON", "what you have edited is kept: waybill op retry "+id+" --file ")
	_, name, _ := strings.Cut(strings.Split(kept.err, "\n")[0], "--file ")
	if err := os.Remove(name); err != nil {
		t.Error(err)
	}
	again := g.waybill("op", "retry", id, "--wait", "20s", "-o", "name").text()
	g.waybill("op", "retry", again, "--edit").ends(1, "is success", "--edit")
}

func TestAWriteThatGotNoTokenWasNotSent(t *testing.T) {
	t.Parallel()
	g := &gateway{t: t, env: map[string]string{"WAYBILL_CLIENT_ID": "x", "WAYBILL_CLIENT_SECRET": "x"}}
	away := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	t.Cleanup(away.Close)
	g.env["WAYBILL_URL"] = away.URL
	g.in = `{"connection_id":"6152526a-a6ee-5861-81dd-06299cdfc037"}`
	if s := g.waybill("write", "vehicle", "-f", "-").ends(1, "no answer"); strings.Contains(s.err, "may have been accepted") {
		t.Error(s.err)
	}
}
