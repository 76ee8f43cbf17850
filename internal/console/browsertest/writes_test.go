package browsertest

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/demo"
)

// writes are the ids of operations by how they stand.
type writes map[string]string

// beyond cannot be held by a float, which would have 2^53 and 30.2 of them.
const (
	beyond  = "9007199254740993"
	precise = "30.20000000000000007"
)

// marked is a text that would do harm if it were taken as HTML.
const marked = `<script>window.harmed = 1</script><b class="harm">bold</b> & "quotes"`

// message is the body of a message to the demo's driver.
func (in *installation) message(text string) string {
	return fmt.Sprintf(`{"connection_id":"%s","sender_id":"%s","recipient_id":"%s","message_text":%q}`,
		in.ids.Connection, in.ids.Sender, in.ids.Recipient, text)
}

// fuel is the body of a purchase of fuel.
func (in *installation) fuel() string {
	return fmt.Sprintf(`{"connection_id":"%s","driver_id":"%s","vehicle_id":"%s","fuel_volume":20,"fuel_volume_unit":"LITER",`+
		`"fuel_type":"DIESEL","total_cost":"40.10","currency":"USD","latitude":%s,"longitude":-97.7,`+
		`"transaction_time":"2026-01-15T10:00:00Z"}`, in.ids.Connection, in.ids.Recipient, in.ids.Vehicle, precise)
}

// user is the body of a new driver, whose employee number only one can have.
func (in *installation) user(name string) string {
	return fmt.Sprintf(`{"connection_id":"%s","first_name":"Lena","last_name":"Sorensen","username":%q,"is_driver":true,`+
		`"employee_number":"1042"}`, in.ids.Connection, name)
}

// vehicle is the body of a new vehicle at a TSP.
func vehicle(tsp, name string) string {
	return fmt.Sprintf(`{"connection_id":"%s","vehicle_name":%q,"external_id":%q}`, demo.ID("connection:"+tsp), name, name)
}

func ended(op operation) bool { return op.Status != "pending" }
func tried(op operation) bool { return len(op.Logs) > 0 && op.Progress.Code != "in_flight" }

// fill asks for writes of which one stands at each state that lasts.
func (in *installation) fill() writes {
	in.t.Helper()
	w := writes{}
	w["succeeded"] = in.asks("POST", "messages", in.message("Dock 4 is free, the loader waits"))
	in.until("samsara", w["succeeded"], "succeeded", ended)
	w["vehicle"] = in.asks("POST", "vehicles", vehicle("traccar", "Truck 100"))
	var record string
	in.until("traccar", w["vehicle"], "succeeded", func(op operation) bool { record = op.Resource; return ended(op) })
	w["updated"] = in.asks("PATCH", "vehicles/"+record, vehicle("traccar", "Truck 101"))
	in.until("traccar", w["updated"], "succeeded", ended)

	in.fault("samsara", `{"match":{"method":"POST","path_prefix":"/v1/fleet/messages"},"fault":"status","status":400,"times":1,`+
		`"body":"{\"code\":`+beyond+`,\"message\":\"The recipient is not `+`<i>on duty</i> <script>window.harmed = 2</script>\"}"}`)
	w["failed"] = in.asks("POST", "messages", in.message(marked))
	in.until("samsara", w["failed"], "failed", ended)

	w["user"] = in.asks("POST", "users", in.user("lena.sorensen"))
	in.until("samsara", w["user"], "succeeded", ended)
	w["refused"] = in.asks("POST", "users", in.user("lena.sorensen.2"))
	in.until("samsara", w["refused"], "refused", ended)

	in.fault("samsara", `{"match":{"method":"POST","path_prefix":"/fuel-purchase"},"fault":"drop","times":1}`)
	w["unknown"] = in.asks("POST", "fuel-transactions", in.fuel())
	in.until("samsara", w["unknown"], "unknown", ended)

	w["truck"] = in.asks("POST", "vehicles", vehicle("motive", "Truck 104"))
	in.until("motive", w["truck"], "succeeded", func(op operation) bool { record = op.Resource; return ended(op) })
	in.fault("motive", `{"match":{"method":"PUT"},"fault":"status","status":400,"times":1}`)
	w["outdated"] = in.asks("PATCH", "vehicles/"+record, vehicle("motive", "Truck 105"))
	in.until("motive", w["outdated"], "failed", ended)
	w["newer"] = in.asks("PATCH", "vehicles/"+record, vehicle("motive", "Truck 106"))
	in.until("motive", w["newer"], "succeeded", ended)

	in.fault("motive", `{"match":{"method":"POST"},"fault":"status","status":503}`)
	w["retrying"] = in.asks("POST", "vehicles", vehicle("motive", "Truck 102"))
	in.until("motive", w["retrying"], "retrying", tried)

	in.fault("geotab", `{"match":{"method":"POST","body":"\"Add\""},"fault":"drop"}`)
	w["looking"] = in.asks("POST", "vehicles", vehicle("geotab", "Truck 103"))
	in.until("geotab", w["looking"], "looked up", tried)
	in.fault("samsara", `{"match":{"method":"POST","path_prefix":"/v1/fleet/messages"},"fault":"status","status":503}`)
	w["before"] = in.asks("POST", "messages", in.message("Take the ring road, the tunnel is closed"))
	in.until("samsara", w["before"], "retrying", tried)
	w["cancelled"] = in.asks("POST", "messages", in.message("Call the office"))
	in.cancel("samsara", w["cancelled"])
	w["expired"] = in.asks("POST", "messages?expires_in=1", in.message("Leave before nine"))
	in.until("samsara", w["expired"], "expired", ended)
	w["behind"] = in.asks("POST", "messages", in.message("The gate code is 4711"))
	_, job := in.send("POST", in.url+"/v2/integrations/jobs", "application/json",
		fmt.Sprintf(`{"action":"cancel","filter":{"connection_id":"%s"}}`, demo.ID("connection:traccar")))
	w["job"] = in.member(job, "id")
	hooks, err := in.app.Rooms().Store.SubscriptionsAfter(in.t.Context(), uuid.Nil, 1)
	if err != nil || len(hooks) == 0 {
		in.t.Fatalf("%d subscriptions, %v", len(hooks), err)
	}
	w["webhook"] = hooks[0].ID.String()
	return w
}
