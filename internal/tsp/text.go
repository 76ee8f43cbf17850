package tsp

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// SameText compares a text that was sent with one that a TSP shows. TSPs keep a text without the
// white space around it, with one form of line end, and with accents composed or not; none documents
// which, so none of these counts as a difference.
func SameText(a, b string) bool { return plain(a) == plain(b) }

// SameName is SameText for what TSPs compare without case, such as e-mail addresses.
func SameName(a, b string) bool { return strings.EqualFold(plain(a), plain(b)) }

func plain(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return norm.NFC.String(strings.TrimSpace(strings.ReplaceAll(text, "\r", "\n")))
}
