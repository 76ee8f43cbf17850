package torture_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/app/apptest"
)

// lateTSP is a simulator that stands apart from the binary and applies every write late, whether its caller is there
// or not. All that is known of the TSP itself is here.
type lateTSP struct {
	name, url string
	// limits are rates at which none of the TSP's holds up the test.
	limits string
	// calls tell the TSP's writes from what only reads, as members of a fault's match.
	calls []string
	// creates is the path of the kind that the TSP can create without more ado, nameOf the field of its name, and
	// created the simulator's collection of it, title being the member that holds the name there and in vehicles.
	creates, nameOf, created, title string
	// messages is the simulator's collection of messages, and message tells the text and the recipients of one.
	messages string
	message  func(object) (text string, to []string)
	// update tells the record and the name that a request gives it, if it is an update of a vehicle.
	update func(request object) (record, name string)
	// admin is where the test asks the simulator itself, if that is not at the URL.
	admin string
}

// object is one JSON object.
type object map[string]any

// in returns what stands at a path of members; nil if there is nothing.
func (o object) in(path ...string) any {
	var v any = map[string]any(o)
	for _, name := range path {
		inner, _ := v.(map[string]any)
		v = inner[name]
	}
	return v
}

// text writes a member as ids are written.
func (o object) text(path ...string) string {
	switch v := o.in(path...).(type) {
	case nil:
		return ""
	case float64:
		return fmt.Sprintf("%.0f", v)
	default:
		return fmt.Sprint(v)
	}
}

// pathUpdate reads the updates of TSPs whose path ends in the record.
func pathUpdate(method, prefix, title string) func(object) (string, string) {
	return func(r object) (string, string) {
		record, found := strings.CutPrefix(r.text("path"), prefix)
		if r.text("method") != method || !found {
			return "", ""
		}
		return record, r.text("body", title)
	}
}

func lateTSPs() []*lateTSP {
	return []*lateTSP{
		{name: "samsara", limits: "messages.write=5000/s,messages.read=5000/s,token=9000/s,org=9000/s",
			calls:   []string{`"method":"POST"`, `"method":"PATCH"`},
			creates: "trailers", nameOf: "trailer_name", created: "trailers", title: "name", messages: "messages",
			message: func(o object) (string, []string) { return o.text("text"), []string{o.text("driverId")} },
			update:  pathUpdate("PATCH", "/fleet/vehicles/", "name")},
		{name: "motive", limits: "company=9000/s", calls: []string{`"method":"POST"`, `"method":"PUT"`},
			creates: "vehicles", nameOf: "vehicle_name", created: "vehicles", title: "number", messages: "messages",
			message: func(o object) (string, []string) {
				var to []string
				ids, _ := o.in("recipient_ids").([]any)
				for _, id := range ids {
					to = append(to, object{"id": id}.text("id"))
				}
				return o.text("body"), to
			},
			update: pathUpdate("PUT", "/v1/vehicles/", "number")},
		{name: "geotab",
			limits: "Get Device=9000/m,Add Device=9000/m,Set Device=9000/m,Get User=9000/m,Get TextMessage=9000/m," +
				"Add TextMessage=9000/m,Get Group=9000/m,Get UserHosRuleSet=9000/m",
			calls:   []string{`"body":"\"method\":\"Add\""`, `"body":"\"method\":\"Set\""`},
			creates: "vehicles", nameOf: "vehicle_name", created: "vehicles", title: "name", messages: "text-messages",
			message: func(o object) (string, []string) {
				return o.text("messageContent", "message"), []string{o.text("recipient", "id")}
			},
			update: func(r object) (string, string) {
				if r.text("body", "method") != "Set" || r.text("body", "params", "typeName") != "Device" {
					return "", ""
				}
				return r.text("body", "params", "entity", "id"), r.text("body", "params", "entity", "name")
			}},
		// Its messages go to the devices of drivers, who have the same ids as these in the simulator.
		{name: "traccar", limits: "server=9000/s", calls: []string{`"method":"POST"`, `"method":"PUT"`},
			creates: "vehicles", nameOf: "vehicle_name", created: "vehicles", title: "name", messages: "commands",
			message: func(o object) (string, []string) {
				return o.text("attributes", "message"), []string{o.text("deviceId")}
			},
			update: pathUpdate("PUT", "/api/devices/", "name")},
	}
}

// open runs the simulator.
func (l *lateTSP) open(t *testing.T) {
	t.Helper()
	l.url = apptest.SimulatorAt(t, l.name)
}

// tell adds to a history what the TSP holds of what was written, and what it did.
func (l *lateTSP) tell(t *testing.T, h *history) {
	t.Helper()
	for _, o := range l.ask(t, "GET", "/_sim/objects/"+l.messages, "") {
		text, to := l.message(o)
		for _, one := range to {
			if ours(text) {
				h.things = append(h.things, thing{l.name, text, one})
			}
		}
	}
	for _, o := range l.ask(t, "GET", "/_sim/objects/"+l.created, "") {
		if ours(o.text(l.title)) {
			h.things = append(h.things, thing{l.name, o.text(l.title), ""})
		}
	}
	for _, o := range l.ask(t, "GET", "/_sim/objects/vehicles", "") {
		h.names[ofTSP{l.name, o.text("id")}] = o.text(l.title)
	}
	requests := slices.DeleteFunc(l.ask(t, "GET", "/_sim/requests", ""), func(r object) bool { return appliedAt(r) == "" })
	slices.SortStableFunc(requests, func(a, b object) int { return strings.Compare(appliedAt(a), appliedAt(b)) })
	for _, r := range requests {
		if record, name := l.update(r); name != "" {
			h.changes = append(h.changes, change{ofTSP{l.name, record}, name})
		}
	}
}

// appliedAt is when a request was applied, as a text that sorts; "" if it was not.
func appliedAt(r object) string {
	at, status := r.text("applied_at"), r.text("applied_status")
	if r.in("fault") == nil {
		at, status = r.text("time"), r.text("status")
	}
	if !strings.HasPrefix(status, "2") {
		return ""
	}
	// The fraction of a second loses its last zeros.
	whole, fraction, _ := strings.Cut(strings.TrimSuffix(at, "Z"), ".")
	return whole + "." + fraction + strings.Repeat("0", max(9-len(fraction), 0))
}
