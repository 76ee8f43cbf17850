package sim

import "github.com/waybill-dev/waybill/internal/tsp/simkit"

// vehicles is the collection of vehicles.
const vehicles = "vehicles"

// Objects lists a collection for the admin side.
func (s *service) Objects(tx *simkit.Tx, collection string) ([]*simkit.Item, bool) {
	return tx.Items(collection), collection == vehicles
}

// Seed fills an empty store. The same seed gives the same ids every time.
func (s *service) Seed(tx *simkit.Tx) error {
	for n := 1; n <= 5; n++ {
		if err := seedVehicle(tx, n); err != nil {
			return err
		}
	}
	return nil
}
