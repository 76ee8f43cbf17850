package sim

import (
	"slices"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// Pages (developer-docs.gomotive.com/reference/pagination): numbered from 1.
const (
	pageDefault = 25
	pageLargest = 100
)

// paged are the parameters of a list, after those of its filters.
func paged(filters ...string) []string { return append(filters, "page_no", "per_page") }

// page answers one page of a list under the plural name, each object in an envelope of the singular. A page past the
// end is empty (observed). That a page size over 100 is refused is not documented.
func page(c *simkit.Call, plural, singular string, all []simkit.Object) (any, error) {
	size, err := c.Whole("per_page", pageDefault, 1, pageLargest)
	if err != nil {
		return nil, err
	}
	number, err := c.Whole("page_no", 1, 1, 1<<30)
	if err != nil {
		return nil, err
	}
	total := int64(len(all))
	from := min((number-1)*size, total)
	to := min(from+size, total)
	shown := make([]any, 0, to-from)
	for _, o := range all[from:to] {
		shown = append(shown, simkit.Object{singular: o})
	}
	return simkit.Object{plural: shown, "pagination": simkit.Object{
		"per_page": size, "page_no": number, "total": total,
	}}, nil
}

// arrays are parameters that take several values: separated by commas, repeated, or in the array form of Rails. Which of
// these Motive takes is not documented.
func arrays(names ...string) []string {
	for _, name := range slices.Clone(names) {
		names = append(names, name+"[]")
	}
	return names
}

// listed are the values of one of arrays.
func listed(c *simkit.Call, name string) []string { return c.Listed(name, name+"[]") }

// moment is a parameter that holds a time; false when it is not given.
func moment(c *simkit.Call, name string) (time.Time, bool, error) {
	if !c.Query.Has(name) {
		return time.Time{}, false, nil
	}
	at, ok := parseTime(c.Query.Get(name), caller(c).zone)
	if !ok {
		return at, false, simkit.Invalid("%s must be a date or a time in ISO 8601 format", name)
	}
	return at, true, nil
}

// day is a parameter that holds a date; the result is the start of that day.
func day(c *simkit.Call, name string, absent time.Time) (time.Time, error) {
	if !c.Query.Has(name) {
		return absent, nil
	}
	at, err := time.ParseInLocation(time.DateOnly, c.Query.Get(name), caller(c).zone)
	if err != nil {
		return at, simkit.Invalid("%s must be a date like 2026-01-31", name)
	}
	return at, nil
}

// parseTime reads an ISO 8601 date or date-time; one without a zone is in the given one.
func parseTime(s string, zone *time.Location) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateOnly} {
		if at, err := time.ParseInLocation(layout, s, zone); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}
