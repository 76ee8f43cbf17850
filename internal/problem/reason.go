package problem

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MostReason bounds a reason, in characters.
const MostReason = 200

// Reason is why somebody does what others meet, as it is kept: one line of text that can be seen. path is where it was given.
func Reason(path, given string) (string, error) {
	why, message := strings.TrimSpace(given), ""
	switch {
	case !utf8.ValidString(why) || strings.ContainsFunc(why, disturbs):
		message = "must be one line of text, without what turns its direction"
	case !strings.ContainsFunc(why, unicode.IsPrint):
		message = "must say why, in a few words, for whoever finds it later"
	case utf8.RuneCountInString(why) > MostReason:
		message = fmt.Sprintf("must have at most %d characters, and has %d", MostReason, utf8.RuneCountInString(why))
	default:
		return why, nil
	}
	return "", &Error{Code: Invalid, Details: []Detail{{Path: path, Input: given, Message: message}}}
}

// Quoted is a text of somebody's between quotes, for people: as it is, but for what would break its line or turn its direction.
func Quoted(text string) string {
	var out strings.Builder
	out.WriteByte('"')
	for _, c := range strings.ToValidUTF8(text, "\uFFFD") {
		if disturbs(c) {
			out.WriteString(strings.Trim(strconv.QuoteRuneToASCII(c), "'"))
			continue
		}
		out.WriteRune(c)
	}
	out.WriteByte('"')
	return out.String()
}

// disturbs tells whether a character does something to the text around it: controls, ends of lines, and those that turn the
// direction. Joiners do not, which words of some languages need.
func disturbs(c rune) bool {
	return unicode.In(c, unicode.Cc, unicode.Zl, unicode.Zp) || c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069
}
