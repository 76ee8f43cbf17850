package sim

import (
	"strconv"
	"strings"
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
func (c *call) page(plural, singular string, all []simkit.Object) (any, error) {
	size, err := c.wholeNumber("per_page", pageDefault, pageLargest)
	if err != nil {
		return nil, err
	}
	number, err := c.wholeNumber("page_no", 1, 1<<30)
	if err != nil {
		return nil, err
	}
	from := min((number-1)*size, len(all))
	to := min(from+size, len(all))
	shown := make([]any, 0, to-from)
	for _, o := range all[from:to] {
		shown = append(shown, simkit.Object{singular: o})
	}
	return simkit.Object{plural: shown, "pagination": simkit.Object{
		"per_page": int64(size), "page_no": int64(number), "total": int64(len(all)),
	}}, nil
}

func (c *call) wholeNumber(name string, absent, largest int) (int, error) {
	if !c.query.Has(name) {
		return absent, nil
	}
	n, err := strconv.Atoi(c.query.Get(name))
	if err != nil || n < 1 || n > largest {
		return 0, invalid("%s must be a whole number from 1 to %d", name, largest)
	}
	return n, nil
}

// listed is a parameter that takes several values: separated by commas, repeated, or in the array form of Rails. Which
// of these Motive takes is not documented.
func (c *call) listed(name string) []string {
	var values []string
	for _, given := range append(c.query[name], c.query[name+"[]"]...) {
		values = append(values, strings.Split(given, ",")...)
	}
	return values
}

// moment is a parameter that holds a time; false when it is not given.
func (c *call) moment(name string) (time.Time, bool, error) {
	if !c.query.Has(name) {
		return time.Time{}, false, nil
	}
	at, ok := parseTime(c.query.Get(name), c.zone)
	if !ok {
		return at, false, invalid("%s must be a date or a time in ISO 8601 format", name)
	}
	return at, true, nil
}

// day is a parameter that holds a date; the result is the start of that day.
func (c *call) day(name string, absent time.Time) (time.Time, error) {
	if !c.query.Has(name) {
		return absent, nil
	}
	at, err := time.ParseInLocation(time.DateOnly, c.query.Get(name), c.zone)
	if err != nil {
		return at, invalid("%s must be a date like 2026-01-31", name)
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
