package samsara

import (
	"math/big"

	"github.com/waybill-dev/waybill/internal/resource"
)

// metres converts a distance and rounds it to whole metres.
func metres(n resource.Number, unit string) string { return resource.Rounded(n.Metres(unit), 0) }

// decimal spells a number exactly.
func decimal(n *big.Rat) string {
	digits, _ := n.FloatPrec()
	return n.FloatString(digits)
}
