package sim

import (
	"slices"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// Fuel purchases (developer-docs.gomotive.com/reference/create-a-new-fuel-purchase-transaction).

var fuelFilters = append(paged("start_date", "end_date", "fuel_type", "vehicle_type", "source"),
	arrays("vehicle_ids", "jurisdictions")...)

// fuelWindow is how far back the list looks by default.
const fuelWindow = 7

// fuelClass are the purchases. That a repeated ref_no makes a second one is not documented.
func fuelClass() class {
	return class{
		collection: fuel, name: "fuel_purchase", ids: fuelIDs,
		fresh: func(*simkit.Tx) simkit.Object { return simkit.Object{} }, keep: keepFuel, show: showFuel,
	}
}

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
	return fuelClass().list(tx, c, func(i *simkit.Item) bool {
		at, _ := time.Parse(time.RFC3339, simkit.Text(i.Object, "purchased_at"))
		v, ok := tx.Get(vehicles, idText(simkit.Int(i.Object, "vehicle_id")))
		taxed := kind != "ifta" || ok && v.Object["ifta"] == true
		return taxed && !at.Before(from) && at.Before(last.AddDate(0, 0, 1)) && passesFilters(c, i.Object)
	})
}

// passesFilters reports whether a purchase passes the filters by value.
func passesFilters(c *simkit.Call, o simkit.Object) bool {
	one := func(value string, wanted []string) bool { return len(wanted) == 0 || slices.Contains(wanted, value) }
	return names(c, "vehicle_ids", o, "vehicle_id") && one("api", c.Query["source"]) &&
		one(simkit.Text(o, "fuel_type"), c.Query["fuel_type"]) &&
		one(simkit.Text(o, "jurisdiction"), listed(c, "jurisdictions"))
}

func keepFuel(tx *simkit.Tx, c *simkit.Call, before simkit.Object) (*simkit.Item, error) {
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
	return store(tx, fuel, o)
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
