package record

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/resource"
)

// ErrNotFound is what a Store answers for a record that does not exist or that the connection
// does not reach.
var ErrNotFound = errors.New("record not found")

// Store keeps records for those who write and import them. The three are for single records within
// one connection's reach; lists are another port.
type Store interface {
	// Record returns a record that a connection reaches, one deleted at the TSP included, or
	// ErrNotFound. Under fence.AsOf its Source is left out.
	Record(ctx context.Context, connection, id uuid.UUID) (Record, error)
	// SaveRecords adds records, or merges them into those that are known as Record.Onto decides,
	// and notes that their connection reaches them: all of them or none. It returns the ids of those
	// that are known as of another kind, of which it stores nothing.
	SaveRecords(ctx context.Context, records []Record) (foreign []uuid.UUID, err error)
	// RecordsOf lists the records of a kind that a connection reaches, by collection and source
	// id, those deleted left out.
	RecordsOf(ctx context.Context, connection uuid.UUID, kind resource.Kind) ([]Record, error)
}

// Directory look up whom records name.
type Directory interface {
	// KnownRecords lists those of the records that are there, deleted ones included, without their
	// Source and in no order. Whoever asks has made the ids of a fleet's own account.
	KnownRecords(ctx context.Context, ids []uuid.UUID) ([]Record, error)
}

// Sweeps is what saves imported records and finds out which ones are gone.
type Sweeps interface {
	Directory
	SaveRecords(ctx context.Context, records []Record) (foreign []uuid.UUID, err error)
	// ReachedSince lists the records of a kind that a connection reaches and that it neither
	// brought nor wrote at or after a time.
	ReachedSince(ctx context.Context, connection uuid.UUID, kind resource.Kind, before time.Time) ([]uuid.UUID, error)
	// LoseRecords takes records out of a connection's reach, unless it brought or wrote them at
	// or after Before. Those that no other connection of the fleet reaches are deleted at At, as
	// Loss.Of decides; connections that are deleted do not count.
	LoseRecords(ctx context.Context, l Loss) error
}

// Loss is what a connection does not see any more.
type Loss struct {
	Connection uuid.UUID
	Records    []uuid.UUID
	Before, At time.Time
}

// Retention removes what is kept no longer.
type Retention interface {
	// SweepRecords removes records that are Past at a time, and nobody is told, of a bounded number of those
	// behind a Seq, in their order. It returns the Seq to go on behind; 0 where what follows came since.
	SweepRecords(ctx context.Context, behind int64, before time.Time) (next int64, err error)
	// SweepFleets removes a bounded number of the records, of whatever kind, of fleets that were deleted before a time, and
	// tells whether there may be more.
	SweepFleets(ctx context.Context, before time.Time) (more bool, err error)
}

// Past tells whether a record is a message or another event that happened before a time, and of which nothing was learned
// or written since. Where a TSP lists by when
// it happened, imports ask for what happened since a later time, so they do not bring it back.
func (r Record) Past(before time.Time) bool {
	return r.Kind.Facts().Log && r.UpdatedAt.Before(before) && r.SortTime().Before(before)
}

// Lists reads records.
type Lists interface {
	// RecordByID returns a record, a deleted one included, or ErrNotFound.
	RecordByID(ctx context.Context, id uuid.UUID) (Record, error)
	// RecordPage lists the records that a query selects within its window, in its order. Where conditions are asked
	// that its order does not know, it looks at a bounded part of them for each window.
	RecordPage(ctx context.Context, q Query) (page.Found[Record], error)
	// CountRecords counts the records that a query selects, wherever its window is, among the first Counted
	// of its kind, fleets and time.
	CountRecords(ctx context.Context, q Query) (int, error)
}
