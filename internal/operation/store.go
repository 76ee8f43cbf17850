package operation

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Store keeps operations for their submitters.
type Store interface {
	// Accept stores an operation with the events that tell of it in one transaction (T1) and wakes
	// the connection's lane unless the operation is sync. It returns when both are on disk, or with
	// *Busy if the operation is sync and another unfinished one of the connection holds its order
	// key, or a Hold does (Behind), or ErrKeyTaken if its idempotency key was given since KeysSince
	// its CreatedAt to an operation that does not free it. If it has a RetryOf that is retried by it, or ErrRetried if
	// that was done before. If it has a RevertOf that is reverted by it, or ErrReverted if that was done before and has not
	// certainly failed, if the record has been written since Upon, or if something of its chain has not ended.
	Accept(ctx context.Context, op Operation, events []event.Event) (Operation, error)
	// Free tells with *Busy that Accept would refuse a sync operation now for what else is in its
	// chain. It is asked before anything is charged for the operation.
	Free(ctx context.Context, op Operation) error
	// Operation returns an operation of a partner's connection with its attempts, or ErrNotFound.
	Operation(ctx context.Context, partner, connection, id uuid.UUID) (Operation, error)
	// Operations lists operations, newest first by (CreatedAt, Seq), with their attempts. It looks at a bounded
	// part of them for each window.
	Operations(ctx context.Context, f Filter) (page.Found[Operation], error)
	// Keyed returns the operation of a partner's that the Value of a key stands for, as given by its
	// Client, with its attempts and its Key, or ErrNotFound; so it is for a key that is past KeyLife or
	// that FreesKey.
	Keyed(ctx context.Context, partner uuid.UUID, k Key) (Operation, error)
}

// Queue is what the engine needs of the store. It keeps the hands of one process off what another
// took further; that only one process works on a lane is the claim's promise.
type Queue interface {
	// Heads returns the oldest live operations of each chain of a connection, by OrderKey and Seq.
	// Its cost follows what it returns, not how many operations wait. One that is Damaged holds up no other.
	Heads(ctx context.Context, q fence.Query) ([]Operation, error)
	// Streams returns the streams in which a connection has live operations; the share of each is the
	// partner's id as text.
	Streams(ctx context.Context, connection uuid.UUID) ([]fence.Stream, error)
	// MarkSending records that a call begins (T2), as Operation.Begin decides; fence.ErrOvertaken
	// if the stored operation has not the State and Tries of the one that was read, or if the lane
	// was claimed anew.
	MarkSending(ctx context.Context, claim fence.Claim, op Operation, at time.Time) error
	// Settle records the end of an attempt (T3), as Settlement.Check decides; fence.ErrOvertaken if
	// the operation moved on or the lane was claimed anew. The end of a sync operation wakes the
	// lane that it held up. Whoever has asked to cancel the operation was too late then: its StopAt is ExpiresAt again. An
	// end that is Unsent and Cancelled is counted with the job that has asked for it.
	Settle(ctx context.Context, s Settlement) error
	// WaitingConnections lists the connections that hold live operations, at a cost that does not
	// follow how many there are.
	WaitingConnections(ctx context.Context) ([]uuid.UUID, error)
}

// Recovery is what a start needs of the store, and whoever takes over from a process that died.
type Recovery interface {
	// Interrupted ends the attempts of operations in sending that are Left, as Operation.Interrupt decides, and
	// returns how many there were. settles tells for how long each Held one holds its chain.
	Interrupted(ctx context.Context, at time.Time, of Left, settles func(Operation) time.Duration) (int, error)
	// Unsent takes up the attempts of operations in sending that are Left and had sent nothing, as Operation.Unsent
	// decides, and returns how many there were: those that marked tells of, without a step that was begun and not
	// done, and sync ones without any step. It comes before Interrupted.
	Unsent(ctx context.Context, at time.Time, of Left, marked func(Operation) bool) (int, error)
	// Handlers lists the replicas whose handlers sync operations in sending wait for; zero for those that have none.
	Handlers(ctx context.Context) ([]uuid.UUID, error)
	// Restored settles the live operations of a database that was put back as it stood at since, as
	// Operation.Restored decides, and returns how many it has changed. settles is as in Interrupted,
	// before which it comes. It may be done again after it was cut off.
	Restored(ctx context.Context, since, at time.Time, settles func(Operation) time.Duration) (int, error)
}

