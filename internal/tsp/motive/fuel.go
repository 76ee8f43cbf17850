package motive

import (
	"context"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

const fuelPath = "/v1/fuel_purchases"

// fuelBody is what is written of a purchase of fuel. The time keeps the caller's zone, because Motive counts
// purchases by days and quarters.
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
	b := fuelBody{VehicleID: vehicle, DriverID: driver, PurchasedAt: f.TransactionTime.Or(time.Time{}).Format(time.RFC3339),
		Jurisdiction: strings.ToUpper(f.TransactionJurisdiction.Or("")), FuelType: fuelTypes().sent[f.FuelType.Or("")],
		RefNo: w.Operation.String(), Vendor: f.FuelVendor.Or(""), Location: f.Place(),
		Currency: strings.ToUpper(f.Currency.Or(""))}
	if cost, ok := f.TotalCost.Get(); ok {
		// Its other forms, such as ".5" and "+5", are no decimals to everybody.
		b.TotalCost = resource.Rounded(cost.Rat(), 9)
	}
	volume, unit := f.FuelVolume.Litres(f.FuelVolumeUnit), "ltr"
	if f.FuelVolumeUnit == "US_GALLON" {
		volume, unit = f.FuelVolume.Rat(), "gal"
	}
	b.Fuel, b.FuelUnit = jsontext.Value(resource.Rounded(volume, 9)), unit
	if distance, unit := mileage(f); unit != "" {
		b.Odometer, b.OdometerUnit = jsontext.Value(resource.Rounded(distance, 0)), unit
	}
	return b, err
}

// mileage is the odometer in the unit in which it is sent, still with its fraction; "" where one is missing.
func mileage(f *resource.FuelTransaction) (distance *big.Rat, unit string) {
	odometer, ok := f.Odometer.Get()
	switch given := f.OdometerUnit.Or(""); {
	case !ok || given == "":
		return nil, ""
	case given == "miles":
		return odometer.Rat(), "MI"
	default:
		return odometer.Kilometres(given), "KM"
	}
}

func createFuel(k class) rest.Write {
	return rest.Write{
		Capability: tsp.Capability{Kind: resource.KindFuelTransaction, Verb: resource.Create},
		Strength:   tsp.VerifyFirst,
		Uses:       fuelUses(),
		Check:      tsp.Checked(checkFuel),
		Warn:       tsp.Checked(warnFuel),
		Method:     http.MethodPost,
		Path:       fuelPath,
		Encode:     rest.Body(func(f *resource.FuelTransaction, w tsp.Write) (any, error) { return fuelFrom(f, w) }),
		Decode:     k.decode,
		Show:       k.show,
		Find:       k.findFuel,
	}
}

// findFuel looks for the purchase by the operation id, which is its reference number. The list
// reaches from a day before the purchase, in UTC, to two behind it, because Motive reads dates in the company's
// time zone and does not say whether the last one is included.
func (k class) findFuel(ctx context.Context, send rest.Send, w tsp.Write) (tsp.Written, bool, error) {
	f, _ := w.Payload.(*resource.FuelTransaction)
	at := f.TransactionTime.Or(w.SentAt).UTC()
	query := url.Values{"start_date": {at.AddDate(0, 0, -1).Format(time.DateOnly)},
		"end_date": {at.AddDate(0, 0, 2).Format(time.DateOnly)}}
	var ours jsontext.Value
	err := pages(ctx, send, rest.Call{Path: fuelPath, Query: query}, func(page struct {
		Purchases []struct {
			Purchase jsontext.Value `json:"fuel_purchase"`
		} `json:"fuel_purchases"`
	}) int {
		for _, one := range page.Purchases {
			var told struct {
				RefNo string `json:"ref_no"`
			}
			if json.Unmarshal(one.Purchase, &told) == nil && told.RefNo == w.Operation.String() {
				ours = one.Purchase
			}
		}
		return len(page.Purchases)
	})
	if err != nil || ours == nil {
		return tsp.Written{}, false, err
	}
	r, err := k.record(ours, reading{})
	if err != nil {
		return tsp.Written{}, false, &tsp.Error{Class: tsp.Broken, Message: "a fuel_purchase has an unexpected shape", Err: err}
	}
	return tsp.Written{SourceID: r.SourceID, Collection: r.Collection, Record: &r}, true, nil
}
