package sim

import (
	"maps"
	"net/http"
	"reflect"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

func readVehicle(tx *simkit.Tx, c *simkit.Call) (any, error) {
	found, err := tx.Find(vehicles, simkit.Text(c.Body, "id"))
	if err != nil {
		return nil, err
	}
	return found.Object, nil
}

// putVehicle replaces a vehicle: what the body lacks is cleared. A body that changes nothing is refused.
func putVehicle(tx *simkit.Tx, c *simkit.Call) (any, error) {
	before, err := tx.Find(vehicles, c.ID())
	if err != nil {
		return nil, err
	}
	o := simkit.Object{"id": before.ID, "vin": "", "plate": "", "active": true}
	maps.Copy(o, c.Body)
	if reflect.DeepEqual(o, before.Object) {
		return nil, simkit.Coded(http.StatusConflict, 263, "there is nothing to change")
	}
	return o, tx.Put(vehicles, before.ID, o, keys(o)...)
}
