package tables

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/store/engine"
)

// scanner is a row as far as its columns are read in their order.
type scanner interface{ Scan(into ...any) error }

// reading makes an entry of a row. It is called once for each row, in their order.
type reading[T any] func(row scanner) (T, error)

// read reads all rows of a query by one of the pools.
func read[T any](ctx context.Context, db *DB, by engine.Pool, query string, scan reading[T], args []any) ([]T, error) {
	defer db.wasRead(time.Now())
	var all []T
	err := db.database.Query(ctx, by, query, args, func(r engine.Row) error {
		one, err := scan(r)
		all = append(all, one)
		return err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// list reads all rows of a query. It reads beside the writer, so it sees what was committed before
// it began and nothing of a write that waits. The text is kept; it must not hold values.
func list[T any](ctx context.Context, db *DB, query string, scan reading[T], args ...any) ([]T, error) {
	all, err := read(ctx, db, engine.Kept, query, scan, args)
	return all, db.troubled(err)
}

// one reads a single row; scan is given what it says if there is none.
func one[T any](ctx context.Context, db *DB, query string, scan reading[T], args ...any) (v T, err error) {
	all, err := read(ctx, db, engine.Kept, query, scan, args)
	if err == nil && len(all) == 0 {
		v, err = scan(noRow{})
	} else if err == nil {
		v = all[0]
	}
	return v, db.troubled(err)
}

// noRow is where a row is looked for and none is.
type noRow struct{}

// Scan says that there is none.
func (noRow) Scan(...any) error { return sql.ErrNoRows }

// search is list for a text that is built from filters: there are too many to keep.
func search[T any](ctx context.Context, db *DB, query string, scan reading[T], args ...any) ([]T, error) {
	all, err := read(ctx, db, engine.Searched, query, scan, args)
	return all, db.troubled(err)
}

// scanOne reads a row of one column.
func scanOne[T any](row scanner) (v T, err error) {
	err = row.Scan(&v)
	return v, err
}

// conditions builds a WHERE clause; each part brings its own parameters in order. Parameters are
// plain "?", bound in their order: how many there are is not known before. A query may not mix
// them with numbered ones.
type conditions struct {
	parts []string
	args  []any
}

func (c *conditions) add(part string, args ...any) {
	c.parts = append(c.parts, part)
	c.args = append(c.args, args...)
}

func (c *conditions) addIf(yes bool, part string, args ...any) {
	if yes {
		c.add(part, args...)
	}
}

// where is the clause; there must be a condition.
func (c *conditions) where() string { return " WHERE " + strings.Join(c.parts, " AND ") }

// selection is what a list is made from. from begins with " FROM" and may hold parameters, which
// then stand first in args.
type selection struct {
	columns, from string
	conditions
}

// ordering is what a list is sorted by: a column, and one that orders rows which are equal in it.
// Together they must be unique, or a page could skip or repeat rows.
type ordering struct {
	column, tie string
	descending  bool
	// at are the values of both columns at a place, and place is its inverse for a row of both.
	at    func(page.Position) (column, tie any)
	place reading[page.Position]
}

// direction is that in which rows are read for a window.
func (o ordering) direction(w page.Window) string {
	if o.descending != w.Backwards {
		return "DESC"
	}
	return "ASC"
}

// within narrows a query to what a window may show of a list and returns how the query ends.
// Comparing the pair (a row value) lets SQLite begin at the place in an index over both columns.
// An OFFSET would read what it skips and lose its place whenever a row comes in front of it.
func (c *conditions) within(w page.Window, o ordering) (end string) {
	if !w.Place.IsZero() {
		beyond := map[string]string{"ASC": ">", "DESC": "<"}[o.direction(w)]
		c.beside(beyond, w.Place, o)
	}
	return o.end(w)
}

// end is how a query ends that reads what a window may show.
func (o ordering) end(w page.Window) string { return o.order(w) + " LIMIT " + strconv.Itoa(w.Limit) }

// beside compares rows with a place.
func (c *conditions) beside(how string, place page.Position, o ordering) {
	column, tie := o.at(place)
	c.add("("+o.column+", "+o.tie+") "+how+" (?, ?)", column, tie)
}

// order is how rows are read for a window.
func (o ordering) order(w page.Window) string {
	direction := o.direction(w)
	return " ORDER BY " + o.column + " " + direction + ", " + o.tie + " " + direction
}

// newestFirst is the order by (created_at, id).
func newestFirst() ordering {
	return ordering{"created_at", "id", true, func(p page.Position) (any, any) { return micros(p.At), p.ID[:] },
		func(row scanner) (page.Position, error) {
			var p page.Position
			return p, timed(row, &p, &p.ID)
		}}
}

// bySeq is an order by a time and the row's number.
func bySeq(column, tie string, descending bool) ordering {
	return ordering{column, tie, descending, func(p page.Position) (any, any) { return micros(p.At), p.Seq },
		func(row scanner) (page.Position, error) {
			var p page.Position
			return p, timed(row, &p, &p.Seq)
		}}
}

// timed reads the place of an order by a time.
func timed(row scanner, p *page.Position, tie any) error {
	var at int64
	err := row.Scan(&at, tie)
	p.At = fromMicros(at)
	return err
}

// window reads the part of a list, newest first, that is wanted.
func window[T any](ctx context.Context, db *DB, s selection, w page.Window, scan reading[T]) ([]T, error) {
	return ordered(ctx, db, s, sorted{w, newestFirst()}, scan)
}

// sorted is a part of a list in some order.
type sorted struct {
	page.Window
	by ordering
}

// ordered reads the part of a list that is wanted.
func ordered[T any](ctx context.Context, db *DB, s selection, w sorted, scan reading[T]) ([]T, error) {
	end := s.within(w.Window, w.by)
	all, err := shown(ctx, db, `SELECT `+s.columns+s.from+s.where()+end, scan, s.args...)
	// Nearest first is how they are read, and the list's own order how they are shown.
	if w.Backwards {
		slices.Reverse(all)
	}
	return all, err
}

// counted reads the part of a list that is wanted and counts the whole. The two are not one
// snapshot: a row that comes between them may be in one and not in the other.
func counted[T any](ctx context.Context, db *DB, s selection, w page.Window, scan reading[T]) ([]T, int, error) {
	ctx, end := db.listing(ctx)
	defer end()
	total, err := count(ctx, db, `SELECT 1`+s.from+s.where(), s.args...)
	if err != nil {
		return nil, 0, err
	}
	all, err := window(ctx, db, s, w, scan)
	return all, total, err
}
