package sim

import (
	"net/http"
	"strconv"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// sendMessage makes one message per driver. It answers neither id nor time, as Samsara does.
func (s *samsara) sendMessage(_ *http.Request, body simkit.Object) (any, error) {
	shape := simkit.Shape{"driverIds": simkit.List(simkit.Integer), "text": simkit.String(1, 2500)}
	if err := shape.Check(body, "driverIds", "text"); err != nil {
		return nil, refused("%v", err)
	}
	ids := body["driverIds"].([]any)
	if len(ids) == 0 {
		return nil, refused("driverIds must not be empty")
	}
	data := []any{}
	err := s.host.Store.Update(func(tx *simkit.Tx) error {
		for _, id := range ids {
			if _, ok := tx.Get("drivers", strconv.FormatInt(id.(int64), 10)); !ok {
				return refused("driver %d does not exist", id)
			}
			tx.Add("messages", simkit.Object{"driverId": id, "text": body["text"], "sentAtMs": tx.Now().UnixMilli()})
			data = append(data, simkit.Object{"driverId": id, "text": body["text"]})
		}
		return nil
	})
	return simkit.Object{"data": data}, err
}

// day is the window that is listed when none is asked for, in milliseconds.
const day = 24 * 60 * 60 * 1000

// listMessages lists the messages of a window of time.
func (s *samsara) listMessages(r *http.Request, _ simkit.Object) (any, error) {
	end, duration := s.host.Now().UnixMilli(), int64(day)
	for name, to := range map[string]*int64{"endMs": &end, "durationMs": &duration} {
		text := r.URL.Query().Get(name)
		if text == "" {
			continue
		}
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 {
			return nil, refused("%s must be milliseconds", name)
		}
		*to = n
	}
	data := []any{}
	err := s.host.Store.View(func(tx *simkit.Tx) error {
		for _, item := range tx.Items("messages") {
			at := item.Object["sentAtMs"].(int64)
			if at < end-duration || at > end {
				continue
			}
			data = append(data, simkit.Object{"driverId": item.Object["driverId"], "text": item.Object["text"], "sentAtMs": at,
				"isRead": false, "sender": simkit.Object{"name": "Dispatch", "type": "dispatch"}})
		}
		return nil
	})
	return simkit.Object{"data": data}, err
}
