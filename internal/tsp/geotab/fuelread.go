package geotab

import (
	"context"
	"strconv"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// fuelRead is what is read of a FuelTransaction. Its defaults are 0 for cost and odometer and [0,0] for the
// place (developers.geotab.com/myGeotab/apiReference/objects/FuelTransaction, read 2026-11-27), so that these say
// nothing.
type fuelRead struct {
	Device      looseRef `json:"device"`
	Driver      looseRef `json:"driver"`
	DateTime    string   `json:"dateTime"`
	Volume      figure   `json:"volume"`
	Cost        figure   `json:"cost"`
	Currency    string   `json:"currencyCode"`
	Odometer    figure   `json:"odometer"`
	Product     string   `json:"productType"`
	Description string   `json:"providerProductDescription"`
	SiteName    string   `json:"siteName"`
	Location    *place   `json:"location"`
}

// figure is a number as it is spelt; "" for none.
type figure resource.Number

// UnmarshalJSON keeps the spelling.
func (f *figure) UnmarshalJSON(raw []byte) error {
	if jsontext.Value(raw).Kind() == '0' {
		*f = figure(raw)
	}
	return nil
}

func (f figure) number() resource.Number { return resource.Number(f) }

// told tells whether it is there and is not 0.
func (f figure) told() bool {
	value, err := strconv.ParseFloat(string(f), 64)
	return err == nil && value != 0
}

// place is a Coordinate.
type place struct {
	X figure `json:"x"`
	Y figure `json:"y"`
}

// point is a place in GeoJSON.
type point struct {
	Type        string           `json:"type"`
	Coordinates []jsontext.Value `json:"coordinates"`
}

func (p *place) point() *point {
	if p == nil || !p.X.told() && !p.Y.told() {
		return nil
	}
	return &point{"Point", []jsontext.Value{spelt(p.X.number().Rat()), spelt(p.Y.number().Rat())}}
}

// fuelFields are the members of the unified fuel transaction that a FuelTransaction has.
type fuelFields struct {
	Location   *point         `json:"location,omitzero"`
	Odometer   jsontext.Value `json:"odometer,omitzero"`
	FuelType   string         `json:"fuel_type,omitzero"`
	FuelVolume jsontext.Value `json:"fuel_volume,omitzero"`
	FuelVendor string         `json:"fuel_vendor,omitzero"`
	TotalCost  string         `json:"total_cost,omitzero"`
	Currency   string         `json:"currency,omitzero"`
}

func showFuel(_ context.Context, _ *call, source jsontext.Value) (*shown, error) {
	var r fuelRead
	if err := json.Unmarshal(source, &r); err != nil {
		return nil, err
	}
	at, err := time.Parse(time.RFC3339Nano, r.DateTime)
	if err != nil {
		return nil, err
	}
	f := fuelFields{Location: r.Location.point(), FuelType: fuelOf(r.Product, r.Description), FuelVendor: r.SiteName, Currency: r.Currency}
	// Of electricity the volume is no litres.
	if r.Volume != "" && r.Product != "Electric" {
		f.FuelVolume = spelt(r.Volume.number().Rat())
	}
	if r.Odometer.told() {
		f.Odometer = spelt(r.Odometer.number().Metres("kilo_meters"))
	}
	if r.Cost.told() {
		f.TotalCost = string(spelt(r.Cost.number().Rat()))
	}
	names := map[string][]tsp.Named{}
	name(names, "driver_id", users, r.Driver)
	name(names, "vehicle_id", devices, r.Device)
	return &shown{fields: f, names: names, at: at}, nil
}

// fuelOf is our word for a product: the description, where it is ours, else what the product's type means.
func fuelOf(product, description string) string {
	if products()[description] == product {
		return description
	}
	return map[string]string{
		"Regular": "GASOLINE", "Midgrade": "GASOLINE", "Premium": "GASOLINE", "Super": "GASOLINE", "Diesel": "DIESEL",
		"E85": "ETHANOL", "LPG": "LPG", "CNG": "CNG", "Hydrogen": "HYDROGEN", "Electric": "ELECTRICITY",
	}[product]
}
