package record

import (
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/resource"
)

// Counted bounds the records that are looked at to count a list.
const Counted = 100_000

// Sort is what a list is ordered by; records that are equal in it are ordered by their arrival.
type Sort string

// The orders. A record without occurred_at stands where its created_at is.
const (
	ByOccurred Sort = "occurred_at"
	ByCreated  Sort = "created_at"
	ByUpdated  Sort = "updated_at"
	BySource   Sort = "source_id"
)

// Sorts lists the orders, the default first.
func Sorts() []Sort { return []Sort{ByOccurred, ByCreated, ByUpdated, BySource} }

// Query selects records of one kind. Fields left zero narrow nothing; several narrow together. A
// Service sets Fleets from grants, so a store need not ask who may read what.
type Query struct {
	Kind resource.Kind
	// Fleets are those whose records are wanted; none means no records.
	Fleets []uuid.UUID
	// Connection is one that reaches the records.
	Connection uuid.UUID
	IDs        []uuid.UUID
	SourceIDs  []resource.SourceID
	// Driver tells drivers from other users; nil for both.
	Driver     *bool
	References []Reference
	// From and To bound the time by which ByOccurred sorts: From <= time < To.
	From, To time.Time
	// Deleted adds the records that were deleted at their TSP.
	Deleted bool
	// WithSource asks for the records' Source, which is left out otherwise.
	WithSource bool

	// It must be one of Sorts; "" is ByOccurred.
	Sort       Sort
	Descending bool
	Window     page.Window
}

// Shelves are those on which the query finds its records.
func (q Query) Shelves() []int {
	// A user of whom nobody says whether he drives stands on shelf 0.
	live := []int{0}
	if q.Kind == resource.KindUser {
		live = []int{0, shelfOthers, shelfDrivers}
	}
	if q.Driver != nil {
		live = []int{shelfOthers}
		if *q.Driver {
			live = []int{shelfDrivers}
		}
	}
	all := live
	if q.Deleted {
		for _, s := range live {
			all = append(all, s|ShelfDeleted)
		}
	}
	return all
}

// Reference narrows a list to records in which one of the model's References has one of
// several values; ids are in their usual lower-case form.
type Reference struct {
	Member string
	Values []string
}

// SortTime is the time by which ByOccurred sorts the record. It is stored beside the record,
// because an index cannot choose between two columns.
func (r Record) SortTime() time.Time {
	if r.OccurredAt.IsZero() {
		return r.CreatedAt
	}
	return r.OccurredAt
}

// PositionBy is the record's place in a list of an order.
func (r Record) PositionBy(s Sort) page.Position {
	p := page.Position{Seq: r.Seq}
	switch s {
	case ByCreated:
		p.At = r.CreatedAt
	case ByUpdated:
		p.At = r.UpdatedAt
	case BySource:
		p.Text = string(r.SourceID)
	default:
		p.At = r.SortTime()
	}
	return p
}
