package motive

import (
	"maps"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func fuelUses() tsp.Uses {
	unshown := tsp.Sent().NotRead("Motive shows no place of a purchase beside its jurisdiction")
	placed := unshown.Because("sent as the text of the purchase's one place, and not beside location_string, which is " +
		"that text then")
	return tsp.Uses{
		"driver_id":                tsp.Sent().Into(users),
		"vehicle_id":               tsp.Sent().Into(vehicles),
		"co_driver_id":             tsp.Dropped("its purchases have one driver"),
		"latitude":                 placed,
		"longitude":                placed,
		"location_string":          unshown,
		"odometer":                 tsp.Sent().NotRead("Motive takes whole miles or kilometres"),
		"odometer_unit":            tsp.Sent(),
		"transaction_time":         tsp.Required(),
		"transaction_jurisdiction": tsp.Required().Because("a US state or a Canadian province of two letters"),
		"fuel_type": tsp.Required().Only("Motive has no word for it", slices.Collect(maps.Keys(fuelTypes().sent))...).
			NotRead("Motive has no word for some, which it is sent as other; LPG reads as PROPANE, whose word it shares"),
		"fuel_volume":      tsp.Sent().Because("over 0"),
		"fuel_volume_unit": tsp.Sent(),
		"fuel_vendor":      tsp.Sent(),
		"total_cost":       tsp.Sent().Because("at least 0, with its currency"),
		"currency":         tsp.Sent().Because("USD or CAD"),
	}
}

// checkFuel refuses halves, and what Motive has no word for.
func checkFuel(f *resource.FuelTransaction, _ tsp.Settings) []resource.Problem {
	var wrong problems
	if state := f.TransactionJurisdiction.Or(""); !isJurisdiction(state) {
		wrong.refuse("transaction_jurisdiction", state, resource.CodeUnsupported,
			"must be a US state or a Canadian province of two letters such as TX at Motive")
	}
	currency, ok := f.Currency.Get()
	if upper := strings.ToUpper(currency); ok && upper != "USD" && upper != "CAD" {
		wrong.refuse("currency", currency, resource.CodeUnsupported, "must be USD or CAD at Motive")
	}
	if f.FuelVolume.Rat().Sign() <= 0 {
		wrong.refuse("fuel_volume", string(f.FuelVolume), resource.CodeUnsupported, "must be over 0 at Motive")
	}
	if cost, given := f.TotalCost.Get(); given && cost.Rat().Sign() < 0 {
		wrong.refuse("total_cost", string(cost), resource.CodeUnsupported, "must be at least 0 at Motive")
	}
	if f.TotalCost.State() == resource.Set && !ok {
		wrong.refuse("currency", "", resource.CodeRequired, "is required beside total_cost at Motive")
	}
	if f.Odometer.State() == resource.Set && f.OdometerUnit.State() != resource.Set {
		wrong.refuse("odometer_unit", "", resource.CodeRequired, "is required beside odometer at Motive")
	}
	if f.OdometerUnit.State() == resource.Set && f.Odometer.State() != resource.Set {
		wrong.refuse("odometer", "", resource.CodeRequired, "is required beside odometer_unit, which says nothing alone")
	}
	if f.Latitude.State() == resource.Set && f.Longitude.State() != resource.Set {
		wrong.refuse("longitude", "", resource.CodeRequired, "is required beside latitude")
	}
	if f.Longitude.State() == resource.Set && f.Latitude.State() != resource.Set {
		wrong.refuse("latitude", "", resource.CodeRequired, "is required beside longitude")
	}
	return wrong
}

// isJurisdiction tells whether Motive counts purchases in it, in whatever case it is written.
func isJurisdiction(state string) bool {
	const known = " AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC" +
		" ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY AB BC MB NB NL NS NT NU ON PE QC SK YT "
	return len(state) == 2 && strings.Contains(known, " "+strings.ToUpper(state)+" ")
}

// warnFuel tells what Motive holds in another word, rounded, or not at all: of two ways to say where, one is sent.
func warnFuel(f *resource.FuelTransaction, _ tsp.Settings) []tsp.Warning {
	out := warnFuelWord("fuel_type", f.FuelType.Or(""))
	if distance, unit := mileage(f); unit != "" && !distance.IsInt() {
		out = append(out, tsp.Warning{Path: "odometer",
			Message: "sent to Motive as " + resource.Rounded(distance, 0) + " " + unit + ", because it takes whole units"})
	}
	if strings.TrimSpace(f.LocationString.Or("")) == "" {
		return out
	}
	for path, given := range map[string]resource.State{"latitude": f.Latitude.State(), "longitude": f.Longitude.State()} {
		if given == resource.Set {
			out = append(out, tsp.Warning{Path: path, Dropped: true,
				Message: "not sent to Motive: its purchases have one place, and location_string is given"})
		}
	}
	slices.SortFunc(out, func(a, b tsp.Warning) int { return strings.Compare(a.Path, b.Path) })
	return out
}

// warnFuelWord tells of a fuel for which Motive has no word, or one that it shares with another.
func warnFuelWord(path, fuel string) []tsp.Warning {
	word := fuelTypes().sent[fuel]
	if word == "" || fuelTypes().read(word) == fuel {
		return nil
	}
	return []tsp.Warning{{Path: path, Message: "sent to Motive as " + word + ", because it has no word for " + fuel +
		"; its records do not show it again"}}
}
