package samsara

import (
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// checkFuel refuses what Samsara would: it needs a place, an amount of money and a volume.
func checkFuel(f *resource.FuelTransaction, _ tsp.Settings) []resource.Problem {
	var out []resource.Problem
	given := map[string]bool{"latitude": f.Latitude.State() == resource.Set, "longitude": f.Longitude.State() == resource.Set}
	if f.Place() == "" && given["latitude"] == given["longitude"] {
		out = append(out, problem("location_string", f.LocationString.Or(""), resource.CodeRequired,
			"is required by Samsara, unless latitude and longitude are both given"))
	}
	for _, half := range []struct{ path, beside string }{{"longitude", "latitude"}, {"latitude", "longitude"}} {
		if given[half.beside] && !given[half.path] {
			out = append(out, problem(half.path, "", resource.CodeRequired, "is required beside "+half.beside))
		}
	}
	if f.FuelVolume.Rat().Sign() <= 0 {
		out = append(out, problem("fuel_volume", string(f.FuelVolume), resource.CodeRange, "must be above 0 at Samsara"))
	}
	if cost, ok := f.TotalCost.Get(); ok && cost.Rat().Sign() < 0 {
		out = append(out, problem("total_cost", string(cost), resource.CodeRange, "must not be negative at Samsara"))
	}
	if currency, ok := f.Currency.Get(); ok && !slices.Contains(currencies(), strings.ToUpper(currency)) {
		out = append(out, problem("currency", currency, resource.CodeEnum, "must be one of "+strings.Join(currencies(), ", ")+" at Samsara"))
	}
	return out
}

// currencies are those that Samsara takes; it spells them in lower case.
func currencies() []string { return []string{"USD", "GBP", "CAD", "EUR", "CHF", "MXN"} }

// warnFuel tells that of two ways to say where, one is sent, and of fuels for which Samsara has a wider word.
func warnFuel(f *resource.FuelTransaction, _ tsp.Settings) []tsp.Warning {
	var out []tsp.Warning
	if strings.TrimSpace(f.LocationString.Or("")) != "" && f.Latitude.State() == resource.Set {
		const why = "not sent to Samsara: it takes one location, and location_string is given"
		out = append(out, tsp.Warning{Path: "latitude", Message: why, Dropped: true}, tsp.Warning{Path: "longitude", Message: why, Dropped: true})
	}
	if kind := f.FuelType.Or(""); fuelHeld(kind) != kind {
		out = append(out, tsp.Warning{Path: "fuel_type", Message: "is " + fuelTypes()[kind] + " at Samsara, which has no word for " + kind})
	}
	return out
}
