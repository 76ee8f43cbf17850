package api

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
)

// query reads the parameters of a request and collects what is wrong with them, so that the caller
// learns all of it at once. A reader that finds a value wrong notes that and returns something
// harmless, so the caller must ask err before it uses any of them.
type query struct {
	path  string
	given url.Values
	// names holds those of given in the order of the request, and commas those that have a comma in
	// a value which is not escaped.
	names, commas []string
	// read names the parameters that were asked for: what the request has beside them is unknown,
	// and bound knows by it what narrows the list. told names those that were found wrong before.
	read, told map[string]bool
	problems   resource.Tally

	// ignores lets unknown parameters pass; ignored are their names, escaped, which the answer's
	// header tells.
	ignores bool
	ignored []string
	header  http.Header

	// What follows is set by paged.
	window page.Window
	cursor *page.Cursor
	// held is what the cursor carries, and carries what the cursors of the answer shall.
	held, carries url.Values
	// strays tells that the request contradicts what the cursor carries.
	strays bool
}

// query begins the reading of a request's parameters.
func (s *Server) query(w http.ResponseWriter, r *http.Request) *query {
	q := &query{path: r.URL.Path, given: url.Values{}, read: map[string]bool{}, told: map[string]bool{},
		ignores: s.IgnoreUnknown, header: w.Header()}
	q.split(r.URL.RawQuery)
	return q
}

// ignoredHeader names the parameters of a request that had no effect; see Config.IgnoreUnknown.
const ignoredHeader = "Waybill-Ignored-Parameters"

// err ends the reading. It must be called once, after the last parameter was read, because the
// cursor is held against all that narrow the list, and what was not read is unknown. Its error is
// a 422.
func (q *query) err() error {
	q.strange()
	q.checkCursor()
	if n := len(q.ignored); n > maxListed {
		q.ignored = append(q.ignored[:maxListed], fmt.Sprintf("and %d more", n-maxListed))
	}
	if len(q.ignored) > 0 {
		q.header.Set(ignoredHeader, strings.Join(q.ignored, ", "))
	}
	if wrong := q.problems.Problems(); len(wrong) > 0 {
		return problem.InvalidBody(wrong...)
	}
	return nil
}

// wrong adds a problem of a parameter's value; input is what was sent.
func (q *query) wrong(name, input, message, code string) {
	q.told[name] = true
	q.problems.Add(wrong(name, input, message, code))
}

// values returns a parameter as it was given; every reading of one goes through here. Empty values
// are refused: a client that meant to say something has lost it, and whoever means nothing can leave
// the parameter out.
func (q *query) values(name string) []string {
	if !q.read[name] && slices.Contains(q.given[name], "") {
		q.drop(name, "", "must not be empty; leave the parameter out or give it a value", resource.CodeTooShort)
	}
	q.read[name] = true
	return q.given[name]
}

// drop refuses a parameter, which then counts as absent.
func (q *query) drop(name, input, message, code string) {
	q.wrong(name, input, message, code)
	delete(q.given, name)
}

// text returns a parameter that takes one value, "" if it is absent.
func (q *query) text(name string) string {
	switch all := q.values(name); len(all) {
	case 0:
		return ""
	case 1:
		return all[0]
	default:
		q.drop(name, strings.Join(all, "&"), "must be given once", resource.CodeRepeated)
		return ""
	}
}

// boolean reads true or false, or what Python, JavaScript, PHP and HTML forms make of them; nil if
// the parameter is absent.
func (q *query) boolean(name string) *bool {
	var value bool
	switch text := q.text(name); strings.ToLower(text) {
	case "":
		return nil
	case "false", "0", "off", "no":
	case "true", "1", "on", "yes":
		value = true
	default:
		q.wrong(name, text, "must be true or false", resource.CodeBoolean)
	}
	return &value
}

// isSet tells whether a parameter is given and true.
func (q *query) isSet(name string) bool {
	value := q.boolean(name)
	return value != nil && *value
}

// id reads a UUID; uuid.Nil if the parameter is absent or wrong.
func (q *query) id(name string) uuid.UUID {
	text := q.text(name)
	if text == "" {
		return uuid.Nil
	}
	return q.parseID(name, text)
}