// Left are the operations in sending that nobody is at work on any more. Its zero value is all of them: so it is for the
// start of the only process that works on lanes. With replicas others are at work on theirs.
type Left struct {
	// Claim, if set, says that they are those alone that runners of its lane have begun: whoever has claimed the lane, and
	// begun nothing yet, takes up what was begun before. fence.ErrOvertaken if it was claimed anew.
	Claim fence.Claim
	// Sync says that they are the sync ones alone whose Handler it is: so it is once that replica is dead. Beside replicas
	// those without one are of a process that worked alone, and was, before its database came to be shared.
	Sync    bool
	Handler uuid.UUID
}

// Retention removes what is kept no longer.
type Retention interface {
	// SweepOperations removes operations that are Past at a time, with their attempts, steps, calls and keys, of a bounded
	// number of those behind a Seq, the oldest first. It returns the Seq to go on behind; 0 where what follows
	// is younger.
	SweepOperations(ctx context.Context, behind int64, before time.Time) (next int64, err error)
	// SweepKeys removes some of the idempotency keys that were given before a time.
	SweepKeys(ctx context.Context, before time.Time) (more bool, err error)
	// SweepExchanges removes some of the calls of attempts that ended before a time.
	SweepExchanges(ctx context.Context, before time.Time) (more bool, err error)
}

// Past tells whether an operation ended before a time. One that lives is never past, however old it is.
func (op Operation) Past(before time.Time) bool {
	return op.State.Ended() && op.UpdatedAt.Before(before)
}

// Progress is what the engine keeps of operations between attempts.
type Progress interface {
	// Attempts returns the attempts of an operation so far.
	Attempts(ctx context.Context, id uuid.UUID) ([]Attempt, error)
	// Steps returns the steps that attempts have marked, in the order of their first marks.
	Steps(ctx context.Context, id uuid.UUID) ([]tsp.Step, error)
	// MarkStep keeps a step; a later mark of the same key replaces it.
	MarkStep(ctx context.Context, id uuid.UUID, s tsp.Step) error
	// Rivals returns the messages, group messages and inspections of the account that a connection
	// opens, over all connections to it, that took effect or may have: those that ended at a time or
	// later so, and those whose outcome is open. Other kinds bear a mark of their operation at every
	// TSP and rival nobody.
	Rivals(ctx context.Context, connection uuid.UUID, since time.Time) ([]Operation, error)
}

// Settlement is everything that changes when an attempt ends; it is written in one transaction, or
// not at all. Parts that are nil or empty change nothing.
type Settlement struct {
	// Claim is under which the attempt was made; zero for a sync write.
	Claim fence.Claim
	// Operation is as it shall be; the stored one must still be live, with Tries as in From. At its VerifyAt it is Due.
	Operation Operation
	From      int
	// Attempts are the entries of the log that are new or changed.
	Attempts []Attempt
	Record   *record.Record
	Events   []event.Event
	// Image is what a successful update has changed of its record; nil if that is not known.
	Image record.Image
	// Kept are the calls of the attempt.
	Kept *Kept
	// Hold is what an operation that ends leaves on its chain, whose next one then waits.
	Hold *Hold
	// Unsent, if set, says that it ends because nothing of it was sent: the stored one must have this state still, in
	// which it was read. Such an end wakes the lane.
	Unsent State
}

// Busy says that a sync operation must wait: for another one on its order key, or, where that has
// ended, until what was sent for it can have no effect any more.
type Busy struct {
	Operation uuid.UUID
	// Partner is whose operation it is: no other is told which.
	Partner uuid.UUID
	Until   time.Time
}

// Error describes the conflict.
func (b *Busy) Error() string { return b.to(b.Partner) }

// to describes the conflict to a partner.
func (b *Busy) to(partner uuid.UUID) string {
	if b.Operation == uuid.Nil {
		return "an earlier write of the same record, or between the same two people, had no answer and may take effect until " +
			b.Until.UTC().Format(time.RFC3339)
	}
	if b.Partner != partner {
		return "another write on the same record is unfinished"
	}
	return "operation " + b.Operation.String() + " on the same record is unfinished"
}

// Filter selects operations for a list. Zero fields narrow nothing, but Partner and the range From
// <= CreatedAt < To are always asked.
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
	// Cause is for what they wait. Stores do not ask it: it is found out of what they have found.
	Cause    Cause
	From, To time.Time
	Window   page.Window
}

// Position is the operation's place in a list.
func (op Operation) Position() page.Position { return page.Position{At: op.CreatedAt, Seq: op.Seq} }
