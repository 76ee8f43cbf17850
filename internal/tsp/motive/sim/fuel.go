package sim

import (
	"slices"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// Fuel purchases (developer-docs.gomotive.com/reference/create-a-new-fuel-purchase-transaction).

var fuelFilters = append(paged("start_date", "end_date", "fuel_type", "vehicle_type", "source"), arrays("vehicle_ids", "jurisdictions")...)

// arrays are parameters that take several values: separated by commas, repeated, or in the array form of Rails. Which of
// these Motive takes is not documented.
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
func listFuel(tx *simkit.Tx, c *simkit.Call) (any, error) {
	now := tx.Now().In(caller(c).zone)
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, caller(c).zone)
	from, err := day(c, "start_date", today.AddDate(0, 0, -fuelWindow))
	if err != nil {
		return nil, err
	}
	last, err := day(c, "end_date", today)
	if err != nil {
		return nil, err
	}
	kind := c.Query.Get("vehicle_type")
	if !slices.Contains([]string{"", "all", "ifta"}, kind) {
		return nil, simkit.Invalid("vehicle_type must be ifta or all")
	}
	var found []*simkit.Item
	for _, i := range tx.Items(fuel) {
		at, _ := time.Parse(time.RFC3339, simkit.Text(i.Object, "purchased_at"))
		if at.Before(from) || !at.Before(last.AddDate(0, 0, 1)) || !passesFilters(c, i.Object) {
			continue
		}
		v, ok := tx.Get(vehicles, idText(simkit.Int(i.Object, "vehicle_id")))
		if kind != "ifta" || ok && v.Object["ifta"] == true {
			found = append(found, i)
		}
	}
	return page(c, "fuel_purchases", "fuel_purchase", showAll(tx, found, showFuel))
}

// passesFilters reports whether a purchase passes the filters by value.
func passesFilters(c *simkit.Call, o simkit.Object) bool {
	one := func(value string, wanted []string) bool { return len(wanted) == 0 || slices.Contains(wanted, value) }
	return one(simkit.Text(o, "fuel_type"), c.Query["fuel_type"]) && one("api", c.Query["source"]) &&
		one(idText(simkit.Int(o, "vehicle_id")), c.Listed("vehicle_ids", "vehicle_ids[]")) && one(simkit.Text(o, "jurisdiction"), c.Listed("jurisdictions", "jurisdictions[]"))
}

func getFuel(tx *simkit.Tx, c *simkit.Call) (any, error) {
	i, err := tx.Find(fuel, c.ID())
	return fuelAnswer(tx, i, err)
}

// postFuel records a purchase. That a repeated ref_no makes a second one is not documented.
func postFuel(tx *simkit.Tx, c *simkit.Call) (any, error) {
	id := newID(tx, fuelIDs)
	i, err := keepFuel(tx, simkit.Object{"id": id, "created_at": timestamp(tx.Now())}, c)
	return fuelAnswer(tx, i, err)
}

func putFuel(tx *simkit.Tx, c *simkit.Call) (any, error) {
	i, err := tx.Find(fuel, c.ID())
	if err != nil {
		return nil, err
	}
	if i, err = keepFuel(tx, i.Object, c); err == nil {
		tx.NoteChange(fuel, simkit.Int(i.Object, "id"), c.Body)
	}
	return fuelAnswer(tx, i, err)
}

func keepFuel(tx *simkit.Tx, before simkit.Object, c *simkit.Call) (*simkit.Item, error) {
	o := merge(before, c.Body)
	if _, err := exists(tx, vehicles, "vehicle_id", simkit.Int(o, "vehicle_id")); err != nil {
		return nil, err
	}
	if _, err := existsDriver(tx, "driver_id", simkit.Int(o, "driver_id")); err != nil {
		return nil, err
	}
	if given, ok := c.Body["purchased_at"].(string); ok {
		at, _ := parseTime(given, caller(c).zone)
		o["purchased_at"] = timestamp(at)
	}
	for _, name := range []string{"fuel", "total_cost"} {
		if given, ok := o[name]; ok {
			o[name], _ = amount(given)
		}
	}
	o["updated_at"] = timestamp(tx.Now())
	if err := tx.Put(fuel, idText(simkit.Int(o, "id")), o); err != nil {
		return nil, err
	}
	i, _ := tx.Get(fuel, idText(simkit.Int(o, "id")))
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
	if v, ok := tx.Get(vehicles, idText(simkit.Int(i.Object, "vehicle_id"))); ok {
		o["vehicle"] = briefVehicle(v)
	}
	if d, ok := tx.Get(users, idText(simkit.Int(i.Object, "driver_id"))); ok {
		o["driver"] = briefUser(d)
	}
	return o
}
