package geotab

import (
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func fuelUses() tsp.Uses {
	var kinds []string
	for kind := range products() {
		kinds = append(kinds, kind)
	}
	const nought = "0 is not sent: it stands at Geotab for a value that is not known"
	place := tsp.Sent().Because("0, 0 is not sent: it stands at Geotab for a place that is not known")
	return tsp.Uses{
		"driver_id":                tsp.Sent().Into(users),
		"vehicle_id":               tsp.Sent().Into(devices),
		"co_driver_id":             tsp.Dropped("its fuel transactions have one driver"),
		"latitude":                 place,
		"longitude":                place,
		"location_string":          tsp.Sent().Length(0, maxComment-100),
		"odometer":                 tsp.Sent().Because(nought),
		"odometer_unit":            tsp.Sent().Because("not sent without odometer, nor beside one of 0"),
		"transaction_time":         tsp.Sent(),
		"transaction_jurisdiction": tsp.Sent().Length(0, 90),
		"fuel_type":                tsp.Sent().Only("a volume of it has no meaning at Geotab", kinds...),
		"fuel_volume":              tsp.Sent(),
		"fuel_volume_unit":         tsp.Sent(),
		"fuel_vendor":              tsp.Sent().Length(0, maxReference),
		"total_cost":               tsp.Sent().Because(nought),
		"currency":                 tsp.Sent().Length(3, 3),
	}
}

// checkFuel refuses what is no currency, a cost below 0, and halves: a cost without its currency would be taken
// for US dollars.
func checkFuel(f *resource.FuelTransaction, _ tsp.Settings) []resource.Problem {
	var wrong []resource.Problem
	needs := func(has, lacks resource.State, path, message string) {
		if has == resource.Set && lacks != resource.Set {
			wrong = append(wrong, resource.Problem{Path: path, Code: resource.CodeRequired, Message: message})
		}
	}
	if code, ok := f.Currency.Get(); ok && (len(code) != 3 || strings.Trim(strings.ToUpper(code), letters) != "") {
		wrong = append(wrong, resource.Problem{Path: "currency", Input: resource.Excerpt(code), Code: resource.CodeUnsupported,
			Message: "must be an ISO 4217 code of three letters at Geotab, such as USD"})
	}
	if cost, ok := f.TotalCost.Get(); ok && cost.Rat().Sign() < 0 {
		wrong = append(wrong, resource.Problem{Path: "total_cost", Input: resource.Excerpt(string(cost)), Code: resource.CodeUnsupported,
			Message: "must not be below 0 at Geotab"})
	}
	needs(f.TotalCost.State(), f.Currency.State(), "currency", "is required beside total_cost at Geotab, which would take US dollars")
	needs(f.Odometer.State(), f.OdometerUnit.State(), "odometer_unit", "is required beside odometer at Geotab")
	needs(f.Latitude.State(), f.Longitude.State(), "longitude", "is required beside latitude")
	needs(f.Longitude.State(), f.Latitude.State(), "latitude", "is required beside longitude")
	return wrong
}

// warnFuel tells of a unit without a distance, and of noughts, which are Geotab's marks for what is not known.
func warnFuel(f *resource.FuelTransaction, _ tsp.Settings) []tsp.Warning {
	all := loneUnit(f.Odometer.State(), f.OdometerUnit.State())
	nought := func(paths ...string) {
		for _, path := range paths {
			all = append(all, tsp.Warning{Path: path, Dropped: true,
				Message: "not sent to Geotab: 0 stands there for a value that is not known"})
		}
	}
	if cost, ok := f.TotalCost.Get(); ok && cost.Rat().Sign() == 0 {
		nought("total_cost")
	}
	if odometer, ok := f.Odometer.Get(); ok && odometer.Rat().Sign() == 0 {
		nought("odometer", "odometer_unit")
	}
	lat, okLat := f.Latitude.Get()
	lon, okLon := f.Longitude.Get()
	if okLat && okLon && lat.Rat().Sign() == 0 && lon.Rat().Sign() == 0 {
		nought("latitude", "longitude")
	}
	return all
}
