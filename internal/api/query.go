package api

import (
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
	// read names the parameters that were asked for, by which bound knows what narrows the list.
	// What the request has beside them is let pass.
	read     map[string]bool
	problems []problem.Detail

	// What follows is set by newList.
	window page.Window
	cursor *page.Cursor
	// held is what the cursor carries, and carries what the cursors of the answer shall.
	held, carries url.Values
	// strays tells that the request contradicts what the cursor carries.
	strays bool
}

// newQuery reads the parameters of a request that has no pages; see newList.
func newQuery(r *http.Request) *query {
	return &query{path: r.URL.Path, given: r.URL.Query(), read: map[string]bool{}}
}

// err ends the reading. It must be called once, after the last parameter was read, because the
// cursor is held against all that narrow the list. Its error is a 422.
func (q *query) err() error {
	q.checkCursor()
	if len(q.problems) > 0 {
		return problem.InvalidBody(q.problems...)
	}
	return nil
}

// wrong adds a problem of a parameter's value; input is what was sent.
func (q *query) wrong(name, input, message, code string) {
	q.problems = append(q.problems, wrong(name, input, message, code))
}

// values returns a parameter as it was given; every reading of one goes through here.
func (q *query) values(name string) []string {
	q.read[name] = true
	return q.given[name]
}

// text returns a parameter, "" if it is absent or empty.
func (q *query) text(name string) string {
	// Of a parameter that is repeated although it takes one value, the first counts.
	if all := q.values(name); len(all) > 0 {
		return all[0]
	}
	return ""
}

// boolean reads true or false; nil if the parameter is absent.
func (q *query) boolean(name string) *bool {
	var value bool
	switch text := q.text(name); text {
	case "":
		return nil
	case "false", "0":
	case "true", "1":
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
		q.wrong(name, text, "must be a UUID", resource.CodeUUID)
	}
	return id
}

// time reads an instant in RFC 3339 with its offset; zero if the parameter is absent or wrong. A
// "+" that was not escaped in the URL has become a space and is refused.
func (q *query) time(name string) time.Time {
	text := q.text(name)
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		q.wrong(name, text, "must be a date and time such as 2026-01-15T10:30:00Z", resource.CodeDateTime)
	}
	return t
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

// The most values that a repeated parameter may have, and that a problem lists.
const (
	// 100 is the contract's bound of fleet_ids and fleet_refs; it bounds as well what a store gets
	// to compare.
	maxValues = 100
	maxListed = 12
)

// list reads a parameter that may be repeated.
func (q *query) list(name string) []string {
	all := q.values(name)
	if len(all) > maxValues {
		// The input is left out: it is long, and not one of its values is wrong.
		q.wrong(name, "", "must hold at most "+strconv.Itoa(maxValues)+" values", resource.CodeRange)
		return nil
	}
	return all
}

// ids reads a parameter that may be repeated and holds UUIDs, each once.
func (q *query) ids(name string) []uuid.UUID {
	var all []uuid.UUID
	// A wrong value is told and comes in as uuid.Nil; err keeps the list from being used.
	for _, text := range q.list(name) {
		if id := q.parseID(name, text); !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	return all
}

// oneOf reads a parameter that must be one of some values, or absent. "" stands for absent, so
// none of the values may be "".
func oneOf[T ~string](q *query, name string, values ...T) T {
	text := q.text(name)
	if text == "" || slices.Contains(values, T(text)) {
		return T(text)
	}
	message := "is not a known value"
	if len(values) <= maxListed {
		names := make([]string, len(values))
		for i, v := range values {
			names[i] = string(v)
		}
		message = "must be one of " + strings.Join(names, ", ")
	}
	q.wrong(name, text, message, resource.CodeEnum)
	return ""
}
