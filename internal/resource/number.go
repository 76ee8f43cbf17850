package resource

import (
	"math/big"
	"strconv"
)

// Number is a JSON number kept as the caller spelt it, so that money and volumes are never
// rounded by a float on their way through.
type Number string

// Float returns the nearest float64.
func (n Number) Float() float64 {
	f, _ := strconv.ParseFloat(string(n), 64)
	return f
}

// Rat returns the exact value. The field tables bound the exponent, so it stays small.
func (n Number) Rat() *big.Rat {
	r, ok := new(big.Rat).SetString(string(n))
	if !ok {
		return new(big.Rat)
	}
	return r
}
