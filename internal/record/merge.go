package record

import (
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// What follows is decided here and carried out by stores, in the transaction in which they read
// the records that a decision is made from.

// Known is a record as a store has it when another reading of it comes. Its SeenAt is when it was
// last written, as a store answers it.
type Known struct {
	Record
	// Orphan tells that the connection which brought its last change is deleted.
	Orphan bool
}

// Merge is what becomes of a known record by another reading of it.
type Merge struct {
	// Record is as it shall be stored, with Connection the one that reaches it by the reading.
	Record Record
	// WrittenAt is when it was written last; zero for one that was only imported.
	WrittenAt time.Time
	// News tells that its content changes. Otherwise it was only seen: it belongs to Connection if
	// Adopted says so, and nothing else of it is stored. Adopted keeps a record from naming a
	// connection that nobody can ask for.
	News, Adopted bool
	// Change is what events tell of it.
	Change Change
	// Foreign tells that the reading is of another kind than the record, and that nothing is stored of it.
	Foreign bool
}

// New returns a record as it is stored first. r must have been identified.
func (r Record) New() Merge {
	r = r.whole()
	r.Seq, r.CreatedAt, r.DeletedAt = 0, r.UpdatedAt, time.Time{}
	return Merge{Record: r, WrittenAt: r.writtenAt(), News: true, Change: Added}
}

// Onto decides what a reading changes of the record that is known. A reading from before the last
// write of the record only tells that the record is there; so does an import that brings what is
// known. An import leaves alone what only writes tell: whether the source id is ours, in which thread
// a message is, when an event happened, unless the TSP tells that itself, and what was written and is not
// shown, until the record is another than our write left. A message keeps the furthest status it had:
// lists lag. A deleted record is there again.
//
// Nothing of another kind is believed of a record: its id says who it is, and callers hold that id as one
// of its kind. An object that its TSP sorts anew, such as a vehicle that became a trailer, is of its new
// kind as soon as the imports of the old one have lost it; an event never is.
func (r Record) Onto(known Known) Merge {
	if r.Kind != known.Kind && (known.DeletedAt.IsZero() || ModelOf(known.Kind).Log) {
		return Merge{Record: known.Record, Foreign: true}
	}
	r = r.whole().over(known.Record)
	r.Seq, r.CreatedAt, r.DeletedAt = known.Seq, known.CreatedAt, time.Time{}
	if known.MadeBy != uuid.Nil {
		r.MadeBy = known.MadeBy
	}
	// A write is news even with equal content: it moves the time before which imports do not
	// count.
	same := r.Imported && known.Imported && known.DeletedAt.IsZero() && r.Hash == known.Hash && r.Kind == known.Kind
	if same || r.SeenAt.Before(known.SeenAt) {
		return Merge{Record: r, Adopted: known.Orphan && known.Connection != r.Connection}
	}
	m := Merge{WrittenAt: known.SeenAt, News: true}
	if at := r.writtenAt(); at.After(m.WrittenAt) {
		m.WrittenAt = at
	}
	if r.Imported {
		r.Extras, r.Synthetic = r.kept(known.Record), known.Synthetic
		if r.OccurredAt.IsZero() {
			r.OccurredAt = known.OccurredAt
		}
	}
	// A write of it does not undo that the TSP lists it.
	r.Imported = r.Imported || known.Imported
	m.Record, m.Change = r, r.changed(known.Record)
	return m
}

// kept returns the extras of the known record as they are beside this reading of it. What was written and
// is not shown is told as long as the record is as the write left it: what changed, nobody can tell. A write
// of which the TSP showed nothing has left whatever comes first.
func (r Record) kept(known Record) jsontext.Value {
	bare := known
	bare.Source = []byte("{}")
	if r.Hash == known.Hash || bare.Identify().Hash == known.Hash {
		return known.Extras
	}
	extras, err := object(known.Extras)
	if err != nil {
		return known.Extras
	}
	delete(extras, asWritten)
	if left, err := encode(extras); err == nil {
		return left
	}
	return known.Extras
}

// over lays a message over what is known of it.
func (r Record) over(known Record) Record {
	if !speaks(r.Kind) {
		return r
	}
	was, err := object(known.Fields)
	is, broken := object(r.Fields)
	if err != nil || broken != nil {
		return r
	}
	if thread := was["thread_id"]; thread != nil && !known.SeenAt.IsZero() && r.Imported {
		is["thread_id"] = thread
	}
	if status := (draft{given: was}).text("status"); progress(status) > progress((draft{given: is}).text("status")) {
		for _, member := range []string{"status", "delivered_at", "read_at"} {
			if was[member] != nil {
				is[member] = was[member]
			}
		}
	}
	if fields, err := encode(is); err == nil {
		r.Fields = fields
	}
	return r.Identify()
}

// progress tells how far a message has come by its status.
func progress(status string) int {
	return slices.Index([]string{"pending", "sent", "delivered", "read"}, status)
}

// whole fills in what a reading may leave out. Writes and imports fill in different times, and
// stores demand both.
func (r Record) whole() Record {
	if r.UpdatedAt.IsZero() {
		r.UpdatedAt = r.SeenAt
	}
	if len(r.Extras) == 0 {
		r.Extras = []byte("{}")
	}
	return r
}

// writtenAt is zero for an import, which says nothing of when the record was written.
func (r Record) writtenAt() time.Time {
	if r.Imported {
		return time.Time{}
	}
	return r.SeenAt
}

// Reach is that a connection reaches a record.
type Reach struct {
	Connection uuid.UUID
	// SeenAt is when it last brought something new of the record or wrote it; GoneAt is when it
	// was found not to see it any more, zero while it does.
	SeenAt, GoneAt time.Time
}

// Of decides what a loss means for one of its records, which connections that are not deleted
// reach so: whether its connection loses it, and whether it is deleted because no other has it. A
// connection that wrote or brought the record after the sweep began keeps it: the list was older.
func (l Loss) Of(reaches []Reach) (lost, deleted bool) {
	others := false
	for _, r := range reaches {
		if r.Connection == l.Connection {
			lost = r.GoneAt.IsZero() && r.SeenAt.Before(l.Before)
		} else if r.GoneAt.IsZero() {
			others = true
		}
	}
	return lost, lost && !others
}

// The shelves keep apart, in whatever order records are stored, what lists tell apart. A record
// stands on one; ShelfDeleted is added for one that was deleted at its TSP. They are stored, so a
// number must never mean anything else.
const (
	ShelfDeleted = 1
	shelfOthers  = 2
	shelfDrivers = 4
)

// Shelf is where a record stands that is not deleted: drivers and other users apart.
func (r Record) Shelf() int {
	drives, known := r.Drives()
	switch {
	case !known:
		return 0
	case drives:
		return shelfDrivers
	}
	return shelfOthers
}
