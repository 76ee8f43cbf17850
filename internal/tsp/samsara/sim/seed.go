package sim

import (
	"errors"
	"strconv"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

const (
	// tagWest is the tag that samsara-tagged-token is restricted to.
	tagWest = "3920"
	tagEast = "3921"
	// newTagIDs is what the ids of new tags are counted from.
	newTagIDs = 4000
	// userIDs is what the ids of dashboard users are counted from. They meet numbers of drivers on purpose: an id names
	// an object within its class only.
	userIDs = 48399991
)

// The roles that users may have.
const (
	roleDispatcher = "23d4d8d3-dc10-4e7a-a183-69968751f23e"
	roleReadOnly   = "8a9371af-82d1-4158-bf91-4ecc8d3a114c"
)

// Seed fills the demo organisation. The order decides the ids: vehicles 281474976710657 to ...662, trailers to
// ...665, drivers 48400010 to 48400018 (the last one is deactivated), users 48400010 and 48400011, tags 3920 and
// 3921, roles. Last come two messages and two inspections of drivers, and attributes.
func (s *service) Seed(tx *simkit.Tx) error {
	return errors.Join(seedVehicles(tx), seedTrailers(tx), seedDrivers(tx), seedUsers(tx), seedTags(tx), seedRoles(tx), seedEvents(tx), seedAttributes(tx))
}

func seedVehicles(tx *simkit.Tx) error {
	for n, v := range []struct {
		vin, brand, model string
		year              int64
	}{
		{"1FUJGLDR7CLBP8834", "Freightliner", "Cascadia", 2012},
		{"1FUJGLDR9CLBP8835", "Freightliner", "Cascadia", 2012},
		{"1XKYD49X5KJ211456", "Kenworth", "T680", 2019},
		{"1XPBD49X8LD664120", "Peterbilt", "579", 2020},
		{"4V4NC9EH5LN218877", "Volvo", "VNL", 2020},
		{"3HSDZAPR4PN340052", "International", "LT", 2023},
	} {
		number := strconv.Itoa(101 + n)
		err := seedAsset(tx, simkit.Object{
			"type": classVehicle, "name": "Truck " + number, "licensePlate": "8DF1" + number, "vin": v.vin,
			"make": v.brand, "model": v.model, "year": v.year, "regulationMode": "regulated", "tagIds": []any{tagWest},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func seedTrailers(tx *simkit.Tx) error {
	for n, serial := range []string{"1UYVS2530GU512301", "1UYVS2530GU512302", "1GRAA0622KW103377"} {
		number := strconv.Itoa(201 + n)
		err := seedAsset(tx, simkit.Object{
			"type": classTrailer, "name": "Trailer " + number, "licensePlate": "4TR" + number, "serialNumber": serial,
			"enabledForMobile": true, "tagIds": []any{tagEast},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func seedAsset(tx *simkit.Tx, o simkit.Object) error {
	id := newAssetID(tx)
	o["id"], o["createdAtTime"], o["updatedAtTime"] = id, timestamp(tx.Now()), timestamp(tx.Now())
	return tx.Put(assets, id, o, externalKeys(o)...)
}

func seedDrivers(tx *simkit.Tx) error {
	names := []string{
		"Amir Haddad", "Beatrice Novak", "Carlos Mendoza", "Denise Okafor", "Erik Lindqvist", "Fatima Rahman",
		"George Papadakis", "Hannah Weiss", "Ivan Petrov",
	}
	for n, name := range names {
		o := newDriver()
		id := newDriverID(tx)
		o["id"], o["createdAtTime"], o["updatedAtTime"] = id, timestamp(tx.Now()), timestamp(tx.Now())
		o["name"], o["username"] = name, strings.ToLower(strings.ReplaceAll(name, " ", "."))
		o["licenseState"], o["licenseNumber"] = "CA", "D448820"+strconv.Itoa(n)
		if n == len(names)-1 {
			o["driverActivationStatus"], o["deactivatedAtTime"] = statusDeactivated, timestamp(tx.Now())
		}
		if err := tx.Put(drivers, id, o, driverKeys(o)...); err != nil {
			return err
		}
	}
	return nil
}

func seedUsers(tx *simkit.Tx) error {
	for _, name := range []string{"Dana Whitfield", "Miguel Ortega"} {
		id := strconv.FormatInt(userIDs+tx.NextSeq(), 10)
		email := strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@demofreight.example"
		role := simkit.Object{"id": roleDispatcher, "name": "Dispatcher"}
		o := simkit.Object{
			"id": id, "name": name, "email": email, "authType": "default", "roles": []any{simkit.Object{"role": role}},
		}
		if err := tx.Put(users, id, o, emailKey(o)); err != nil {
			return err
		}
	}
	return nil
}

func seedTags(tx *simkit.Tx) error {
	return errors.Join(
		tx.Put(tags, tagWest, simkit.Object{"id": tagWest, "name": "West"}),
		tx.Put(tags, tagEast, simkit.Object{"id": tagEast, "name": "East"}),
	)
}

func seedRoles(tx *simkit.Tx) error {
	return errors.Join(
		tx.Put(roles, roleDispatcher, simkit.Object{"id": roleDispatcher, "name": "Dispatcher"}),
		tx.Put(roles, roleReadOnly, simkit.Object{"id": roleReadOnly, "name": "Read-only Admin"}),
	)
}
