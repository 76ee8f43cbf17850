package sim

import (
	"slices"
	"strconv"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

var (
	messageFilters  = []string{"endMs", "durationMs"}
	messageRequired = []string{"driverIds", "text"}
)

// messageWindow is how far back GET /v1/fleet/messages looks by default.
const messageWindow = 24 * time.Hour

// messageShape is the body of POST /v1/fleet/messages. Driver ids are numbers here, unlike everywhere else; the 2,500
// characters stand in the description only.
func messageShape() simkit.Shape {
	return simkit.Shape{"driverIds": simkit.List(simkit.Integer), "text": simkit.String(1, 2500)}
}

// postMessage sends one message to each driver, from dispatch. The reply has no message id. That an unknown driver
// refuses the whole call, with 400, is not documented.
func postMessage(tx *simkit.Tx, c *call) (any, error) {
	ids, _ := c.body["driverIds"].([]any)
	if len(ids) == 0 {
		return nil, invalid("driverIds must name at least one driver")
	}
	sent := make([]any, 0, len(ids))
	for _, v := range ids {
		id, _ := v.(int64)
		if _, ok := tx.Get(drivers, strconv.FormatInt(id, 10)); !ok {
			return nil, invalid("there is no driver %d", id)
		}
		sent = append(sent, simkit.Object{"driverId": id, "text": c.body["text"]})
		tx.Add(messages, simkit.Object{"driverId": id, "text": c.body["text"], "sentAtMs": tx.Now().UnixMilli()})
	}
	return data(sent), nil
}

// listMessages shows the messages of a window of time, newest first as the document says; they have no id here either.
func listMessages(tx *simkit.Tx, c *call) (any, error) {
	end, err := milliseconds(c, "endMs", tx.Now().UnixMilli())
	if err != nil {
		return nil, err
	}
	span, err := milliseconds(c, "durationMs", messageWindow.Milliseconds())
	if err != nil {
		return nil, err
	}
	found := []any{}
	for _, i := range slices.Backward(tx.Items(messages)) {
		at, _ := i.Object["sentAtMs"].(int64)
		if at < end-span {
			break
		}
		if at <= end {
			found = append(found, showMessage(i))
		}
	}
	return data(found), nil
}

func showMessage(i *simkit.Item) simkit.Object {
	o := simkit.Object{"isRead": false, "sender": simkit.Object{"name": "Dispatch", "type": "dispatch"}}
	copyMembers(o, i.Object, "driverId", "text", "sentAtMs")
	return o
}

func milliseconds(c *call, name string, absent int64) (int64, error) {
	if !c.query.Has(name) {
		return absent, nil
	}
	n, err := strconv.ParseInt(c.query.Get(name), 10, 64)
	if err != nil || n < 0 {
		return 0, invalid("%s must be a whole number of milliseconds", name)
	}
	return n, nil
}
