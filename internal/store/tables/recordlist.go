package tables

import (
	"context"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/record"
)

// RecordPage lists the records that a query selects. A query that names few records (by id, source
// id or reference) finds them by that and sorts them. Any other reads the first entries of each
// fleet and shelf from the index of its order and merges them, so that its cost follows the page
// and the number of fleets, and not the number of records. Rows are picked by number first and
// read then, so that sorting does not carry whole records.
func (db *DB) RecordPage(ctx context.Context, q record.Query) (found page.Found[record.Record], err error) {
	ctx, end := db.listing(ctx)
	defer end()
	if found.Looked, err = db.recordEdge(ctx, q); err != nil {
		return found, err
	}
	pick := merged
	if narrow(q) {
		pick = sorting
	}
	picked, args, err := pick(q, found.Looked)
	if err != nil {
		return found, err
	}
	source := "'{}'"
	if q.WithSource {
		source = "r.source"
	}
	query := `SELECT ` + recordColumns + `, ` + source + ` FROM record r WHERE r.seq IN (` + picked + `)` +
		orderOf(q).end(q.Window)
	found.Entries, err = shown(ctx, db, query, scanRecord, args...)
	if q.Window.Backwards {
		slices.Reverse(found.Entries)
	}
	if q.Connection != uuid.Nil {
		for i := range found.Entries {
			found.Entries[i].Connection = q.Connection
		}
	}
	return found, err
}

// sorting picks the first of the records that a query names. What finds those bounds them, and not the order.
func sorting(q record.Query, edge page.Position) (picked string, args []any, err error) {
	o := orderOf(q)
	o.column = o.free
	c, err := paged(q, o, edge)
	return `SELECT r.seq FROM record r` + c.where() + o.end(q.Window), c.args, err
}

// paged are the conditions of a query on the records of a page, as they are read in an order.
func paged(q record.Query, o order, edge page.Position) (conditions, error) {
	c, err := selected(q, o, edge)
	if err != nil {
		return c, err
	}
	if !edge.IsZero() {
		c.upTo(edge, sorted{q.Window, o.ordering})
	}
	c.reached(q, "r")
	c.within(q.Window, o.ordering)
	return c, nil
}

// merged picks the first records of every fleet and shelf, of each segment of the order.
func merged(q record.Query, edge page.Position) (picked string, args []any, err error) {
	var each []string
	for _, p := range segmentsOf(q) {
		c, err := paged(q, p.order, edge)
		if err != nil {
			return "", nil, err
		}
		each = append(each, p.firsts(q, &c, edge))
		args = append(args, c.args...)
	}
	direction := orderOf(q).direction(q.Window)
	return `SELECT p.seq FROM (` + strings.Join(each, " UNION ALL ") + `) p ORDER BY p.at ` + direction + `, p.seq ` +
		direction + ` LIMIT ` + strconv.Itoa(q.Window.Limit), args, nil
}

// firsts picks the first records of every fleet and shelf, each from its own stretch of the
// segment's index. A stretch ends where the page would be full of it alone, and else at the edge of
// what is looked at. INDEXED BY makes the query fail rather than read everything, should an index be
// renamed.
func (o segment) firsts(q record.Query, c *conditions, edge page.Position) string {
	direction := o.direction(q.Window)
	beyond, none, rival := "<=", o.most, "r.sort_at < ?"
	if direction == "DESC" {
		beyond, none, rival = ">=", o.least, "r.sort_at >= ?"
	}
	c.addIf(o.only != "", o.only)
	stretch := `r.fleet = f.id AND r.shelf = CAST(s.value AS BIGINT) AND ` + strings.Join(c.parts, " AND ")
	from := `record r INDEXED BY ` + o.index
	end := `(SELECT ` + o.column + ` FROM ` + from + ` WHERE ` + stretch + ` ORDER BY ` + o.column + ` ` + direction +
		`, r.seq ` + direction + ` LIMIT 1 OFFSET ` + strconv.Itoa(q.Window.Limit-1) + `)`
	// The index must be bounded by the end, which is found once, and not by the time range or the edge.
	bounded := strings.Replace(stretch, rival, "+"+rival, 1)
	bounded = strings.Replace(bounded, "("+o.column+", r.seq) "+beyond, "("+o.free+", r.seq) "+beyond, 1)
	// The conditions stand in it twice, in the stretch and in what finds its end.
	own := c.args
	c.args = slices.Concat([]any{hexed(q.Fleets), numbers(o.shelves)}, own, own)
	switch {
	case !edge.IsZero():
		column, _ := o.at(edge)
		none, c.args = "?", append(c.args, column)
	case none == "":
		none, c.args = `(SELECT max(`+o.column+`) FROM `+from+` WHERE `+stretch+`)`, append(c.args, own...)
	}
	return `SELECT r.seq, ` + o.column + ` AS at FROM (SELECT unhex(value) AS id FROM json_each(?)) f
		CROSS JOIN json_each(?) s CROSS JOIN ` + from + `
		WHERE ` + bounded + ` AND ` + o.column + ` ` + beyond + ` coalesce(` + end + `, ` + none + `)`
}

