package operation

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Store keeps operations for their submitters.
type Store interface {
	// Accept stores an operation with the events that tell of it in one transaction (T1). It
	// returns when both are on disk, or with *Busy if the operation is sync and another
	// unfinished one holds its order key, or ErrKeyTaken if its idempotency key is in use.
	Accept(ctx context.Context, op Operation, events []event.Event) (Operation, error)
	// Operation returns an operation of a partner's connection with its attempts, or ErrNotFound.
	Operation(ctx context.Context, partner, connection, id uuid.UUID) (Operation, error)
	// Operations lists operations, newest first by (CreatedAt, Seq), with their attempts.
	Operations(ctx context.Context, f Filter) ([]Operation, error)
	// Keyed returns the operation that a client's idempotency key stands for, with its attempts
	// and its Key, or ErrNotFound.
	Keyed(ctx context.Context, client, key string) (Operation, error)
}

// Queue is what the engine needs of the store.
type Queue interface {
	Progress
	// Heads returns up to n live operations of a connection with Seq > after, in order.
	Heads(ctx context.Context, connection uuid.UUID, after int64, n int) ([]Operation, error)
	// MarkSending records that a call begins (T2); ErrOvertaken if the operation moved on.
	MarkSending(ctx context.Context, op Operation, at time.Time) error
	// Settle records the end of an attempt (T3); ErrOvertaken if the operation moved on.
	Settle(ctx context.Context, s Settlement) error
	// Interrupted turns operations that a dead process left in sending to unknown, with an
	// attempt that says so, and returns how many there were.
	Interrupted(ctx context.Context, at time.Time) (int, error)
}

// Progress is what the engine keeps of operations between attempts.
type Progress interface {
	// Attempts returns the attempts of an operation so far.
	Attempts(ctx context.Context, id uuid.UUID) ([]Attempt, error)
	// Steps returns the steps that attempts have marked, in the order of their first marks.
	Steps(ctx context.Context, id uuid.UUID) ([]tsp.Step, error)
	// MarkStep keeps a step; a later mark of the same key replaces it.
	MarkStep(ctx context.Context, id uuid.UUID, s tsp.Step) error
}

// Settlement is everything that changes when an attempt ends; it is written in one
// transaction, or not at all.
type Settlement struct {
	// Operation is as it shall be; it must still be live, with Tries as in From.
	Operation Operation
	From      int
	// Attempts are the entries of the log that are new or changed.
	Attempts []Attempt
	Record   *record.Record
	Events   []event.Event
}

// Busy says that a sync operation must wait for another one on its order key.
type Busy struct{ Operation uuid.UUID }

// Error describes the conflict.
func (b *Busy) Error() string {
	return "operation " + b.Operation.String() + " on the same record is unfinished"
}

// Filter selects operations for a list.
type Filter struct {
	Partner    uuid.UUID
	Kind       resource.Kind
	Connection uuid.UUID
	TSP        tsp.Name
	FleetRefs  []string
	Verb       resource.Verb
	SourceID   resource.SourceID
	Resource   uuid.UUID
	Status     string // pending, success, failed or ""
	From, To   time.Time
	Window     page.Window
}

// Position is the operation's place in a list.
func (op Operation) Position() page.Position { return page.Position{At: op.CreatedAt, Seq: op.Seq} }
