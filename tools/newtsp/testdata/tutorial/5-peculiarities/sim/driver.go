package sim

import (
	"fmt"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// seedDriver puts the nth driver of the seed, who has the nth vehicle.
func seedDriver(tx *simkit.Tx, n int) error {
	id := fmt.Sprintf("d-%d", n)
	return tx.Put(drivers, id, simkit.Object{"id": id, "name": fmt.Sprintf("Driver %d", n), "vehicle": fmt.Sprintf("v-%d", n)})
}

// listDrivers lists all at once.
func listDrivers(tx *simkit.Tx, _ *simkit.Call) (any, error) {
	all := []any{}
	for _, i := range tx.Items(drivers) {
		all = append(all, i.Object)
	}
	return simkit.Object{drivers: all, "next": ""}, nil
}