// CountRecords counts what a query selects, in an index unless the query is narrow.
func (db *DB) CountRecords(ctx context.Context, q record.Query) (int, error) {
	q.Window = page.Window{}
	c, err := selected(q, orderOf(q), page.Position{})
	if err != nil {
		return 0, err
	}
	from := "record r"
	if !narrow(q) {
		from += " INDEXED BY " + byTime
		c.among(q)
	}
	all := ` FROM (SELECT r.seq FROM ` + from + c.where() + ` LIMIT ` + strconv.Itoa(record.Counted) + `) found`
	of := conditions{args: c.args}
	if of.reached(q, "found"); len(of.parts) > 0 {
		all += of.where()
	}
	return only(shown(ctx, db, `SELECT count(*)`+all, scanOne[int], of.args...))
}

// narrow tells whether a query names the records that it selects.
func narrow(q record.Query) bool {
	return len(q.IDs) > 0 || len(q.SourceIDs) > 0 || len(q.References) > 0
}

// selected are the conditions of a query, those that follow from its page and its connection left out, and for
// one that is not narrow those on fleet and shelf as well. Those that are narrow find their records by
// an id, a source id or a reference, and check fleet and shelf of what they found; the others are
// led by them.
func selected(q record.Query, o order, looked page.Position) (conditions, error) {
	c := conditions{}
	c.add("r.kind = ?", string(q.Kind))
	by := o.ends(q, looked)
	if narrow(q) {
		by = ends{above: true, below: true}
	}
	c.during("r.sort_at", q.From, q.To, by)
	if narrow(q) {
		c.among(q)
	}
	c.addIf(len(q.IDs) > 0, `r.id IN (SELECT unhex(value) FROM json_each(?))`, hexed(q.IDs))
	if len(q.SourceIDs) > 0 {
		list, err := text(q.SourceIDs, true)
		if err != nil {
			return c, err
		}
		c.add(`r.source_id IN (SELECT value FROM json_each(?))`, list)
	}
	for _, ref := range q.References {
		if err := c.refers(q, o, ref, looked); err != nil {
			return c, err
		}
	}
	return c, nil
}

// among are the conditions on fleet and shelf.
func (c *conditions) among(q record.Query) {
	c.add(`r.fleet IN (SELECT unhex(value) FROM json_each(?))`, hexed(q.Fleets))
	c.add(`r.shelf IN (SELECT CAST(value AS BIGINT) FROM json_each(?))`, numbers(shelvesOf(q)))
}

// reached is the condition that a connection reaches the record of a row.
func (c *conditions) reached(q record.Query, row string) {
	if q.Connection == uuid.Nil {
		return
	}
	seen := " AND x.gone_at = 0"
	if q.Deleted {
		seen = ""
	}
	c.add(`EXISTS (SELECT 1 FROM record_reach x WHERE x.connection = ? AND x.record = `+row+`.seq`+seen+`)`, q.Connection[:])
}

// hexed is a list of ids as JSON, for unhex in SQL. A list of any length is one parameter, and so
// one statement.
func hexed(ids []uuid.UUID) string {
	var b strings.Builder
	b.WriteByte('[')
	for i, id := range ids {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`"` + hex.EncodeToString(id[:]) + `"`)
	}
	b.WriteByte(']')
	return b.String()
}

// numbers is a list of numbers as JSON.
func numbers(all []int) string {
	out := make([]string, len(all))
	for i, n := range all {
		out[i] = strconv.Itoa(n)
	}
	return "[" + strings.Join(out, ",") + "]"
}
