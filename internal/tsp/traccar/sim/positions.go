package sim

import (
	"slices"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// listPositions answers what the user's devices, one device, or the given ids last reported
// (api/resource/PositionResource.getJson). Earlier positions are not kept, so from and to are not served, and the id of
// a position that was followed by another is unknown.
func listPositions(tx *simkit.Tx, c *call) (any, error) {
	if wanted := c.Query["id"]; len(wanted) > 0 {
		return positionsOf(tx, c, wanted)
	}
	mine := visible(tx, deviceClass(), c.me())
	if device := c.whole("deviceId"); device > 0 {
		mine = ids{device: true}
		if err := c.may(tx, deviceClass(), device); err != nil {
			return nil, err
		}
	}
	found := []any{}
	for _, i := range tx.Items(positions) {
		if mine[simkit.Int(i.Object, "deviceId")] {
			found = append(found, showPosition(i))
		}
	}
	return found, nil
}

func positionsOf(tx *simkit.Tx, c *call, wanted []string) (any, error) {
	found := make([]any, 0, len(wanted))
	for _, text := range wanted {
		id, err := wholeNumber(text)
		if err != nil {
			return nil, err
		}
		all := tx.Items(positions)
		at := slices.IndexFunc(all, func(i *simkit.Item) bool { return simkit.Int(i.Object, "id") == id })
		if at < 0 {
			return nil, nullPointer("org.traccar.model.Position.getDeviceId()", "position")
		}
		if err := c.may(tx, deviceClass(), simkit.Int(all[at].Object, "deviceId")); err != nil {
			return nil, err
		}
		found = append(found, showPosition(all[at]))
	}
	return found, nil
}

// showPosition is a position as model/Position writes it. Every device reported once, from one yard, when it was made.
func showPosition(i *simkit.Item) simkit.Object {
	at := timestamp(i.At)
	return simkit.Object{
		"id": i.Object["id"], "deviceId": i.Object["deviceId"], "protocol": i.Object["protocol"],
		"serverTime": at, "deviceTime": at, "fixTime": at, "valid": true, "outdated": false,
		"latitude": 37.7749, "longitude": -122.4194, "altitude": 0.0, "speed": 0.0, "course": 0.0, "accuracy": 0.0,
		"address": nil, "network": nil, "geofenceIds": nil,
		"attributes": simkit.Object{"totalDistance": i.Object["totalDistance"], "hours": i.Object["hours"]},
	}
}
