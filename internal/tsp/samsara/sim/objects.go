package sim

import (
	"slices"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// Objects lists a collection for the admin side. Vehicles and trailers are the assets of that class.
func (s *service) Objects(tx *simkit.Tx, collection string) ([]*simkit.Item, bool) {
	switch collection {
	case assets, drivers, messages, dvirs, fuel, driverAssignments, users, tags, attributes, simkit.Changes:
		return tx.Items(collection), true
	case classCollection(classVehicle):
		return ofClass(tx, classVehicle), true
	case classCollection(classTrailer):
		return ofClass(tx, classTrailer), true
	}
	return nil, false
}

func ofClass(tx *simkit.Tx, class string) []*simkit.Item {
	return slices.DeleteFunc(slices.Clone(tx.Items(assets)), func(i *simkit.Item) bool {
		return simkit.Text(i.Object, "type") != class
	})
}
