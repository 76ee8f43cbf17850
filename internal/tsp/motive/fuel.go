package motive

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

const fuelPath = "/v1/fuel_purchases"

// fuelBody is what is written of a purchase of fuel.
type fuelBody struct {
	VehicleID    int64          `json:"vehicle_id"`
	DriverID     int64          `json:"driver_id"`
	PurchasedAt  string         `json:"purchased_at"`
	Jurisdiction string         `json:"jurisdiction"`
	FuelType     string         `json:"fuel_type"`
	Fuel         jsontext.Value `json:"fuel"`
	FuelUnit     string         `json:"fuel_unit"`
	TotalCost    string         `json:"total_cost,omitzero"`
	Currency     string         `json:"currency,omitzero"`
	RefNo        string         `json:"ref_no"`
	Vendor       string         `json:"vendor,omitzero"`
	Odometer     jsontext.Value `json:"odometer,omitzero"`
	OdometerUnit string         `json:"odometer_unit,omitzero"`
	Location     string         `json:"location,omitzero"`
}

func fuelFrom(f *resource.FuelTransaction, w tsp.Write) (fuelBody, error) {
	vehicle, err := reference(w, "vehicle_id")
	if err != nil {
		return fuelBody{}, err
	}
	driver, err := reference(w, "driver_id")
	b := fuelBody{VehicleID: vehicle, DriverID: driver, PurchasedAt: f.TransactionTime.Or(time.Time{}).UTC().Format(time.RFC3339),
		Jurisdiction: strings.ToUpper(f.TransactionJurisdiction.Or("")), FuelType: fuelTypes()[f.FuelType.Or("")],
		RefNo: w.Operation.String(), Vendor: f.FuelVendor.Or(""), Location: f.LocationString.Or(""),
		TotalCost: string(f.TotalCost.Or("")), Currency: strings.ToUpper(f.Currency.Or(""))}
	volume, unit := f.FuelVolume.Litres(f.FuelVolumeUnit), "ltr"
	if f.FuelVolumeUnit == "US_GALLON" {
		volume, unit = f.FuelVolume.Rat(), "gal"
	}
	b.Fuel, b.FuelUnit = jsontext.Value(resource.Rounded(volume, 9)), unit
	if odometer, ok := f.Odometer.Get(); ok {
		distance, unit := odometer.Rat(), "MI"
		if given := f.OdometerUnit.Or(""); given != "miles" {
			distance, unit = odometer.Kilometres(given), "KM"
		}
		b.Odometer, b.OdometerUnit = jsontext.Value(resource.Rounded(distance, 0)), unit
	}
	return b, err
}

func fuelUses() tsp.Uses {
	return tsp.Uses{
		"driver_id":                tsp.Sent().Into(users),
		"vehicle_id":               tsp.Sent().Into(vehicles),
		"co_driver_id":             tsp.Dropped("its purchases have one driver"),
		"latitude":                 tsp.Dropped("its purchases have a place in words only"),
		"longitude":                tsp.Dropped("its purchases have a place in words only"),
		"location_string":          tsp.Sent(),
		"odometer":                 tsp.Sent(),
		"odometer_unit":            tsp.Sent(),
		"transaction_time":         tsp.Required(),
		"transaction_jurisdiction": tsp.Required(),
		"fuel_type":                tsp.Required().Only("Motive has no word for it", slices.Collect(maps.Keys(fuelTypes()))...),
		"fuel_volume":              tsp.Sent(),
		"fuel_volume_unit":         tsp.Sent(),
		"fuel_vendor":              tsp.Sent(),
		"total_cost":               tsp.Sent(),
		"currency":                 tsp.Sent(),
	}
}

// checkFuel refuses halves, and what Motive has no word for.
func checkFuel(f *resource.FuelTransaction, _ tsp.Settings) []resource.Problem {
	var wrong []resource.Problem
	refuse := func(path, input, code, message string) {
		wrong = append(wrong, resource.Problem{Path: path, Input: resource.Excerpt(input), Code: code, Message: message})
	}
	state := f.TransactionJurisdiction.Or("")
	if len(state) != 2 || strings.Trim(strings.ToUpper(state), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		refuse("transaction_jurisdiction", state, resource.CodeUnsupported, "must be a state or province of two letters such as TX at Motive")
	}
	currency, ok := f.Currency.Get()
	if upper := strings.ToUpper(currency); ok && upper != "USD" && upper != "CAD" {
		refuse("currency", currency, resource.CodeUnsupported, "must be USD or CAD at Motive")
	}
	if f.TotalCost.State() == resource.Set && !ok {
		refuse("currency", "", resource.CodeRequired, "is required beside total_cost at Motive")
	}
	if f.Odometer.State() == resource.Set && f.OdometerUnit.State() != resource.Set {
		refuse("odometer_unit", "", resource.CodeRequired, "is required beside odometer at Motive")
	}
	return wrong
}

func createFuel() rest.Write {
	return rest.Write{
		Capability: tsp.Capability{Kind: resource.KindFuelTransaction, Verb: resource.Create},
		Strength:   tsp.VerifyFirst,
		Uses:       fuelUses(),
		Check:      tsp.Checked(checkFuel),
		Method:     http.MethodPost,
		Path:       fuelPath,
		Encode:     rest.Body(func(f *resource.FuelTransaction, w tsp.Write) (any, error) { return fuelFrom(f, w) }),
		Decode:     decoded("fuel_purchase", fuels),
		Find:       findFuel,
	}
}

// findFuel looks for the purchase by the operation id, which is its reference number. The list
// reaches from a day before the purchase, in UTC, to two behind it, because Motive reads dates in the company's
// time zone and does not say whether the last one is included.
func findFuel(ctx context.Context, send rest.Send, w tsp.Write) (tsp.Written, bool, error) {
	f, _ := w.Payload.(*resource.FuelTransaction)
	at := f.TransactionTime.Or(w.SentAt)
	query := url.Values{"start_date": {at.AddDate(0, 0, -1).Format(time.DateOnly)},
		"end_date": {at.AddDate(0, 0, 2).Format(time.DateOnly)}}
	var out tsp.Written
	found := false
	err := pages(ctx, send, rest.Call{Path: fuelPath, Query: query}, func(page struct {
		Purchases []struct {
			Purchase struct {
				ID    int64  `json:"id"`
				RefNo string `json:"ref_no"`
			} `json:"fuel_purchase"`
		} `json:"fuel_purchases"`
	}) int {
		for _, one := range page.Purchases {
			if one.Purchase.RefNo == w.Operation.String() {
				out, found = tsp.Written{SourceID: resource.SourceID(strconv.FormatInt(one.Purchase.ID, 10)), Collection: fuels}, true
			}
		}
		return len(page.Purchases)
	})
	return out, found, err
}
