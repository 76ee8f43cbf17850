package sim

import (
	"maps"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// patchVehicle changes the members that the body names.
func patchVehicle(tx *simkit.Tx, c *simkit.Call) (any, error) {
	before, err := tx.Find(vehicles, c.ID())
	if err != nil {
		return nil, err
	}
	o := maps.Clone(before.Object)
	maps.Copy(o, c.Body)
	return o, tx.Put(vehicles, before.ID, o, keys(o)...)
}
