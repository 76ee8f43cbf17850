package api

import (
	"cmp"
	"net/url"
	"slices"
	"time"

	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/resource"
)

// codeCursor is the code of a cursor that does not lead to a page of the list. Such a cursor is a
// 422 like any other wrong parameter.
const codeCursor = "cursor_invalid"

// pageBody is the contract's page of whatever is listed. Lists of records and of organisations
// tell how many there are in all. CurrentPageBackwards is always null: a cursor here knows its own
// direction.
type pageBody[T any] struct {
	Items                []T     `json:"items"`
	Total                *int    `json:"total,omitzero"`
	CurrentPage          *string `json:"current_page"`
	CurrentPageBackwards *string `json:"current_page_backwards"`
	PreviousPage         *string `json:"previous_page"`
	NextPage             *string `json:"next_page"`
}

// pageOf is the body that answers a list's request. It comes after q.err, when every parameter
// that narrows the list was read: bound knows them by that.
func pageOf[T any](q *query, p page.Page[T]) pageBody[T] {
	// A cursor is made for whichever of the two neighbours exists, and is null where none does.
	link := func(at page.Position, backwards bool) *string {
		if at.IsZero() {
			return nil
		}
		text := q.bound().Write(page.Cursor{Place: at, Backwards: backwards, Carried: q.carries.Encode()})
		return &text
	}
	b := pageBody[T]{Items: p.Items, Total: p.Total, PreviousPage: link(p.Previous, true), NextPage: link(p.Next, false)}
	if cursor := q.text("cursor"); cursor != "" {
		b.CurrentPage = &cursor
	}
	return b
}

// paged reads which page of a list is wanted. A cursor that cannot be read is noted and the
// reading goes on, so that other problems are told with it. 300 and 1,000 are the contract's.
func (q *query) paged() {
	q.carries = url.Values{}
	q.window.Limit = q.integer("size", 300, 1, 1000)
	text := q.text("cursor")
	if text == "" {
		return
	}
	c, err := page.Read(text)
	if err != nil {
		q.wrong("cursor", text, err.Error(), codeCursor)
		return
	}
	q.cursor, q.window.Place, q.window.Backwards = &c, c.Place, c.Backwards
	// What cannot be read is not of this list, whose mark is looked at in the end.
	q.held, _ = url.ParseQuery(c.Carried)
}

// bound is what cursors are bound to: the list and all that narrows it, in one form whatever
// the order of the parameters.
func (q *query) bound() page.List {
	filters := url.Values{}
	for name := range q.read {
		switch name {
		case "size", "cursor", "include_source_data": // These narrow nothing.
		case sortBy, sortOrder, rangeStart, rangeEnd: // These are carried.
		default:
			// Repeated values select the same in any order and number; without that a client that
			// builds its query from a map could not go on with its own cursor.
			filters[name] = slices.Compact(slices.Sorted(slices.Values(q.given[name])))
		}
	}
	return page.List{Path: q.path, Filters: filters.Encode()}
}

// checkCursor refuses a cursor of another list or of other filters.
func (q *query) checkCursor() {
	if q.cursor == nil {
		return
	}
	err := q.cursor.Check(q.bound())
	// A parameter that a cursor carries is no part of its mark, so it is compared by itself.
	if err == nil && q.strays {
		err = page.ErrFilters
	}
	if err != nil {
		q.wrong("cursor", q.text("cursor"), err.Error(), codeCursor)
	}
}

// The parameters that a cursor carries, so that the next request need not repeat them.
const (
	sortBy     = "sort_by"
	sortOrder  = "sort_order"
	rangeStart = "from_datetime"
	rangeEnd   = "to_datetime"
)

// carry completes a parameter that cursors carry: with a cursor its value is the cursor's, which
// the request may only repeat. fallback is what the list does when nobody says anything; it is not
// written into cursors, which keeps them short.
func (q *query) carry(name, given, fallback string) string {
	value := cmp.Or(given, fallback)
	if q.cursor != nil {
		value = cmp.Or(q.held.Get(name), fallback)
		q.strays = q.strays || given != "" && given != value
	}
	if value != fallback {
		q.carries.Set(name, value)
	}
	return value
}

// The bounds of a list's time range.
const (
	// The contract's.
	maxRange     = 45 * 24 * time.Hour
	defaultRange = 24 * time.Hour
)

// period reads a list's time range; what neither the request nor its cursor gives is zero.
func (q *query) period() (from, to time.Time) {
	read := func(name string) time.Time {
		given := ""
		if t := q.time(name); !t.IsZero() {
			// Compared in one form: the same instant may be written in several.
			given = instant(t)
		}
		t, _ := time.Parse(time.RFC3339Nano, q.carry(name, given, ""))
		return t
	}
	return read(rangeStart), read(rangeEnd)
}

// instant is a time as cursors carry it. It is cut to what stores keep, so that a bound selects
// the same whether it comes with the request or with a cursor.
func instant(t time.Time) string { return t.UTC().Truncate(time.Microsecond).Format(time.RFC3339Nano) }

// within checks a complete time range and has cursors carry it, so that the range of a list stays
// where it was on its first page. hint says what was not given.
func (q *query) within(from, to time.Time, hint string) {
	if d := to.Sub(from); d < 0 || d > maxRange {
		q.wrong(rangeStart, q.text(rangeStart), "must be before to_datetime by 45 days at most"+hint, resource.CodeRange)
	}
	q.carries.Set(rangeStart, instant(from))
	q.carries.Set(rangeEnd, instant(to))
}
