package tsptest

import (
	"fmt"
	"strings"
)

// vinCharacters are those of VINs (ISO 3779): no I, O and Q.
const vinCharacters = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"

const vinLength = 17

// vins is a VIN that decodes like the sample, down to the year, with a plant and a serial number
// of its own; none if the sample is no VIN.
func (g tag) vins(sample string) []string {
	sample = strings.ToUpper(sample)
	if len(sample) != vinLength || strings.Trim(sample, vinCharacters) != "" {
		return nil
	}
	const serials = 1_000_000
	number := g.number()
	plant := vinCharacters[number/serials%uint64(len(vinCharacters))]
	vin := []byte(fmt.Sprintf("%s%c%06d", sample[:10], plant, number%serials))
	vin[8] = vinCheck(string(vin))
	return []string{string(vin)}
}

// vinCheck is the check digit of a VIN (49 CFR 565.15), whatever stands in its place.
func vinCheck(vin string) byte {
	const values = "0123456789.ABCDEFGH..JKLMN.P.R..STUVWXYZ" // a letter's place, modulo 10, is its value
	weights := [vinLength]int{8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2}
	sum := 0
	for i, weight := range weights {
		sum += strings.IndexByte(values, vin[i]) % 10 * weight
	}
	return "0123456789X"[sum%11]
}
