package tsp

import "strings"

// passwordLength leaves room for all kinds of characters and fits the shortest bound known.
const passwordLength = 20

// The kinds of characters, without those that look alike.
const (
	upperCase = "ABCDEFGHJKLMNPQRSTUVWXYZ"
	lowerCase = "abcdefghijkmnopqrstuvwxyz"
	digits    = "23456789"
	symbols   = "-_.!"
)

// Password makes a password of 20 characters from at least 20 bytes that Write.Secret derived.
// It holds each kind of character that TSPs' rules ask for, and the same bytes make the same one.
func Password(secret []byte) string {
	kinds := []string{upperCase, lowerCase, digits, symbols}
	var out strings.Builder
	for i := range passwordLength {
		kind := lowerCase + upperCase + digits
		if i < len(kinds) {
			kind = kinds[i]
		}
		out.WriteByte(kind[int(secret[i])%len(kind)])
	}
	return out.String()
}
