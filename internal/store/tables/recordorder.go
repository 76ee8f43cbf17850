package tables

import (
	"slices"

	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/record"
)

// order is an ordering of records with the index that holds it behind fleet, kind and shelf. least and most are
// values that are not greater, and not less, than any other; of texts none is the greatest, and most is "". only is
// the condition of the index, if it has one. free is the column as no index is found by it.
type order struct {
	ordering
	index, least, most, only, free string
}

// byTime is the index of the time by which lists are bounded.
const byTime = "record_by_time"

// retimed is added to the shelf of a record that was made or changed at another time than that by which lists are
// bounded. All other records are in one order by each of the times, for which one index is enough: a write of an event
// that happens as it is written has no entry in the others. It is stored, as the shelves are.
const retimed = 8

// aside is the condition of the indexes that hold such records alone.
const aside = "r.shelf >= 8"

// shelfOf is the shelf on which a record is stored.
func shelfOf(r record.Record) int {
	if at := micros(r.SortTime()); micros(r.CreatedAt) != at || micros(r.UpdatedAt) != at {
		return r.Shelf() | retimed
	}
	return r.Shelf()
}

// The bounds of times.
const (
	leastTime = "-9223372036854775807"
	mostTime  = "9223372036854775807"
)

// segment is what a query finds of its order in one index, on some shelves.
type segment struct {
	order
	shelves []int
}

// segmentsOf are those of a query that is not narrow.
func segmentsOf(q record.Query) []segment {
	o, still := orderOf(q), q.Shelves()
	var others []int
	for _, s := range still {
		others = append(others, s|retimed)
	}
	if o.only == "" {
		return []segment{{o, slices.Concat(still, others)}}
	}
	return []segment{{o, others}, {timely(q), still}}
}

// shelvesOf are all on which a query finds its records.
func shelvesOf(q record.Query) (all []int) {
	for _, p := range segmentsOf(q) {
		all = append(all, p.shelves...)
	}
	return all
}

// orderOf is that of a query. seq is the tie: it follows the arrival, and it is the row's own number, which stands
// at the end of each index without being named there.
func orderOf(q record.Query) order {
	by := func(column, index, only string) order {
		return order{bySeq("r."+column, "r.seq", q.Descending), index, leastTime, mostTime, only, "+r." + column}
	}
	switch q.Sort {
	case record.ByCreated:
		return by("created_at", "record_by_created", aside)
	case record.ByUpdated:
		return by("updated_at", "record_by_updated", aside)
	case record.BySource:
		o := by("source_id", "record_by_source", "")
		o.least, o.most, o.free = "''", "", "r.source_id || ''"
		o.at = func(p page.Position) (any, any) { return p.Text, p.Seq }
		o.place = func(row scanner) (p page.Position, err error) { return p, row.Scan(&p.Text, &p.Seq) }
		return o
	}
	return timely(q)
}

// timely is the order by the time by which lists are bounded.
func timely(q record.Query) order {
	return order{bySeq("r.sort_at", "r.seq", q.Descending), byTime, leastTime, mostTime, "", "+r.sort_at"}
}

// ends are those of a stretch of its index.
func (o order) ends(q record.Query, looked page.Position) ends {
	if o.index != byTime {
		return ends{}
	}
	return sorted{q.Window, o.ordering}.ends(looked)
}
