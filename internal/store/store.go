// Package store is where everything is kept, as one port: what the rooms ask of a store, each in
// its own words, together with what only the program itself asks. Package tables implements it, over
// engines, each in a folder of its own; package storetest holds every promise that is made here.
//
// The store holds no judgement. What depends on what is stored is decided by functions of the
// rooms (access.Grant.TakePlace, operation.Operation.Begin, record.Record.Onto and their like):
// the tables read, ask and write, in one transaction.
package store

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/job"
	"github.com/waybill-dev/waybill/internal/lane"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/operator"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/store/engine"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// Store keeps everything. What a method has answered without an error is on disk; what it has
// refused has changed nothing. Times keep their microseconds and come back in UTC. All methods may
// be called from many goroutines. Errors that a port names are found with errors.Is and errors.As;
// any other means that the store could not do it now, and whoever asked may ask again.
type Store interface {
	access.Store
	access.Agreements
	access.Fleets
	access.FleetKeeper
	access.Partners
	access.Clients
	access.Surveys
	access.Tokens
	operator.Directory
	operator.Leavings
	operator.Sessions
	operator.Retention
	connection.Everything
	connection.Surveys
	connection.Records
	operation.Store
	operation.Surveys
	operation.Rates
	operation.Waitings
	lane.Store
	lane.CallCounts
	operation.Groups
	operation.Queue
	operation.Stops
	operation.Cancels
	operation.Trying
	operation.Resolutions
	operation.Images
	operation.Newer
	operation.Chained
	operation.Progress
	operation.Recovery
	operation.Backlogs
	operation.Ends
	operation.Lines
	operation.Retention
	operation.Exchanges
	job.Store
	job.Snapshots
	job.Queue
	job.Retention
	operation.Verifications
	record.Store
	record.Sweeps
	record.Orphans
	record.Lists
	record.Retention
	record.Schedules
	record.Executions
	record.Backlogs
	webhook.Store
	webhook.Queue
	webhook.DeadLetters
	webhook.Trail
	webhook.Figures
	webhook.Sweeps
	webhook.Expiry
	webhook.Vault
	audit.Log
	webhook.Receivers
	webhook.Backlogs
	webhook.Surveys
	webhook.FeedStore
	Meta
	Keeping
	Figures
	Sealed
	Clock
	// Close waits for the writes under way and ends the use of the database; whoever writes
	// afterwards gets an error. Closing twice is no error.
	Close() error
}

// Keeping is how the store itself fares.
type Keeping interface {
	// Ping tells whether the store answers and takes writes. A *fence.Trouble says why not. What a
	// write failed of is told until a Beat finds that the store can be written.
	Ping(ctx context.Context) error
	// Beat is called each second or so by whoever works on the lanes: it notices what others have
	// done to the store, tries again what failed, and notes that the store is alive if something was
	// written. It answers as Ping does. The first call says that what Standing told is taken care of.
	Beat(ctx context.Context) error
	// Standing tells, before the first Beat, for which time the store stands.
	Standing(ctx context.Context) (fence.Standing, error)
}

// Clock is the clock of a store, by which all who share it compare times.
type Clock interface {
	// Now never goes back.
	Now() time.Time
}

// Figures is what a store tells of itself, for whoever looks at the service.
type Figures interface {
	// Queued is how many writes wait to be written, by class.
	Queued() map[string]int
	// Space is how large the database and its log are, and what is free for them, in bytes; each of the last two is -1
	// where that cannot be known.
	Space() (database, log, free int64, err error)
}

// Watch is told what reading and writing cost. Its methods must be quick, and are called by many
// goroutines.
type Watch interface {
	// Read is told how long a reading took, with what it waited for a connection.
	Read(took time.Duration)
	// Wrote is told how long a write took, from when it was asked for until it was on disk or refused.
	Wrote(took time.Duration)
	// Committed is told how long a transaction took, and how many writes shared it.
	Committed(writes int, took time.Duration)
	// SentAway is told of an accept that was refused since too many wait, or for too long.
	SentAway()
}

// Meta keeps small named values beside the tables. What a process counts in its memory and saves
// here at its stop, such as the state of the limits, is one process's: of replicas it goes with the lanes.
type Meta interface {
	// Meta returns a value, or nil if there is none.
	Meta(ctx context.Context, name string) ([]byte, error)
	// SetMeta keeps a value; nil removes it.
	SetMeta(ctx context.Context, name string, value []byte) error
	// MetaOr keeps a value under a name that has none, and returns what is kept there: of many who
	// do so at once all get the same.
	MetaOr(ctx context.Context, name string, value []byte) ([]byte, error)
	// SwapMeta replaces a value that is still the one that was read; fence.ErrOvertaken if it is not.
	SwapMeta(ctx context.Context, name string, from, to []byte) error
}

// Waker is told, after the commit, of each lane that was given work. It must not block. A hint
// that is lost costs time and nothing else: WaitingConnections and its like tell what waits.
type Waker func(fence.Lane)

// Options are what a store is opened with.
type Options struct {
	// Now replaces the clock by which grants, drafts and keys are judged when they are read; nil for the
	// database's own, or this machine's where it has none.
	Now func() time.Time
	// Wake is nil for whoever has nobody to wake.
	Wake Waker
	// Ended is told, after the commit, of each operation that has ended by a settlement of this process. It must not
	// block, and may be nil.
	Ended func(operation uuid.UUID)
	// ListDeadline bounds the time for which a list is read; the store's own if it is zero.
	ListDeadline time.Duration
	// Sealing is asked once, before anything that may be sealed is read or written, for what seals and
	// opens; it finds its keys in the store. Who leaves it out writes texts as they are and opens none that
	// is sealed.
	Sealing func(ctx context.Context, kept Store) (Sealing, error)
	// Watch is told what reading and writing cost; it may be nil.
	Watch Watch
	// Behind is given the database and returns what is used in its place; nil leaves it as it is. Tests have it fail so.
	Behind func(engine.Database) engine.Database
}
