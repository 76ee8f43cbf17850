package resource

import "math/big"

// Number is a JSON number kept as the caller spelt it, so that money and volumes are never
// rounded by a float on their way through.
type Number string

// Rat returns the exact value. The field tables bound the exponent, so it stays small.
func (n Number) Rat() *big.Rat {
	r, ok := new(big.Rat).SetString(string(n))
	if !ok {
		return new(big.Rat)
	}
	return r
}
