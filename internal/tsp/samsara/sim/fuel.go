package sim

import (
	"math/big"
	"regexp"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

var (
	fuelRequired = []string{
		"fuelQuantityLiters", "transactionLocation", "transactionPrice", "transactionReference", "transactionTime",
	}
	decimal   = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`)
	reference = regexp.MustCompile(`^[a-zA-Z0-9\-]{1,32}$`)
)

// fuelShape is the body of POST /fuel-purchase. Quantities and amounts are texts.
func fuelShape() simkit.Shape {
	free := simkit.String(0, 0)
	price := simkit.Nested(simkit.Shape{
		"amount":   simkit.Matching("a decimal number", decimal.MatchString),
		"currency": simkit.Enum("usd", "gbp", "cad", "eur", "chf", "mxn"),
	}, "amount", "currency")
	return simkit.Shape{
		"fuelQuantityLiters":  simkit.Matching("a decimal number above 0", positive),
		"transactionLocation": simkit.String(1, 0), "transactionPrice": price, "discount": price,
		"transactionReference": simkit.Matching("1 to 32 letters, digits and hyphens", reference.MatchString),
		"transactionTime":      rfc3339, "vehicleId": simkit.String(1, 0), "driverId": simkit.String(1, 0),
		"fuelGrade": simkit.Enum("Unknown", "Regular", "Premium"),
		"iftaFuelType": simkit.Enum("Unspecified", "A55", "Biodiesel", "CompressedNaturalGas", "Diesel", "E85", "Electricity",
			"Ethanol", "Gasohol", "Gasoline", "Hydrogen", "LiquifiedNaturalGas", "M85", "Methanol", "Propane", "Other"),
		"merchantName": free, "source": free,
	}
}

func positive(s string) bool {
	n, ok := new(big.Rat).SetString(s)
	return ok && decimal.MatchString(s) && n.Sign() > 0
}

// postFuelPurchase stores a purchase, which cannot be read back. What a repeated transactionReference does is not
// documented; here it makes a second purchase, which shows a caller that repeats itself, or is refused by a switch.
func (s *service) postFuelPurchase(tx *simkit.Tx, c *simkit.Call) (any, error) {
	if id := simkit.Text(c.Body, "vehicleId"); id != "" {
		if _, err := lookUpAsset(tx, classVehicle, id); err != nil {
			return nil, simkit.Invalid("vehicleId: there is no vehicle %q", id)
		}
	}
	if id := simkit.Text(c.Body, "driverId"); id != "" {
		if _, err := lookUp(tx, drivers, id); err != nil {
			return nil, simkit.Invalid("driverId: there is no driver %q", id)
		}
	}
	var keys []string
	if s.Host.On(uniqueReferences) {
		keys = append(keys, "fuel purchase "+simkit.Text(c.Body, "transactionReference"))
	}
	id := uuid.NewString()
	if err := tx.Put(fuel, id, merge(c.Body, simkit.Object{"uuid": id}), keys...); err != nil {
		return nil, err
	}
	return data(simkit.Object{"uuid": id}), nil
}
