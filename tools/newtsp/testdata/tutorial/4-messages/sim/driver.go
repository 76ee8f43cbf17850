package sim

import (
	"fmt"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// seedDriver puts the nth driver of the seed.
func seedDriver(tx *simkit.Tx, n int) error {
	id := fmt.Sprintf("d-%d", n)
	return tx.Put(drivers, id, simkit.Object{"id": id, "name": fmt.Sprintf("Driver %d", n)})
}
