package motive

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func fuelClass() class {
	return class{path: fuelPath, plural: "fuel_purchases", singular: "fuel_purchase", collection: fuels,
		tell: telling(tellFuel)}
}

// fuelRecord is what Motive shows of a purchase. Amounts are numbers, or texts that hold one. It shows no
// place beside the jurisdiction.
type fuelRecord struct {
	PurchasedAt  string         `json:"purchased_at"`
	FuelType     string         `json:"fuel_type"`
	Fuel         jsontext.Value `json:"fuel"`
	FuelUnit     string         `json:"fuel_unit"`
	TotalCost    jsontext.Value `json:"total_cost"`
	Currency     string         `json:"currency"`
	Vendor       string         `json:"vendor"`
	Odometer     jsontext.Value `json:"odometer"`
	OdometerUnit string         `json:"odometer_unit"`
	Vehicle      named          `json:"vehicle"`
	Driver       named          `json:"driver"`
}

type fuelFields struct {
	Odometer   jsontext.Value `json:"odometer,omitzero"`
	FuelType   string         `json:"fuel_type,omitzero"`
	FuelVolume jsontext.Value `json:"fuel_volume,omitzero"`
	FuelVendor string         `json:"fuel_vendor,omitzero"`
	TotalCost  string         `json:"total_cost,omitzero"`
	Currency   string         `json:"currency,omitzero"`
}

func tellFuel(r fuelRecord, _ reading) told {
	f := fuelFields{FuelType: fuelTypes().read(r.FuelType), FuelVendor: r.Vendor, Currency: r.Currency}
	if n, ok := amount(r.TotalCost); ok {
		f.TotalCost = resource.Rounded(n.Rat(), 9)
	}
	// The page's own example of a unit is in lower case.
	distance := map[string]string{"MI": "miles", "KM": "kilo_meters"}[strings.ToUpper(r.OdometerUnit)]
	if n, ok := amount(r.Odometer); ok && distance != "" {
		f.Odometer = jsontext.Value(resource.Rounded(n.Metres(distance), 9))
	}
	volume := map[string]string{"gal": "US_GALLON", "ltr": "LITER"}[strings.ToLower(r.FuelUnit)]
	if n, ok := amount(r.Fuel); ok && volume != "" {
		f.FuelVolume = jsontext.Value(resource.Rounded(n.Litres(volume), 9))
	}
	return told{fields: f, at: moment(r.PurchasedAt), names: names(map[string]tsp.Named{
		"driver_id":  {Collection: users, SourceID: resource.SourceID(r.Driver.ID)},
		"vehicle_id": {Collection: vehicles, SourceID: resource.SourceID(r.Vehicle.ID)},
	})}
}

// amount reads a number, or a text that holds one.
func amount(raw jsontext.Value) (resource.Number, bool) {
	text := jsontext.Value(strings.Trim(string(raw), `"`))
	return resource.Number(text), text.IsValid() && text.Kind() == '0'
}
