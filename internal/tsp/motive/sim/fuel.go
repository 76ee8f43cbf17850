package sim

import (
	"slices"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// Fuel purchases (developer-docs.gomotive.com/reference/create-a-new-fuel-purchase-transaction).

var fuelFilters = append(paged("start_date", "end_date", "fuel_type", "vehicle_type", "source"), arrays("vehicle_ids", "jurisdictions")...)

// arrays are parameters that take several values, with the array form of their names.
func arrays(names ...string) []string {
	for _, name := range slices.Clone(names) {
		names = append(names, name+"[]")
	}
	return names
}

// fuelWindow is how far back the list looks by default.
const fuelWindow = 7

// listFuel shows the purchases of a range of days, both included; end_date is today by default. What source can be is
// not documented: purchases made here come from "api".
func listFuel(tx *simkit.Tx, c *call) (any, error) {
	now := tx.Now().In(c.zone)
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, c.zone)
	from, err := c.day("start_date", today.AddDate(0, 0, -fuelWindow))
	if err != nil {
		return nil, err
	}
	last, err := c.day("end_date", today)
	if err != nil {
		return nil, err
	}
	kind := c.query.Get("vehicle_type")
	if !slices.Contains([]string{"", "all", "ifta"}, kind) {
		return nil, invalid("vehicle_type must be ifta or all")
	}
	var found []*simkit.Item
	for _, i := range tx.Items(fuel) {
		at, _ := time.Parse(time.RFC3339, text(i.Object, "purchased_at"))
		if at.Before(from) || !at.Before(last.AddDate(0, 0, 1)) || !c.filtersFuel(i.Object) {
			continue
		}
		v, ok := tx.Get(vehicles, idText(number(i.Object, "vehicle_id")))
		if kind != "ifta" || ok && v.Object["ifta"] == true {
			found = append(found, i)
		}
	}
	return c.page("fuel_purchases", "fuel_purchase", showAll(tx, found, showFuel))
}

// filtersFuel reports whether a purchase passes the filters by value.
func (c *call) filtersFuel(o simkit.Object) bool {
	one := func(value string, wanted []string) bool { return len(wanted) == 0 || slices.Contains(wanted, value) }
	return one(text(o, "fuel_type"), c.query["fuel_type"]) && one("api", c.query["source"]) &&
		one(idText(number(o, "vehicle_id")), c.listed("vehicle_ids")) && one(text(o, "jurisdiction"), c.listed("jurisdictions"))
}

func getFuel(tx *simkit.Tx, c *call) (any, error) {
	i, err := c.get(tx, fuel)
	return fuelAnswer(tx, i, err)
}

// postFuel records a purchase. That a repeated ref_no makes a second one is not documented.
func postFuel(tx *simkit.Tx, c *call) (any, error) {
	id := newID(tx, fuelIDs)
	i, err := keepFuel(tx, simkit.Object{"id": id, "created_at": timestamp(tx.Now())}, c)
	return fuelAnswer(tx, i, err)
}

func putFuel(tx *simkit.Tx, c *call) (any, error) {
	i, err := c.get(tx, fuel)
	if err != nil {
		return nil, err
	}
	if i, err = keepFuel(tx, i.Object, c); err == nil {
		noteChange(tx, fuel, c)
	}
	return fuelAnswer(tx, i, err)
}

// deleteFuel is known from a client only.
func deleteFuel(tx *simkit.Tx, c *call) (any, error) {
	if _, err := c.get(tx, fuel); err != nil {
		return nil, err
	}
	tx.Delete(fuel, c.id)
	return nil, nil
}

func keepFuel(tx *simkit.Tx, before simkit.Object, c *call) (*simkit.Item, error) {
	o := merge(before, c.body)
	if _, err := exists(tx, vehicles, "vehicle_id", number(o, "vehicle_id")); err != nil {
		return nil, err
	}
	if _, err := existsDriver(tx, "driver_id", number(o, "driver_id")); err != nil {
		return nil, err
	}
	if given, ok := c.body["purchased_at"].(string); ok {
		at, _ := parseTime(given, c.zone)
		o["purchased_at"] = timestamp(at)
	}
	for _, name := range []string{"fuel", "total_cost"} {
		if given, ok := o[name]; ok {
			o[name], _ = amount(given)
		}
	}
	o["updated_at"] = timestamp(tx.Now())
	if err := tx.Put(fuel, idText(number(o, "id")), o); err != nil {
		return nil, err
	}
	i, _ := tx.Get(fuel, idText(number(o, "id")))
	return i, nil
}

func fuelAnswer(tx *simkit.Tx, i *simkit.Item, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return simkit.Object{"fuel_purchase": showFuel(tx, i)}, nil
}

func showFuel(tx *simkit.Tx, i *simkit.Item) simkit.Object {
	o := pick(i.Object, "id", "offline_id", "purchased_at", "jurisdiction", "fuel_type", "ref_no", "vendor", "total_cost",
		"currency", "fuel", "fuel_unit", "odometer", "odometer_unit", "receipt_upload_url", "receipt_filename", "uploader",
		"vehicle", "driver")
	if v, ok := tx.Get(vehicles, idText(number(i.Object, "vehicle_id"))); ok {
		o["vehicle"] = briefVehicle(v)
	}
	if d, ok := tx.Get(users, idText(number(i.Object, "driver_id"))); ok {
		o["driver"] = briefUser(d)
	}
	return o
}
