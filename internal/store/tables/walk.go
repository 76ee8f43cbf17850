package tables

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/waybill-dev/waybill/internal/page"
)

// walked bounds the entries of an index that one window of a list looks at where the list asks more than
// the index knows. An index for each filter would make every write dearer, for lists that are seldom asked
// for; so a page of what is rare may be short, and leads on.
const walked = 10_000

// walk is a list that is read along an index, from an earliest to a latest time if they are set: its selection
// holds what the index knows, and more what is asked besides. joined is what else is read of each row, by link.
type walk struct {
	selection
	earliest, latest time.Time
	joined, link     string
	more             conditions
	sorted
}

// walking reads a window of a list along an index, and tells how far it has looked if that was not to the end.
func walking[T any](ctx context.Context, db *DB, l walk, scan reading[T]) (found page.Found[T], err error) {
	ctx, end := db.listing(ctx)
	defer end()
	if len(l.more.parts) > 0 {
		of := l.selection
		of.during(l.by.column, l.earliest, l.latest, l.ends(found.Looked))
		if found.Looked, err = edge(ctx, db, of, l.sorted, db.walked); err != nil {
			return found, err
		}
	}
	l.during(l.by.column, l.earliest, l.latest, l.ends(found.Looked))
	if !found.Looked.IsZero() {
		l.upTo(found.Looked, l.sorted)
	}
	l.parts, l.args = slices.Concat(l.parts, l.more.parts), slices.Concat(l.args, l.more.args)
	l.from += l.joined
	l.addIf(l.link != "", l.link)
	found.Entries, err = ordered(ctx, db, l.selection, l.sorted, scan)
	return found, err
}

// ends tell by what a stretch of an index is bounded other than the times that are asked for.
type ends struct{ above, below bool }

func (s sorted) ends(looked page.Position) ends {
	placed, edged := !s.Place.IsZero(), !looked.IsZero()
	if s.by.direction(s.Window) == "DESC" {
		return ends{above: placed, below: edged}
	}
	return ends{above: edged, below: placed}
}

// during are the conditions on the time of a column. SQLite bounds an index on either side by one condition, and the
// rows between that and another are read and left out; so a time that lies beyond another bound is kept from it by a plus.
func (c *conditions) during(column string, earliest, latest time.Time, by ends) {
	plus := map[bool]string{true: "+"}
	c.addIf(!earliest.IsZero(), plus[by.below]+column+" >= ?", micros(earliest))
	c.addIf(!latest.IsZero(), plus[by.above]+column+" < ?", micros(latest))
}

// edge is the place of the last of so many entries of an index that a window begins with; zero if there are
// no more than that.
func edge(ctx context.Context, db *DB, s selection, w sorted, most int) (page.Position, error) {
	w.Limit = 2
	end := s.within(w.Window, w.by) + " OFFSET " + strconv.Itoa(most-1)
	found, err := shown(ctx, db, `SELECT `+w.by.column+`, `+w.by.tie+s.from+s.where()+end, w.by.place, s.args...)
	if err != nil || len(found) < 2 {
		return page.Position{}, err
	}
	return found[0], nil
}

// between are the conditions of a window that ends at a place, if there is one.
func (c *conditions) between(looked page.Position, w sorted) {
	c.within(w.Window, w.by)
	if !looked.IsZero() {
		c.upTo(looked, w)
	}
}

// upTo ends what is read for a window at a place, which is the last one of it.
func (c *conditions) upTo(place page.Position, w sorted) {
	c.beside(map[string]string{"ASC": "<=", "DESC": ">="}[w.by.direction(w.Window)], place, w.by)
}
