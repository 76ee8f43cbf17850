package samsara

import (
	"net/http"
	"strings"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

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
		Makes:      fuels,
		Uses:       fuelUses(),
		Check:      tsp.Checked(checkFuel),
		Warn:       tsp.Checked(warnFuel),
		Steps: []rest.Step{{Key: "purchase", Method: http.MethodPost, Path: fuelPath, Encode: rest.Body(encodeFuel), Decode: decodeFuel,
			Harms: true, Again: func(w tsp.Write) bool { return w.Settings.Bool(settingResendFuel) }}},
	}
}

func fuelUses() tsp.Uses {
	missing := tsp.Dropped("its fuel purchases have no such field")
	place := tsp.FieldUse{Use: tsp.UseSent, Reason: "not sent beside location_string, because a purchase has one location, a text"}
	return tsp.Uses{
		"driver_id":                tsp.Sent().Into(drivers),
		"vehicle_id":               tsp.Sent().Into(vehicles),
		"co_driver_id":             missing,
		"latitude":                 place,
		"longitude":                place,
		"location_string":          tsp.Sent().Length(1, 0),
		"odometer":                 missing,
		"odometer_unit":            missing,
		"transaction_time":         tsp.Required(),
		"transaction_jurisdiction": tsp.Dropped("its fuel purchases have it only within the address; name it in location_string"),
		"fuel_type":                tsp.FieldUse{Use: tsp.UseSent, Reason: "LPG becomes Propane, and HYBRID becomes Other"},
		"fuel_volume":              tsp.Sent(),
		"fuel_volume_unit":         tsp.Sent(),
		"fuel_vendor":              tsp.Sent(),
		"total_cost":               tsp.Required(),
		"currency":                 tsp.Required().Length(3, 3),
	}
}

// fuelBody is a POST of /fuel-purchase. Quantity and amount are texts. The time keeps the caller's offset, as that of the
// document's example does, so that the day of a purchase near midnight is the one of its place.
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
		Location:  f.Place(),
		Price:     price{decimal(f.TotalCost.Or("0").Rat()), strings.ToLower(f.Currency.Or(""))},
		Reference: mark(w.Operation),
		Time:      f.TransactionTime.Or(time.Time{}).Format(time.RFC3339Nano),
		Vehicle:   string(vehicle), Driver: string(driver),
		FuelType: fuelTypes()[f.FuelType.Or("")], Merchant: f.FuelVendor.Or(""),
	}, nil
}

// fuelTypes are Samsara's IFTA fuel types. LPG counts as propane, as IFTA counts it; the spelling of LNG is theirs.
func fuelTypes() map[string]string {
	return map[string]string{"GASOLINE": "Gasoline", "DIESEL": "Diesel", "ETHANOL": "Ethanol", "METHANOL": "Methanol",
		"PROPANE": "Propane", "LPG": "Propane", "CNG": "CompressedNaturalGas", "LNG": "LiquifiedNaturalGas",
		"HYDROGEN": "Hydrogen", "ELECTRICITY": "Electricity", "HYBRID": "Other"}
}

// fuelHeld is our word for the fuel that Samsara has of one of ours; "" if that may be any other.
func fuelHeld(kind string) string {
	switch fuelTypes()[kind] {
	case "Propane":
		return "PROPANE"
	case "Other":
		return ""
	}
	return kind
}

// decodeFuel reads the id. Samsara shows nothing else of a purchase, so that what its record says otherwise than the
// payload follows from what was sent.
func decodeFuel(w tsp.Write, a rest.Answer) (tsp.Written, error) {
	made, err := rest.Decode[struct {
		Data jsontext.Value `json:"data"`
	}](a)
	if err != nil {
		return tsp.Written{Collection: fuels}, err
	}
	var key struct {
		UUID resource.SourceID `json:"uuid"`
	}
	if json.Unmarshal(made.Data, &key) != nil || key.UUID == "" {
		return tsp.Written{Collection: fuels}, a.Unconfirmed("Samsara's answer holds no id", nil)
	}
	out := tsp.Written{SourceID: key.UUID, Collection: fuels}
	f, err := tsp.PayloadOf[*resource.FuelTransaction](w)
	if err != nil {
		return out, err
	}
	held := fuelFields{Currency: strings.ToUpper(f.Currency.Or(""))}
	if kind := fuelHeld(f.FuelType.Or("")); kind != "" {
		held.FuelType = &kind
	}
	fields, err := json.Marshal(held)
	out.Record = &tsp.Record{Collection: fuels, SourceID: key.UUID, Fields: fields}
	return out, err
}

// fuelFields are what the record of a purchase says otherwise than its payload; null is a fuel that may be any other.
type fuelFields struct {
	FuelType *string `json:"fuel_type"`
	Currency string  `json:"currency"`
}
