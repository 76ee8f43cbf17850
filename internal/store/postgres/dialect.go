package postgres

import (
	"strconv"
	"strings"
)

// native is a text of the tables as PostgreSQL reads it: ?1 and ? are $1, and INDEXED BY is left out, since
// PostgreSQL is not told which index to use. What stands in quotes or in a comment stays as it is.
func native(text string) string {
	var out strings.Builder
	out.Grow(len(text) + 8)
	last := 0
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '\'' || c == '"' || strings.HasPrefix(text[i:], "--") || strings.HasPrefix(text[i:], "/*"):
			n := aside(text[i:])
			out.WriteString(text[i : i+n])
			i += n
		case c == '?':
			n := digits(text[i+1:])
			number, err := strconv.Atoi(text[i+1 : i+1+n])
			if err != nil {
				number = last + 1
			}
			last = max(last, number)
			out.WriteString("$" + strconv.Itoa(number))
			i += 1 + n
		case isWord(c):
			n := word(text[i:])
			if skipped := indexedBy(text[i:]); skipped > 0 {
				n = skipped
			} else {
				out.WriteString(text[i : i+n])
			}
			i += n
		default:
			out.WriteByte(c)
			i++
		}
	}
	return out.String()
}

// aside is how long a quotation or a comment is, with which a text begins. A quote that is doubled in a
// quotation ends it and begins the next one.
func aside(text string) int {
	begin, end := 1, text[:1]
	switch text[:min(2, len(text))] {
	case "--":
		begin, end = 2, "\n"
	case "/*":
		begin, end = 2, "*/"
	}
	n := strings.Index(text[begin:], end)
	if n < 0 {
		return len(text)
	}
	return begin + n + len(end)
}

// indexedBy is how long INDEXED BY with its index is, and the space after it; 0 if a text does not begin so.
func indexedBy(text string) int {
	rest, ok := strings.CutPrefix(text, "INDEXED BY ")
	if !ok {
		return 0
	}
	rest = strings.TrimLeft(rest[word(rest):], " ")
	return len(text) - len(rest)
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func word(text string) int {
	n := 0
	for n < len(text) && isWord(text[n]) {
		n++
	}
	return n
}

func digits(text string) int {
	n := 0
	for n < len(text) && text[n] >= '0' && text[n] <= '9' {
		n++
	}
	return n
}
