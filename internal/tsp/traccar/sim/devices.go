package sim

import (
	"maps"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// listDevices answers the devices that are named, uniqueId first, or lists them. Named devices must be linked to the
// user also for an administrator, and what is not is left out without an error (api/resource/DeviceResource.get).
func listDevices(tx *simkit.Tx, c *call) (any, error) {
	cl := deviceClass()
	if len(c.Query["uniqueId"])+len(c.Query["id"]) == 0 {
		return cl.list(tx, c)
	}
	var named []string
	for _, unique := range c.Query["uniqueId"] {
		if _, id, ok := tx.Owner(devices + " " + unique); ok {
			named = append(named, id)
		}
	}
	mine := visible(tx, cl, c.me())
	var found []simkit.Object
	for _, text := range append(named, c.Query["id"]...) {
		id, err := wholeNumber(text)
		if err != nil {
			return nil, err
		}
		if i, ok := tx.Get(devices, idText(id)); ok && mine[id] {
			found = append(found, i.Object)
		}
	}
	return shown(c, found), nil
}

// putAccumulators sets the totals of the device's last position, which becomes a new position. A device that never
// reported has none, and the refusal says nothing. The device is the one in the body.
func putAccumulators(tx *simkit.Tx, c *call) (any, error) {
	id := simkit.Int(c.Body, "deviceId")
	if err := c.may(tx, deviceClass(), id); err != nil {
		return nil, err
	}
	if err := c.mayEdit(tx, deviceClass(), simkit.Object{}, simkit.Object{}); err != nil {
		return nil, err
	}
	last, reported := tx.Get(positions, idText(id))
	device, there := tx.Get(devices, idText(id))
	if !reported || !there {
		return nil, runtime("IllegalArgumentException", "")
	}
	position, changed := maps.Clone(last.Object), maps.Clone(device.Object)
	for _, name := range []string{"totalDistance", "hours"} {
		if c.Body[name] != nil {
			position[name] = c.Body[name]
		}
	}
	next, err := tx.Count(lastIDs, positions)
	if err != nil {
		return nil, err
	}
	position["id"], changed["positionId"] = next, next
	if err := tx.Put(positions, last.ID, position); err != nil {
		return nil, err
	}
	return nil, tx.Put(devices, device.ID, changed, device.Keys...)
}