// parseID reads one value of a parameter; resource.ParseID takes the hyphenated form alone, so
// that an id has one spelling.
func (q *query) parseID(name, text string) uuid.UUID {
	id, ok := resource.ParseID(text)
	if !ok {
		message := resource.NotAnID
		if strings.Contains(text, ",") {
			message += "; repeat the parameter for several"
		}
		q.wrong(name, text, message, resource.CodeUUID)
	}
	return id
}

// time reads an instant in RFC 3339 with its offset; zero if the parameter is absent or wrong. Times up
// to 1970 are what languages hold that were given none; one of them is Go's zero, which means absent here.
func (q *query) time(name string) time.Time {
	text := q.text(name)
	if text == "" {
		return time.Time{}
	}
	t, ok := resource.ParseTime(text)
	switch {
	case !ok:
		q.wrong(name, text, resource.NotATime+timeHint(text), resource.CodeDateTime)
	case t.Unix() <= 0:
		q.wrong(name, text, "must be later than 1970; leave the parameter out where no time is meant", resource.CodeRange)
		return time.Time{}
	}
	return t.UTC()
}

// timeHint says how to write a time that languages print with a space, without an offset, or whose "+"
// was not escaped in the URL and has become a space; "" for any other text.
func timeHint(text string) string {
	var hints []string
	if len(text) > 10 && text[10] == ' ' {
		text = text[:10] + "T" + text[11:]
		hints = append(hints, "a T between date and time")
	}
	if before, after, found := strings.Cut(text, " "); found {
		text = before + "+" + after
		hints = append(hints, "the + of an offset as %2B")
	} else if _, whole := resource.ParseTime(text); !whole {
		text += "Z"
		hints = append(hints, "an offset such as Z")
	}
	if _, ok := resource.ParseTime(text); !ok {
		return ""
	}
	return "; write " + strings.Join(hints, ", and ")
}

// integer reads a number between two bounds, both included; fallback if it is absent or wrong.
func (q *query) integer(name string, fallback, low, high int) int {
	text := q.text(name)
	if text == "" {
		return fallback
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < low || n > high {
		q.wrong(name, text, "must be an integer from "+strconv.Itoa(low)+" to "+strconv.Itoa(high), resource.CodeRange)
		return fallback
	}
	return n
}

const (
	// maxValues is how many a repeated parameter may have. 100 is the contract's bound of fleet_ids
	// and fleet_refs; it bounds as well what a store gets to compare.
	maxValues = 100
	// maxListed bounds what the header lists.
	maxListed = 20
)

// list reads a parameter that may be repeated and holds texts. A comma that is not escaped separates
// several for some clients; the name of one could hold it as well, so it is refused and not guessed at.
func (q *query) list(name string) []string {
	if slices.Contains(q.commas, name) {
		q.drop(name, strings.Join(q.values(name), "&"),
			"must not hold a comma; repeat the parameter for several, and write one in a value as %2C", resource.CodePattern)
	}
	return q.bounded(name)
}

// bounded reads a parameter that may be repeated.
func (q *query) bounded(name string) []string {
	all := q.values(name)
	if len(all) > maxValues {
		// The input is left out: it is long, and not one of its values is wrong.
		q.drop(name, "", "must hold at most "+strconv.Itoa(maxValues)+" items", resource.CodeListLong)
		return nil
	}
	return all
}

// ids reads a parameter that may be repeated and holds UUIDs, each once.
func (q *query) ids(name string) []uuid.UUID {
	var all []uuid.UUID
	// A wrong value is told and comes in as uuid.Nil; err keeps the list from being used.
	for _, text := range q.bounded(name) {
		if id := q.parseID(name, text); !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	return all
}

// known lists the parameters that were read, by name.
func (q *query) known() []string { return slices.Sorted(maps.Keys(q.read)) }

// oneOf reads a parameter that must be one of some values, or absent. "" stands for absent, so
// none of the values may be "".
func oneOf[T ~string](q *query, name string, values ...T) T {
	text := q.text(name)
	if text == "" || slices.Contains(values, T(text)) {
		return T(text)
	}
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = string(v)
	}
	q.wrong(name, text, resource.NotAValue(text, names), resource.CodeEnum)
	return ""
}
