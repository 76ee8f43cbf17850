package samsara

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

const fuelPath = "/fuel-purchase"

// createFuel records a purchase under the operation as its reference. Samsara has no way to read
// purchases, and whether it refuses or doubles a repeated reference is documented nowhere (neither in
// https://developers.samsara.com/reference/postfuelpurchase nor in its guide to fuel cards, 2026-11-27), so a
// purchase without an answer is repeated only where the connection's settings allow it.
func createFuel() rest.Write {
	return rest.Write{
		Capability: tsp.Capability{Kind: resource.KindFuelTransaction, Verb: resource.Create},
		Strength:   tsp.None,
		Unknowable: "its API cannot read purchases, so whether one without an answer was taken cannot be found out",
		Uses:       fuelUses(),
		Check:      tsp.Checked(checkFuel),
		Warn:       tsp.Checked(warnFuel),
		Steps: []rest.Step{{Key: "purchase", Method: http.MethodPost, Path: fuelPath, Encode: rest.Body(encodeFuel), Decode: decodeFuel,
			Harms: true, Again: func(w tsp.Write) bool { return w.Settings.Bool(settingResendFuel) }}},
	}
}

func fuelUses() tsp.Uses {
	missing := tsp.Dropped("its fuel purchases have no such field")
	return tsp.Uses{
		"driver_id":                tsp.Sent().Into(drivers),
		"vehicle_id":               tsp.Sent().Into(vehicles),
		"co_driver_id":             missing,
		"latitude":                 tsp.Sent(),
		"longitude":                tsp.Sent(),
		"location_string":          tsp.Sent().Length(1, 0),
		"odometer":                 missing,
		"odometer_unit":            missing,
		"transaction_time":         tsp.Required(),
		"transaction_jurisdiction": tsp.Dropped("its fuel purchases have it only within the address; name it in location_string"),
		"fuel_type":                tsp.Sent(),
		"fuel_volume":              tsp.Sent(),
		"fuel_volume_unit":         tsp.Sent(),
		"fuel_vendor":              tsp.Sent(),
		"total_cost":               tsp.Required(),
		"currency":                 tsp.Required().Length(3, 3),
	}
}

// checkFuel refuses what Samsara would: it needs a place, an amount of money and a volume.
func checkFuel(f *resource.FuelTransaction, _ tsp.Settings) []resource.Problem {
	var out []resource.Problem
	if located(f) == "" {
		out = append(out, problem("location_string", f.LocationString.Or(""), resource.CodeRequired,
			"is required by Samsara, unless latitude and longitude are both given"))
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

// currencies are those that Samsara takes, in lower case.
func currencies() []string { return []string{"USD", "GBP", "CAD", "EUR", "CHF", "MXN"} }

// warnFuel tells that of two ways to say where, one is sent.
func warnFuel(f *resource.FuelTransaction, _ tsp.Settings) []tsp.Warning {
	if strings.TrimSpace(f.LocationString.Or("")) == "" {
		return nil
	}
	const why = "not sent to Samsara: it takes one location, and location_string is given"
	var out []tsp.Warning
	if f.Latitude.State() == resource.Set {
		out = append(out, tsp.Warning{Path: "latitude", Message: why, Dropped: true})
	}
	if f.Longitude.State() == resource.Set {
		out = append(out, tsp.Warning{Path: "longitude", Message: why, Dropped: true})
	}
	return out
}

// located is where the purchase was made: the text, or the coordinates as "40.748441, -73.985664".
func located(f *resource.FuelTransaction) string {
	if place := f.LocationString.Or(""); strings.TrimSpace(place) != "" {
		return place
	}
	lat, ok := f.Latitude.Get()
	lon, also := f.Longitude.Get()
	if !ok || !also {
		return ""
	}
	return decimal(lat.Rat()) + ", " + decimal(lon.Rat())
}

// fuelBody is a POST of /fuel-purchase. Quantity and amount are texts.
type fuelBody struct {
	Litres    string `json:"fuelQuantityLiters"`
	Location  string `json:"transactionLocation"`
	Price     price  `json:"transactionPrice"`
	Reference string `json:"transactionReference"`
	Time      string `json:"transactionTime"`
	Vehicle   string `json:"vehicleId,omitzero"`
	Driver    string `json:"driverId,omitzero"`
	FuelType  string `json:"iftaFuelType,omitzero"`
	Merchant  string `json:"merchantName,omitzero"`
}

type price struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

func encodeFuel(f *resource.FuelTransaction, w tsp.Write) (any, error) {
	vehicle, _ := w.Refs.One("vehicle_id")
	driver, _ := w.Refs.One("driver_id")
	return fuelBody{
		Litres:    decimal(f.FuelVolume.Litres(f.FuelVolumeUnit)),
		Location:  located(f),
		Price:     price{decimal(f.TotalCost.Or("0").Rat()), strings.ToLower(f.Currency.Or(""))},
		Reference: mark(w.Operation),
		Time:      f.TransactionTime.Or(time.Time{}).Format(time.RFC3339Nano),
		Vehicle:   string(vehicle), Driver: string(driver),
		FuelType: fuelTypes()[f.FuelType.Or("")], Merchant: f.FuelVendor.Or(""),
	}, nil
}

// fuelTypes are Samsara's IFTA fuel types. LPG counts as propane; the spelling of LNG is theirs.
func fuelTypes() map[string]string {
	return map[string]string{"GASOLINE": "Gasoline", "DIESEL": "Diesel", "ETHANOL": "Ethanol", "METHANOL": "Methanol",
		"PROPANE": "Propane", "LPG": "Propane", "CNG": "CompressedNaturalGas", "LNG": "LiquifiedNaturalGas",
		"HYDROGEN": "Hydrogen", "ELECTRICITY": "Electricity", "HYBRID": "Other"}
}

func decodeFuel(_ tsp.Write, a rest.Answer) (tsp.Written, error) {
	made, err := rest.Decode[struct {
		Data struct {
			UUID resource.SourceID `json:"uuid"`
		} `json:"data"`
	}](a)
	if err == nil && made.Data.UUID == "" {
		err = a.Unconfirmed("Samsara's answer holds no id", nil)
	}
	return tsp.Written{SourceID: made.Data.UUID, Collection: fuels}, err
}
