package postgres

import (
	"regexp"
	"strconv"
	"strings"
)

// Native is a text of the tables as PostgreSQL reads it. What stands in quotes or in a comment stays as it is.
//
//   - ?1 and ? are $1.
//   - INDEXED BY is left out, since PostgreSQL is not told which index to use.
//   - a IN (SELECT ...) is a = ANY (ARRAY (SELECT ...)): such lists are short, and what is in one is looked up in an
//     index whatever the planner believes, also where the list depends on an outer row. NOT IN and lists of several
//     columns stay as they are.
func Native(text string) string {
	var r reader
	r.out.Grow(len(text) + 8)
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '\'' || c == '"' || strings.HasPrefix(text[i:], "--") || strings.HasPrefix(text[i:], "/*"):
			i += r.copy(text[i : i+aside(text[i:])])
		case c == '?':
			i += r.parameter(text[i:])
		case isWord(c):
			i += r.word(text[i:])
		case c == '(':
			r.depth++
			i += r.copy("(")
		case c == ')':
			i += r.copy(")")
			if n := len(r.arrays); n > 0 && r.arrays[n-1] == r.depth {
				r.arrays = r.arrays[:n-1]
				r.out.WriteByte(')')
			}
			r.depth--
		default:
			i += r.copy(text[i : i+1])
		}
	}
	return r.out.String()
}

// reader is how far a text was read. last is the greatest number of a parameter, before the word before, depth how
// many parentheses are open, and arrays at which of them an array was begun.
type reader struct {
	out    strings.Builder
	last   int
	before string
	depth  int
	arrays []int
}

func (r *reader) copy(part string) int {
	r.out.WriteString(part)
	return len(part)
}

// parameter reads one, and returns how long it is.
func (r *reader) parameter(text string) int {
	n := digits(text[1:])
	number, err := strconv.Atoi(text[1 : 1+n])
	if err != nil {
		number = r.last + 1
	}
	r.last = max(r.last, number)
	r.out.WriteString("$" + strconv.Itoa(number))
	return 1 + n
}

// inList begins a list that is asked for.
var inList = regexp.MustCompile(`^IN\s*\(\s*SELECT\b`)

// word reads one with what it begins, and returns how long that is.
func (r *reader) word(text string) int {
	n := word(text)
	if skipped := indexedBy(text); skipped > 0 {
		return skipped
	}
	several := strings.HasSuffix(strings.TrimRight(r.out.String(), " \n\t"), ")")
	list := inList.FindString(text)
	before := r.before
	r.before = text[:n]
	if list == "" || before == "NOT" || several {
		return r.copy(text[:n])
	}
	r.out.WriteString("= ANY (ARRAY (SELECT")
	r.depth++
	r.arrays = append(r.arrays, r.depth)
	return len(list)
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
