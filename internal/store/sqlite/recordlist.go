package sqlite

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

// order is an ordering of records with the index that holds it behind fleet, kind and shelf, and
// a value that is not greater than any other.
type order struct {
	ordering
	index, least string
}

// seq is the tie: it follows the arrival, and it is the row's own number, which stands at the end
// of each index without being named there.
func orderOf(q record.Query) order {
	by := func(column, index, least string) order {
		at := func(p page.Position) (any, any) { return micros(p.At), p.Seq }
		return order{ordering{"r." + column, "r.seq", q.Descending, at}, index, least}
	}
	switch q.Sort {
	case record.ByCreated:
		return by("created_at", "record_by_created", "0")
	case record.ByUpdated:
		return by("updated_at", "record_by_updated", "0")
	case record.BySource:
		o := by("source_id", "record_by_source", "''")
		o.at = func(p page.Position) (any, any) { return p.Text, p.Seq }
		return o
	}
	return by("sort_at", "record_by_time", "-9223372036854775807")
}

// RecordPage lists the records that a query selects. A query that names few records (by id, source
// id or reference) finds them by that and sorts them. Any other reads the first entries of each
// fleet and shelf from the index of its order and merges them, so that its cost follows the page
// and the number of fleets, and not the number of records. Rows are picked by number first and
// read then, so that sorting does not carry whole records.
func (db *DB) RecordPage(ctx context.Context, q record.Query) ([]record.Record, error) {
	o := orderOf(q)
	c, err := selected(q)
	if err != nil {
		return nil, err
	}
	end := c.within(q.Window, o.ordering)
	source := "'{}'"
	if q.WithSource {
		source = "r.source"
	}
	picked := `SELECT r.seq FROM record r` + c.where() + end
	if !narrow(q) {
		picked = merged(q, &c, o) + end
	}
	query := `SELECT ` + recordColumns + `, ` + source + ` FROM record r WHERE r.seq IN (` + picked + `)` + end
	found, err := db.records(ctx, query, c.args...)
	if q.Window.Backwards {
		slices.Reverse(found)
	}
	if q.Connection != uuid.Nil {
		for i := range found {
			found[i].Connection = q.Connection
		}
	}
	return found, err
}

// merged picks the first records of every fleet and shelf, each from its own stretch of the
// order's index. A stretch ends where the page would be full of it alone. INDEXED BY makes the
// query fail rather than read everything, should an index be renamed.
func merged(q record.Query, c *conditions, o order) string {
	direction := o.direction(q.Window)
	beyond, none, rival := "<=", "x''", "r.sort_at < ?" // A BLOB is greater than any number and any text.
	if direction == "DESC" {
		beyond, none, rival = ">=", o.least, "r.sort_at >= ?"
	}
	stretch := `r.fleet = f.id AND r.shelf = s.value AND ` + strings.Join(c.parts, " AND ")
	from := `record r INDEXED BY ` + o.index
	end := `(SELECT ` + o.column + ` FROM ` + from + ` WHERE ` + stretch + ` ORDER BY ` + o.column + ` ` + direction +
		`, r.seq ` + direction + ` LIMIT 1 OFFSET ` + strconv.Itoa(q.Window.Limit-1) + `)`
	// The index must be bounded by the end, which is found once, and not by the time range.
	bounded := strings.Replace(stretch, rival, "+"+rival, 1)
	// The conditions stand in it twice, in the stretch and in what finds its end.
	c.args = append(append([]any{hexed(q.Fleets), numbers(q.Shelves())}, c.args...), c.args...)
	return `SELECT r.seq FROM (SELECT unhex(value) AS id FROM json_each(?)) f CROSS JOIN json_each(?) s CROSS JOIN ` +
		from +
		` WHERE ` + bounded + ` AND ` + o.column + ` ` + beyond + ` coalesce(` + end + `, ` + none + `)`
}

// CountRecords counts what a query selects. Lists that name no records are counted in an index.
// The total is exact, and so costs as much as there is to count.
func (db *DB) CountRecords(ctx context.Context, q record.Query) (int, error) {
	c, err := selected(q)
	if err != nil {
		return 0, err
	}
	from := "record r"
	if !narrow(q) {
		from += " INDEXED BY record_by_time"
		c.add(`r.fleet IN (SELECT unhex(value) FROM json_each(?))`, hexed(q.Fleets))
		c.add(`r.shelf IN (SELECT value FROM json_each(?))`, numbers(q.Shelves()))
	}
	var n int
	err = db.read.QueryRowContext(ctx, `SELECT count(*) FROM `+from+c.where(), c.args...).Scan(&n)
	return n, err
}

// narrow tells whether a query names the records that it selects.
func narrow(q record.Query) bool {
	return len(q.IDs) > 0 || len(q.SourceIDs) > 0 || len(q.References) > 0
}

// selected are the conditions of a query, those that follow from its page left out, and for one
// that is not narrow those on fleet and shelf as well. Those that are narrow find their records by
// an id, a source id or a reference, and check fleet and shelf of what they found; the others are
// led by them.
func selected(q record.Query) (conditions, error) {
	c := conditions{}
	c.add("r.kind = ?", string(q.Kind))
	c.addIf(!q.From.IsZero(), "r.sort_at >= ?", micros(q.From))
	c.addIf(!q.To.IsZero(), "r.sort_at < ?", micros(q.To))
	if narrow(q) {
		c.add(`r.fleet IN (SELECT unhex(value) FROM json_each(?))`, hexed(q.Fleets))
		c.add(`r.shelf IN (SELECT value FROM json_each(?))`, numbers(q.Shelves()))
	}
	if q.Connection != uuid.Nil {
		seen := " AND x.gone_at = 0"
		if q.Deleted {
			seen = ""
		}
		c.add(`EXISTS (SELECT 1 FROM record_reach x WHERE x.connection = ? AND x.record = r.seq`+seen+`)`,
			q.Connection[:])
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
		if err := c.refers(q, ref); err != nil {
			return c, err
		}
	}
	return c, nil
}

// refers adds the condition that a member has one of several values. Time and fleet are asked in
// the table of references too, whose key holds them: a vehicle of ten years has many logs, and a
// page wants those of a day.
func (c *conditions) refers(q record.Query, ref record.Reference) error {
	list, err := text(ref.Values, true)
	if err != nil {
		return err
	}
	within := conditions{}
	within.add(`fleet IN (SELECT unhex(value) FROM json_each(?))`, hexed(q.Fleets))
	within.add(`kind = ?`, string(q.Kind))
	within.add(`member = ?`, ref.Member)
	within.add(`value IN (SELECT value FROM json_each(?))`, list)
	within.addIf(!q.From.IsZero(), `sort_at >= ?`, micros(q.From))
	within.addIf(!q.To.IsZero(), `sort_at < ?`, micros(q.To))
	c.add(`r.seq IN (SELECT record FROM record_reference`+within.where()+`)`, within.args...)
	return nil
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
