package resource

import (
	"math/big"
	"strings"
)

// The units of the unified model are exact by definition: a mile is the international one, and a
// gallon of the United States holds 231 cubic inches. Conversions are exact too. Of a word that is
// no unit they are nil.

// Litres returns a volume whose unit is a value of fuel_volume_unit.
func (n Number) Litres(unit string) *big.Rat {
	return n.times(map[string]string{"LITER": "1", "CUBIC_METER": "1000",
		"US_GALLON": "3.785411784", "IMPERIAL_GALLON": "4.54609"}[unit])
}

// Metres returns a distance whose unit is a value of odometer_unit.
func (n Number) Metres(unit string) *big.Rat {
	return n.times(map[string]string{"meters": "1", "kilo_meters": "1000", "miles": "1609.344"}[unit])
}

// Kilometres returns a distance whose unit is a value of odometer_unit.
func (n Number) Kilometres(unit string) *big.Rat {
	return n.times(map[string]string{"meters": "0.001", "kilo_meters": "1", "miles": "1.609344"}[unit])
}

func (n Number) times(factor string) *big.Rat {
	if factor == "" {
		return nil
	}
	return new(big.Rat).Mul(n.Rat(), Number(factor).Rat())
}

// Rounded writes a number without an exponent and without needless zeros, rounded to that many
// places, halves away from zero.
func Rounded(r *big.Rat, places int) string {
	text := r.FloatString(places)
	if strings.Contains(text, ".") {
		text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	}
	return text
}
