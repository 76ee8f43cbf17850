package sim

import (
	"fmt"
	"strconv"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// orgID is the simulated organisation.
const orgID = "4000001"

// firstID begins the ids of assets; those of drivers and users begin further on, because
// Samsara's ids are unique within a class only.
const (
	firstID     = 281474976710657
	firstDriver = 45646001
	firstUser   = 45646001
)

// created is the time of the seeded objects.
const created = "2026-01-05T08:00:00Z"

// Seed fills an empty store.
func (s *samsara) Seed(tx *simkit.Tx) {
	for i := range 6 {
		put(tx, "vehicles", firstID+i, simkit.Object{"name": fmt.Sprintf("Truck %d", i+1),
			"vin": fmt.Sprintf("1FUJGLDR5CSBB%04d", 1001+i), "make": "Freightliner", "model": "Cascadia", "year": "2022",
			"licensePlate": fmt.Sprintf("P%05d", 48210+i), "notes": "", "createdAtTime": created, "updatedAtTime": created})
	}
	for i := range 3 {
		put(tx, "trailers", firstID+100+i, simkit.Object{"name": fmt.Sprintf("Trailer %d", i+1),
			"licensePlate": fmt.Sprintf("T%05d", 11200+i), "trailerSerialNumber": fmt.Sprintf("1UYVS253%d", 4000+i)})
	}
	names := []string{"Ana Ruiz", "Ben Cole", "Chidi Obi", "Dana Kim", "Eli Stone", "Fay Wong", "Gus Hale", "Hana Sato", "Ivo Brandt"}
	for i, name := range names {
		status := "active"
		if i == len(names)-1 {
			status = "deactivated"
		}
		put(tx, "drivers", firstDriver+i, simkit.Object{"name": name, "username": fmt.Sprintf("driver%d", i+1),
			"phone": fmt.Sprintf("+1415555%04d", 2600+i), "licenseNumber": fmt.Sprintf("D%07d", 7310000+i), "licenseState": "CA",
			"timezone": "America/Los_Angeles", "driverActivationStatus": status, "createdAtTime": created, "updatedAtTime": created})
	}
	for i, name := range []string{"Dispatch Desk", "Maya Mechanic"} {
		put(tx, "users", firstUser+i, simkit.Object{"name": name, "email": fmt.Sprintf("user%d@demo-freight.example", i+1),
			"authType": "default", "roles": []any{simkit.Object{"role": simkit.Object{"id": "23d4d8d3", "name": "Full Admin"}}}})
	}
}

func put(tx *simkit.Tx, collection string, id int, o simkit.Object) {
	key := strconv.Itoa(id)
	o["id"] = key
	if vin, ok := o["vin"].(string); ok {
		o["externalIds"] = simkit.Object{"samsara.vin": vin}
	}
	for name, v := range o {
		if v == "" {
			delete(o, name)
		}
	}
	if err := tx.Put(collection, key, o, keysOf(o)...); err != nil {
		panic(err) // the seed is ours and has no clashes
	}
}
