package geotab

import (
	"context"
	"math/big"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// fuel is what is written of a FuelTransaction: litres, kilometres, and the UTC time of the purchase. Geotab takes no
// offset and keeps the moment, so that a purchase near midnight is on the day that its reader's time zone makes of it
// (developers.geotab.com/myGeotab/apiReference/objects/FuelTransaction, read 2026-11-27).
type fuel struct {
	Device       *ref           `json:"device,omitzero"`
	Driver       *ref           `json:"driver,omitzero"`
	DateTime     string         `json:"dateTime"`
	Volume       jsontext.Value `json:"volume"`
	Cost         jsontext.Value `json:"cost,omitzero"`
	CurrencyCode string         `json:"currencyCode,omitzero"`
	// Odometer is in kilometres here, while every other odometer of Geotab is in metres.
	Odometer           jsontext.Value `json:"odometer,omitzero"`
	ProductType        string         `json:"productType,omitzero"`
	ProductDescription string         `json:"providerProductDescription,omitzero"`
	Location           *coordinate    `json:"location,omitzero"`
	SiteName           string         `json:"siteName,omitzero"`
	Comments           string         `json:"comments,omitzero"`
	ExternalReference  string         `json:"externalReference"`
}

// coordinate is a place: x is the longitude and y the latitude.
type coordinate struct {
	X jsontext.Value `json:"x"`
	Y jsontext.Value `json:"y"`
}

func fuelFrom(f *resource.FuelTransaction, w tsp.Write) fuel {
	out := fuel{DateTime: stamp(f.TransactionTime.Or(made(w.Operation))), ExternalReference: w.Operation.String(),
		Volume:       spelt(f.FuelVolume.Litres(f.FuelVolumeUnit)),
		CurrencyCode: strings.ToUpper(f.Currency.Or("")), SiteName: f.FuelVendor.Or(""),
	}
	if id, ok := w.Refs.One("vehicle_id"); ok {
		out.Device = refTo(id)
	}
	if id, ok := w.Refs.One("driver_id"); ok {
		out.Driver = refTo(id)
	}
	if cost, ok := f.TotalCost.Get(); ok && cost.Rat().Sign() != 0 {
		out.Cost = spelt(cost.Rat())
	}
	if odometer, ok := f.Odometer.Get(); ok && odometer.Rat().Sign() != 0 {
		out.Odometer = spelt(odometer.Kilometres(f.OdometerUnit.Or("kilo_meters")))
	}
	if kind, ok := f.FuelType.Get(); ok {
		out.ProductType, out.ProductDescription = products()[kind], kind
	}
	lat, okLat := f.Latitude.Get()
	lon, okLon := f.Longitude.Get()
	if okLat && okLon && (lat.Rat().Sign() != 0 || lon.Rat().Sign() != 0) {
		out.Location = &coordinate{X: spelt(lon.Rat()), Y: spelt(lat.Rat())}
	}
	var comments []string
	for _, part := range []resource.Opt[string]{f.LocationString, f.TransactionJurisdiction} {
		if s := part.Or(""); s != "" {
			comments = append(comments, s)
		}
	}
	out.Comments = strings.Join(comments, ", ")
	return out
}

// spelt writes a number as Geotab is told it: with at most 9 decimals.
func spelt(n *big.Rat) jsontext.Value { return jsontext.Value(resource.Rounded(n, 9)) }

// products are Geotab's product types for our fuel types; the word itself goes beside them.
func products() map[string]string {
	return map[string]string{
		"GASOLINE": "Regular", "DIESEL": "Diesel", "ETHANOL": "E85", "PROPANE": "LPG", "LPG": "LPG", "CNG": "CNG",
		"HYDROGEN": "Hydrogen", "METHANOL": "Unknown", "LNG": "Unknown", "HYBRID": "Unknown",
	}
}

func fuelSteps(f *resource.FuelTransaction, w tsp.Write) ([]step, error) {
	return []step{{key: "fuel", method: add, entity: "FuelTransaction", collection: fuels, body: plain(fuelFrom(f, w)),
		find: findFuel, duplicate: true}}, nil
}

// findFuel looks for the transaction by the operation id, which is its external reference. That is
// read back, because a search that is ignored would find others.
func findFuel(ctx context.Context, c *call, w tsp.Write) (resource.SourceID, bool, error) {
	type transaction struct {
		ID        resource.SourceID `json:"id"`
		Reference string            `json:"externalReference"`
	}
	reference := w.Operation.String()
	of := wanted{"FuelTransaction", map[string]string{"externalReference": reference}}
	one, found, err := search(ctx, c, of, func(f transaction) bool {
		return tsp.SameName(f.Reference, reference)
	})
	return one.ID, found, err
}
