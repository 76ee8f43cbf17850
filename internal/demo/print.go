package demo

import (
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/app"
)

// print shows curl lines that work as they stand.
func (f Fixtures) print(addr string, o Options, running []simulated) {
	fmt.Fprintf(o.Out, `
Waybill is running at http://%[1]s (demo data in %[6]s, Ctrl-C stops it).
Its console is at http://%[1]s/console/, on this machine alone.

  TOKEN=$(curl -s http://%[1]s/realms/waybill/protocol/openid-connect/token \
    -d grant_type=client_credentials -d client_id=%[7]s -d client_secret=%[8]s | sed 's/.*"access_token":"\([^"]*\)".*/\1/')

Send a message to a driver; it is accepted with 202 and delivered in the background:

  curl -si http://%[1]s/v2/telematics/messages -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
    -d '{"connection_id":"%[2]s","sender_id":"%[3]s","recipient_id":"%[4]s","message_text":"Dock 7 is free"}'

Rename a vehicle and wait for the TSP's answer:

  curl -si -X PATCH 'http://%[1]s/v2/telematics/vehicles/%[5]s?is_sync=true' -H "Authorization: Bearer $TOKEN" \
    -H 'Content-Type: application/json' -d '{"connection_id":"%[2]s","vehicle_name":"Truck 42"}'

See what became of them, what each simulated TSP received, and which webhooks arrived:

  curl -s http://%[1]s/v2/integrations/connections/resource-operations -H "Authorization: Bearer $TOKEN"
%[9]s  curl -s http://%[10]s/events

Or work by the command line; docs/command-line.md tells how, and waybill --help what there is ("go install ./cmd/waybill"
puts it on your PATH). This line is all that it needs, and names what the commands in docs/ name:

  export WAYBILL_URL=http://%[1]s WAYBILL_CLIENT_ID=%[7]s WAYBILL_CLIENT_SECRET=%[8]s WAYBILL=http://%[1]s%[11]s CONNECTION=%[2]s VEHICLE=%[5]s SENDER=%[3]s RECIPIENT=%[4]s

`, addr, f.Connection, f.Sender, f.Recipient, f.Vehicle, o.DataDir,
		app.DemoClient, app.DemoSecret, requests(running), o.ReceiverAddr, simOf(f.Connection, running))
}

// simOf names the simulator to which a connection leads; "" where that does not run here.
func simOf(conn uuid.UUID, running []simulated) string {
	for _, s := range running {
		if ID("connection:"+s.name) == conn {
			return " SIM=" + s.url
		}
	}
	return ""
}

// requests shows how to look at what each simulator was sent.
func requests(running []simulated) string {
	var out strings.Builder
	for _, s := range running {
		fmt.Fprintf(&out, "  curl -s %s/_sim/requests   # %s, connection %s\n", s.url, s.name, ID("connection:"+s.name))
	}
	return out.String()
}
