package api

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/waybill-dev/waybill/internal/resource"
)

// The codes of what is wrong with a query itself, before any value is looked at.
const (
	codePair    = "query_malformed"
	codeUnknown = "parameter_unknown"
)

// split takes a raw query apart. url.ParseQuery would drop the pairs that it cannot read, and a list
// without one of its filters shows more than was asked for.
func (q *query) split(raw string) {
	for pair := range strings.SplitSeq(raw, "&") {
		// An ampersand too many says nothing.
		if pair == "" {
			continue
		}
		rawName, rawValue, _ := strings.Cut(pair, "=")
		name, nameErr := url.QueryUnescape(rawName)
		value, err := url.QueryUnescape(rawValue)
		switch {
		case strings.Contains(pair, ";"):
			q.wrong(rawName, pair,
				"must not hold a semicolon; separate parameters by &, and write one in a value as %3B", codePair)
		case nameErr != nil:
			q.wrong(rawName, pair, notEscaped, codePair)
		case err != nil:
			q.wrong(name, rawValue, notEscaped, codePair)
		case !utf8.ValidString(name) || !utf8.ValidString(value):
			q.wrong(name, value, "must be UTF-8", resource.CodeBadText)
		case strings.ContainsRune(name+value, 0):
			q.wrong(name, value, "must not contain the NUL character", resource.CodeBadText)
		default:
			if _, again := q.given[name]; !again {
				q.names = append(q.names, name)
			}
			q.given[name] = append(q.given[name], value)
			if strings.Contains(rawValue, ",") {
				q.commas = append(q.commas, name)
			}
			continue
		}
		// What stands there was meant for this parameter: it is told of once, and not as unknown.
		q.told[name] = true
	}
}

const notEscaped = "is not escaped as a URL must be; write a percent sign as %25"

// strange refuses the parameters that nobody has read, each with what was most likely meant, or
// notes them where the operator has unknown ones ignored. What is nearly one of ours is refused there as
// well: the list would be wider than was asked for.
func (q *query) strange() {
	for _, name := range q.names {
		if q.read[name] || q.told[name] {
			continue
		}
		// Clients write a list so that expect every server to be one of theirs.
		base, _, bracketed := strings.Cut(name, "[")
		bracketed = bracketed && q.read[base]
		known := q.known()
		near := resource.Nearest(name, known)
		if q.ignores && !bracketed && near == "" && name != "" {
			q.ignored = append(q.ignored, url.QueryEscape(resource.Excerpt(name)))
			continue
		}
		if q.problems.Full() {
			q.problems.Add(resource.Problem{})
			continue
		}
		message := "is not a parameter of this request; "
		switch {
		case bracketed:
			message += "write " + base + " without brackets, once for each value"
		case near != "":
			message += "did you mean \"" + near + "\"?"
		case len(known) == 0:
			message += "it has none"
		default:
			message += "there are " + strings.Join(known, ", ")
		}
		q.wrong(name, strings.Join(q.given[name], "&"), message, codeUnknown)
	}
}
