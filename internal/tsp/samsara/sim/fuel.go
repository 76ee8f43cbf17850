package sim

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"regexp"

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
func (s *service) postFuelPurchase(tx *simkit.Tx, c *call) (any, error) {
	if id := text(c.body, "vehicleId"); id != "" {
		if _, err := lookUpAsset(tx, classVehicle, id); err != nil {
			return nil, invalid("vehicleId: there is no vehicle %q", id)
		}
	}
	if id := text(c.body, "driverId"); id != "" {
		if _, err := lookUp(tx, drivers, id); err != nil {
			return nil, invalid("driverId: there is no driver %q", id)
		}
	}
	var keys []string
	if s.host.On(uniqueReferences) {
		keys = append(keys, "fuel purchase "+text(c.body, "transactionReference"))
	}
	id := newUUID()
	if err := tx.Put(fuel, id, merge(c.body, simkit.Object{"uuid": id}), keys...); err != nil {
		return nil, err
	}
	return data(simkit.Object{"uuid": id}), nil
}

// newUUID is a random UUID (version 4).
func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
