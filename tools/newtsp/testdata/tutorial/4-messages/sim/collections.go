package sim

import (
	"errors"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// The collections.
const (
	vehicles = "vehicles"
	drivers  = "drivers"
	messages = "messages"
)

// Objects lists a collection for the admin side.
func (s *service) Objects(tx *simkit.Tx, collection string) ([]*simkit.Item, bool) {
	return tx.Items(collection), collection == vehicles || collection == drivers || collection == messages
}

// Seed fills an empty store. The same seed gives the same ids every time.
func (s *service) Seed(tx *simkit.Tx) error {
	for n := 1; n <= 5; n++ {
		if err := errors.Join(seedVehicle(tx, n), seedDriver(tx, n), seedMessage(tx, n)); err != nil {
			return err
		}
	}
	return nil
}
