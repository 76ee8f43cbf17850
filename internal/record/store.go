package record

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/resource"
)

// ErrNotFound is what a Store answers for a record that does not exist or that the connection
// does not reach.
var ErrNotFound = errors.New("record not found")

// Store keeps records for those who write and import them. The three are for single records within
// one connection's reach; lists are another port.
type Store interface {
	// Record returns a record that a connection reaches, one deleted at the TSP included, or
	// ErrNotFound.
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

// Lists reads records.
type Lists interface {
	// RecordByID returns a record, a deleted one included, or ErrNotFound.
	RecordByID(ctx context.Context, id uuid.UUID) (Record, error)
	// RecordPage lists the records that a query selects within its window, in its order.
	RecordPage(ctx context.Context, q Query) ([]Record, error)
	// CountRecords counts all records that a query selects, wherever its window is.
	CountRecords(ctx context.Context, q Query) (int, error)
}

// Schedules keeps when each kind of a connection is imported. A change of the connection itself
// reschedules its kinds in the transaction of the change; see connection.Change. A settled import
// and a changed connection may meet: whoever says when a kind is due anew wins.
type Schedules interface {
	// ScheduleImports makes the kinds of a connection due at a time, adds those that have no
	// schedule, and wakes the connection's lane of imports.
	ScheduleImports(ctx context.Context, connection uuid.UUID, kinds []resource.Kind, at time.Time) error
	// ParkImports takes a connection's schedules out of work until they are scheduled again.
	ParkImports(ctx context.Context, connection uuid.UUID) error
	// SchedulesOf lists the schedules of connections.
	SchedulesOf(ctx context.Context, connections []uuid.UUID) ([]Schedule, error)
	// SettleImport stores how an import ended. A schedule that was parked or made due meanwhile
	// keeps that.
	SettleImport(ctx context.Context, claim fence.Claim, from, to Schedule) error
	// DueImports lists the connections that have a kind due at a time, each once.
	DueImports(ctx context.Context, at time.Time) ([]uuid.UUID, error)
}

// Schedule is when one kind of a connection is imported. There is one for each kind that was ever
// scheduled; one of a deleted connection is parked.
type Schedule struct {
	// Seq is given by the store.
	Seq        int64
	Connection uuid.UUID
	Kind       resource.Kind
	// NextAt is when the kind is due; zero while the schedule is parked.
	NextAt time.Time
	// LastSuccessAt is when the last complete import ended; zero if there was none.
	LastSuccessAt time.Time
	// Failures counts the failed imports since then, and Problem says why the last one failed.
	Failures int
	Problem  string
}

// ScheduleID is the id of the schedule by which a kind of a connection is imported.
func ScheduleID(connection uuid.UUID, kind resource.Kind) uuid.UUID {
	return uuid.NewSHA1(idSpace, []byte("schedule\x00"+connection.String()+"\x00"+string(kind)))
}
