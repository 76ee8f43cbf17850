package sim

import (
	"math"
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
func postMessage(tx *simkit.Tx, c *simkit.Call) (any, error) {
	ids, _ := c.Body["driverIds"].([]any)
	if len(ids) == 0 {
		return nil, simkit.Invalid("driverIds must name at least one driver")
	}
	sent := make([]any, 0, len(ids))
	for _, v := range ids {
		id, _ := v.(int64)
		if _, ok := tx.Get(drivers, strconv.FormatInt(id, 10)); !ok {
			return nil, simkit.Invalid("there is no driver %d", id)
		}
		sent = append(sent, simkit.Object{"driverId": id, "text": c.Body["text"]})
		tx.Add(messages, simkit.Object{"driverId": id, "text": c.Body["text"], "sentAtMs": tx.Now().UnixMilli()})
	}
	return data(sent), nil
}

// listMessages shows the messages of a window of time, newest first as the document says; they have no id here either.
func listMessages(tx *simkit.Tx, c *simkit.Call) (any, error) {
	end, err := c.Whole("endMs", tx.Now().UnixMilli(), 0, math.MaxInt64)
	if err != nil {
		return nil, err
	}
	span, err := c.Whole("durationMs", messageWindow.Milliseconds(), 0, math.MaxInt64)
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

// showMessage is a message as the list shows it: from dispatch, unless it has a sender of its own.
func showMessage(i *simkit.Item) simkit.Object {
	o := simkit.Object{"isRead": false, "sender": simkit.Object{"name": "Dispatch", "type": "dispatch"}}
	copyMembers(o, i.Object, "driverId", "text", "sentAtMs", "sender")
	return o
}
