package postgres

import (
	"encoding/binary"
	"errors"
	"math"
)

// number reads a numeric, as sum answers for bigint: a count of digits of base 10,000, the weight of the first
// one, the sign (0 or 0x4000), how many decimals are shown, and the digits, each in two bytes.
func number(v []byte) (any, error) {
	const header = 8
	if len(v) < header || len(v) != header+2*int(binary.BigEndian.Uint16(v)) {
		return nil, errors.New("a numeric is cut off")
	}
	weight, sign := int(int16(binary.BigEndian.Uint16(v[2:]))), binary.BigEndian.Uint16(v[4:])
	var whole int64
	var all float64
	for i := 0; i < len(v[header:])/2 || i <= weight; i++ {
		digit := uint16(0)
		if at := header + 2*i; at < len(v) {
			digit = binary.BigEndian.Uint16(v[at:])
		}
		all += float64(digit) * math.Pow(10_000, float64(weight-i))
		whole = whole*10_000 + int64(digit)
	}
	if sign == 0x4000 {
		whole, all = -whole, -all
	} else if sign != 0 {
		return nil, errors.New("a numeric is no number")
	}
	if binary.BigEndian.Uint16(v[6:]) == 0 && math.Abs(all) < 1<<62 {
		return whole, nil
	}
	return all, nil
}
