package sim

import (
	"fmt"
	"maps"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// changed is the body of a change, and created that of a create.
func changed() simkit.Shape {
	return simkit.Shape{"name": simkit.String(1, 40), "vin": simkit.String(0, 17), "plate": simkit.String(0, 20), "active": simkit.Bool}
}

func created() simkit.Shape { return changed().With(simkit.Shape{"reference": simkit.String(1, 64)}) }

// seedVehicle puts the nth vehicle of the seed.
func seedVehicle(tx *simkit.Tx, n int) error {
	id := fmt.Sprintf("v-%d", n)
	o := simkit.Object{"id": id, "name": fmt.Sprintf("Truck %d", n), "vin": "", "plate": "", "active": true}
	return tx.Put(vehicles, id, o, keys(o)...)
}

// postVehicle makes a vehicle, or answers the one that its reference made before.
func postVehicle(tx *simkit.Tx, c *simkit.Call) (any, error) {
	if reference, ok := c.Body["reference"].(string); ok {
		if _, id, made := tx.Owner("reference " + reference); made {
			i, _ := tx.Get(vehicles, id)
			return i.Object, nil
		}
	}
	o := simkit.Object{"vin": "", "plate": "", "active": true}
	maps.Copy(o, c.Body)
	id := fmt.Sprintf("v-%d", tx.NextSeq())
	o["id"] = id
	return o, tx.Put(vehicles, id, o, keys(o)...)
}

// keys are what only one vehicle may have.
func keys(o simkit.Object) []string {
	if reference, ok := o["reference"].(string); ok {
		return []string{"reference " + reference}
	}
	return nil
}
