package tables

import (
	"cmp"
	"context"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/record"
)

// leastWalked is what of each stretch of an index is looked at, however many stretches there are.
const leastWalked = 50

// recordEdge is edge for a list of records, which is read from several stretches of an index: the nearest of their
// edges. Each stretch has its share of the entries that are looked at. It is zero where the index holds all that is
// asked, and where few records are named.
func (db *DB) recordEdge(ctx context.Context, q record.Query) (nearest page.Position, err error) {
	timed, byTheTime := !q.From.IsZero() || !q.To.IsZero(), orderOf(q).index == byTime
	switch {
	case len(q.IDs) > 0 || len(q.SourceIDs) > 0:
		return page.Position{}, nil
	case len(q.References) > 0 && byTheTime:
		return db.referenceEdge(ctx, q)
	case len(q.References) > 0 || q.Connection == uuid.Nil && (byTheTime || !timed):
		return page.Position{}, nil
	}
	for _, p := range segmentsOf(q) {
		edge, err := db.segmentEdge(ctx, q, p)
		if err != nil {
			return edge, err
		}
		if nearest.IsZero() || !edge.IsZero() && p.before(q, edge, nearest) {
			nearest = edge
		}
	}
	return nearest, nil
}

// before tells whether a window comes to a place before it comes to another.
func (o order) before(q record.Query, a, b page.Position) bool {
	c := cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Text, b.Text), cmp.Compare(a.Seq, b.Seq))
	return c < 0 == (o.direction(q.Window) == "ASC")
}

// segmentEdge is the nearest of the edges of the stretches of a segment.
func (db *DB) segmentEdge(ctx context.Context, q record.Query, p segment) (page.Position, error) {
	c := conditions{}
	c.add("r.kind = ?", string(q.Kind))
	c.addIf(p.only != "", p.only)
	if p.index == byTime {
		c.during("r.sort_at", q.From, q.To, p.ends(q, page.Position{}))
	}
	return db.nearest(ctx, stretches{from: "record r INDEXED BY " + p.index, first: "r.fleet", second: "r.shelf",
		value:  "CAST(s.value AS BIGINT)",
		fleets: hexed(q.Fleets), others: numbers(p.shelves), number: len(q.Fleets) * len(shelvesOf(q)),
		conditions: c, sorted: sorted{q.Window, p.ordering}})
}

// referenceEdge is the edge of what the first of a query's references selects.
func (db *DB) referenceEdge(ctx context.Context, q record.Query) (page.Position, error) {
	ref := q.References[0]
	values, err := text(ref.Values, true)
	if err != nil {
		return page.Position{}, err
	}
	c := conditions{}
	c.add("r.kind = ? AND r.member = ?", string(q.Kind), ref.Member)
	c.during("r.sort_at", q.From, q.To, sorted{q.Window, bySeq("", "", q.Descending)}.ends(page.Position{}))
	return db.nearest(ctx, stretches{from: "record_reference r", first: "r.fleet", second: "r.value", value: "s.value",
		fleets: hexed(q.Fleets), others: values, number: len(q.Fleets) * len(ref.Values),
		conditions: c, sorted: sorted{q.Window, bySeq("r.sort_at", "r.record", q.Descending)}})
}

// stretches are parts of an index, one for each fleet and each of other values, of which each is in order. value is
// one of the others as it is compared with second.
type stretches struct {
	from, first, second, value string
	fleets, others             any
	number                     int
	conditions
	sorted
}

// nearest is the nearest of the edges of stretches.
func (db *DB) nearest(ctx context.Context, s stretches) (page.Position, error) {
	column, tie := s.by.column, s.by.tie
	w := page.Window{Place: s.Place, Backwards: s.Backwards, Limit: 1}
	c := s.conditions
	nth := c.within(w, s.by) + " OFFSET ?"
	of := c.where() + ` AND ` + s.first + ` = f.id AND ` + s.second + ` = ` + s.value + nth
	args := append(c.args, max(leastWalked, db.walked/max(1, s.number)))
	found, err := shown(ctx, db, `SELECT e.at, e.tie FROM (SELECT
		(SELECT `+column+` FROM `+s.from+of+`) AS at, (SELECT `+tie+` FROM `+s.from+of+`) AS tie
		FROM (SELECT unhex(value) AS id FROM json_each(?)) f CROSS JOIN json_each(?) s) e WHERE e.tie IS NOT NULL
		ORDER BY e.at `+s.by.direction(w)+`, e.tie `+s.by.direction(w)+` LIMIT 1`,
		s.by.place, append(append(append([]any{}, args...), args...), s.fleets, s.others)...)
	if err != nil || len(found) == 0 {
		return page.Position{}, err
	}
	return found[0], nil
}

// refers adds the condition that a member has one of several values. Time and fleet are asked in
// the table of references too, whose key holds them: a vehicle of ten years has many logs, and a
// page wants those of a day.
func (c *conditions) refers(q record.Query, o order, ref record.Reference, looked page.Position) error {
	list, err := text(ref.Values, true)
	if err != nil {
		return err
	}
	within := conditions{}
	if len(q.IDs) > 0 || len(q.SourceIDs) > 0 {
		// Few are named, so each is asked.
		within.add(`x.fleet = r.fleet AND x.kind = r.kind AND x.sort_at = r.sort_at AND x.record = r.seq`)
		within.add(`x.member = ?`, ref.Member)
		within.add(`x.value IN (SELECT value FROM json_each(?))`, list)
		c.add(`EXISTS (SELECT 1 FROM record_reference x`+within.where()+`)`, within.args...)
		return nil
	}
	within.add(`fleet IN (SELECT unhex(value) FROM json_each(?))`, hexed(q.Fleets))
	within.add(`kind = ?`, string(q.Kind))
	within.add(`member = ?`, ref.Member)
	within.add(`value IN (SELECT value FROM json_each(?))`, list)
	within.during("sort_at", q.From, q.To, o.ends(q, looked))
	if o.index == byTime {
		within.between(looked, sorted{q.Window, bySeq("sort_at", "record", q.Descending)})
	}
	c.add(`r.seq IN (SELECT record FROM record_reference`+within.where()+`)`, within.args...)
	return nil
}
