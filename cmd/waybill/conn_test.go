package main

import (
	"strings"
	"testing"
)

func TestConnectionsAreListedTestedImportedAndPaused(t *testing.T) {
	t.Parallel()
	g := running(t)
	id := g.ids.Connection.String()
	g.waybill("conn", "list").ends(0, "TSP      FLEET", id+"  samsara  fleet-1  active")
	g.waybill("conn", "list", "--tsp", "samsara", "--fleet-ref", "fleet-1", "-o", "name").ends(0, id+"\n")
	g.waybill("conn", "list", "--tsp", "nosuch").ends(3, "there are samsara")
	g.waybill("conn", "list", "--fleet-ref", "nosuch", "-o", "json").ends(0, "[]\n")
	g.waybill("conn", "get", "samsara").ends(0, "Connection:    "+id, "Status:        active", "KIND ", "vehicle ")
	g.waybill("conn", "get", id, "--jq", ".credentials.token").ends(0, "*****\n")
	g.waybill("conn", "get", strings.Replace(id, "6", "7", 1)).ends(3, "404")
	g.waybill("conn", "get", "motive").ends(3, `no connection "motive"`)
	g.waybill("conn", "test", id).ends(0, "ok  samsara takes the credentials")
	g.waybill("conn", "import", "fleet-1", "--wait").ends(0, "IMPORTED", "vehicle")
	g.waybill("conn", "import", id).ends(0, "less than a minute ago")
	g.waybill("conn", "pause", id, "--yes").ends(0, "paused")
	g.waybill("conn", "activate", id).ends(0, "active")
}

func TestAConnectionWhoseCredentialsAreRefusedIsTestedUntilTheyAreTaken(t *testing.T) {
	t.Parallel()
	g := running(t)
	g.fault("POST", `{"match":{"method":"PATCH"},"fault":"status","status":503}`)
	waits := g.rename("one")
	g.fault("POST", `{"match":{"method":"GET"},"fault":"status","status":401}`)
	until(t, "the connection is stale", func() bool {
		g.waybill("conn", "import", "samsara")
		return g.waybill("conn", "get", "samsara", "--jq", ".status").out == "stale\n"
	})
	g.waybill("conn", "test", "samsara").ends(5, "refused  Samsara refuses the credentials")
	until(t, "the write waits for it", func() bool {
		return strings.Contains(g.waybill("op", "explain", waits).out, "It waits (connection_stale)")
	})
	g.waybill("op", "explain", waits).ends(0, "the TSP says of the credentials: ", "waybill conn test "+g.ids.Connection.String())
	g.fault("DELETE", "")
	g.waybill("conn", "activate", "samsara").ends(0, "active")
	g.waybill("op", "watch", waits, "--timeout", "20s").ends(0, "success")
}

func TestTheTSPsAndWhatTheyDoWithEachFieldAreShown(t *testing.T) {
	t.Parallel()
	g := running(t)
	g.waybill("tsp", "list").ends(0, "samsara  f85adc00-123e-59d7-90b7-89660a34b24c", "vehicle")
	g.waybill("tsp", "list", "-o", "name").ends(0, "samsara\n")
	g.waybill("tsp", "matrix").ends(0, "WRITE ", "SAMSARA", "create message ", "partial")
	g.waybill("tsp", "capabilities", "samsara", "--kind", "message").ends(0, "create message  sender_id ", "dropped", "comes from dispatch")
	g.waybill("tsp", "capabilities", "--connection", "samsara", "--jq", ".connection_id").ends(0, g.ids.Connection.String()+"\n")
	g.waybill("tsp", "capabilities", "nosuch").ends(3)
	g.waybill("tsp", "capabilities").ends(2, "name a TSP")
}
