package samsara

import (
	"math/big"

	"github.com/waybill-dev/waybill/internal/resource"
)

// Factors to Samsara's units, exact by definition.
const (
	litresOfUSGallon       = "3.785411784"
	litresOfImperialGallon = "4.54609"
	metresOfMile           = "1609.344"
)

// litres converts a volume exactly.
func litres(n resource.Number, unit string) string {
	return decimal(times(n, map[string]string{"US_GALLON": litresOfUSGallon, "IMPERIAL_GALLON": litresOfImperialGallon,
		"CUBIC_METER": "1000"}[unit]))
}

// metres converts a distance and rounds it to whole metres, halves upwards.
func metres(n resource.Number, unit string) string {
	return times(n, map[string]string{"miles": metresOfMile, "kilo_meters": "1000"}[unit]).FloatString(0)
}

// times multiplies by a factor; "" is 1.
func times(n resource.Number, factor string) *big.Rat {
	f, ok := new(big.Rat).SetString(factor)
	if !ok {
		return n.Rat()
	}
	return f.Mul(f, n.Rat())
}

// decimal spells a number without exponent and without digits that say nothing.
func decimal(n *big.Rat) string {
	digits, _ := n.FloatPrec()
	return n.FloatString(digits)
}
