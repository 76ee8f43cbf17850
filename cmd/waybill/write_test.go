package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/resource"
)

func TestAWriteIsPutTogetherSentAndWaitedFor(t *testing.T) {
	t.Parallel()
	g := running(t)
	vehicle := g.ids.Vehicle.String()
	set := []string{"write", "vehicle", vehicle, "--connection", "samsara", "--set"}
	g.waybill(append(set, "vehicle_name=42", "--wait", "20s")...).ends(0, "success")
	g.waybill("api", "GET", "/v2/telematics/vehicles/"+vehicle, "--jq", ".vehicle_name").ends(0, "42\n")
	g.waybill(append(set, "vehicle_name=Truck = 43", "--sync")...).ends(0, "success")
	g.waybill("api", "GET", "/v2/telematics/vehicles/"+vehicle, "--jq", ".vehicle_name").ends(0, "Truck = 43\n")
	g.waybill(append(set, "vehicle_name=44", "--dry-run")...).ends(0, "PATCH ", `{"name":"44"}`, "nothing was stored or sent")
	g.in = `{"connection_id":"` + g.ids.Connection.String() + `","vehicle_name":"45","notes":"x"}`
	g.waybill("write", "vehicle", vehicle, "-f", "-", "-s", "notes:=null", "--dry-run").ends(0, `"name":"45"`, `"notes":""`)
	once := append(set, "vehicle_name=46", "--idempotency-key", "tour-7", "-o", "name")
	first := g.waybill(once...).text()
	if again := g.waybill(once...).ends(0, "sent before with the same key").text(); again != first {
		t.Errorf("%s is not %s", again, first)
	}
	g.waybill("op", "watch", first, "--timeout", "20s").ends(0, "success")
	g.waybill(append(set, "vehicle_name=47", "--idempotency-key", "tour-7")...).ends(1, "422")
	g.fault("POST", `{"match":{"method":"PATCH"},"fault":"status","status":400}`)
	g.waybill(append(set, "vehicle_name=48", "--sync")...).ends(5, "failed", "400 ")
	g.waybill(append(set, "vehicle_name=49", "--wait", "20s")...).ends(5, "failed")
	g.fault("DELETE", "")
	g.fault("POST", `{"match":{"method":"PATCH"},"fault":"status","status":503}`)
	g.waybill(append(set, "vehicle_name=50", "--wait", "1s")...).ends(0, "pending", "waybill op explain ")
	g.waybill("write", "message", "--connection", "samsara", "-s", "sender_id="+g.ids.Sender.String(), "-s",
		"recipient_id="+g.ids.Recipient.String(), "-s", "message_text=x", "--wait", "20s").ends(0, "success", "warning: sender_id: not sent")
}

func TestAWriteThatIsWrongTellsHowItIsWrittenAndSendsNothing(t *testing.T) {
	t.Parallel()
	g := running(t)
	g.waybill("write", "lorry").ends(2, "there are vehicle, trailer")
	g.waybill("write", "vehicels").ends(2, "did you mean vehicle?")
	g.waybill("write", "message", g.ids.Vehicle.String()).ends(2, "leave the id out to create one")
	g.waybill("write", "vehicle", "-s", "vehicle_name").ends(2, "names no field")
	g.waybill("write", "vehicle", "-s", "vehicle_name=x").ends(2, "the connection is missing")
	g.waybill("write", "vehicle", "-s", "vehicle_name:=x").ends(2, "is no JSON")
	g.waybill("write", "vehicle", "-f", "nosuch.json").ends(2, "nosuch.json")
	g.waybill("write", "vehicle", "--connection", "motive", "-s", "vehicle_name=x").ends(3, `no connection "motive"`)
	g.waybill("write", "vehicle", "--connection", "samsara", "--sync", "--wait", "2s").ends(2)
	g.in = "[]"
	g.waybill("write", "vehicle", "-f", "-").ends(2, "holds no JSON object")
	g.waybill("write", "message", "--connection", "samsara", "-s", "text=x", "-o", "json").ends(1, `"path":"text"`)
	if list := g.waybill("op", "list", "-o", "name").ends(0); list.out != "" {
		t.Error(list.out)
	}
	for _, f := range resource.AllFacts() {
		name := strings.ReplaceAll(string(f.Kind), "_", "-")
		g.waybill("write", name, "--fields", "-o", "name").ends(0, "connection_id\n")
	}
}

func TestAWriteWhoseAnswerIsLostMayHaveBeenAccepted(t *testing.T) {
	t.Parallel()
	g := &gateway{t: t, env: map[string]string{"WAYBILL_TOKEN": "x"}}
	away := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	t.Cleanup(away.Close)
	g.env["WAYBILL_URL"] = away.URL
	g.in = `{"connection_id":"6152526a-a6ee-5861-81dd-06299cdfc037"}`
	g.waybill("write", "vehicle", "-f", "-", "--idempotency-key", "tour-8").ends(6, "the write may have been accepted",
		"with --idempotency-key tour-8 finds out")
}

func TestRecordsAreListedWithTheIDsThatWritesTake(t *testing.T) {
	t.Parallel()
	g := running(t)
	id := g.ids.Vehicle.String()
	g.waybill("record", "list", "vehicle", "--connection", "samsara").ends(0, "SOURCE ID", id+"  samsara  281474976710657", "Truck ")
	g.waybill("record", "list", "vehicle", "--source-id", "281474976710657", "-o", "name").ends(0, id+"\n")
	g.waybill("record", "list", "user", "-n", "1").ends(0, "these are 1 of them")
	g.waybill("record", "list", "dvir-log", "--since", "7d", "-o", "json").ends(0, "[")
	g.waybill("record", "get", "vehicle", id, "--jq", ".source_id").ends(0, "281474976710657\n")
	g.waybill("record", "get", "vehicle", g.ids.Sender.String()).ends(3, "404")
	g.waybill("record", "get", "lorry", id).ends(2, "there are vehicle")
	g.waybill("record", "list", "vehicle", "--since", "7d").ends(1, "from_datetime")
	for _, f := range resource.AllFacts() {
		if f.IDs == "" {
			g.waybill("record", "get", string(f.Kind), id).ends(2, "cannot be read by its id")
		}
	}
}
