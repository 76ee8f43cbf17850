package connection

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// What a store answers when it cannot do as asked. Any other error is the store's own.
var (
	// ErrNotFound: the connection, or the draft, does not exist.
	ErrNotFound = errors.New("connection not found")
	// ErrUsed: a draft was used by somebody else.
	ErrUsed = errors.New("the draft was used already")
	// ErrFull: there are as many drafts as may be.
	ErrFull = errors.New("there are too many drafts")
)

// Store reads connections.
type Store interface {
	// Connection returns a connection by id, deleted ones included, or ErrNotFound.
	Connection(ctx context.Context, id uuid.UUID) (Connection, error)
	// Connections lists all connections that are not deleted, oldest first.
	Connections(ctx context.Context) ([]Connection, error)
	// ConnectionPage lists connections that are not deleted, newest first by (CreatedAt, ID).
	ConnectionPage(ctx context.Context, q Query) ([]Connection, error)
}

// Accounts tells who shares an account, and with it the limits that its TSP sets.
type Accounts interface {
	// Alone tells whether no other connection that is not deleted leads to the account of one.
	Alone(ctx context.Context, c Connection) (bool, error)
}

// Writer changes connections. Whatever one call changes is written in one transaction: the
// connection, the fleet and grant that it founds, the drafts that it uses up, its schedules of
// imports, and the events that tell of it. A change that is not permitted, or whose fleet cannot be
// founded, changes nothing. An event whose Partner is zero goes to each partner whose grant on its fleet was in force
// when it occurred, under that partner's reference. After the commit the connection's lane is
// woken, so that it looks at the new state, and if kinds were made due its lane of imports too.
// Service.Shut tells no process but the one that made the change; others see it when they read the connection.
type Writer interface {
	// InsertConnection adds c.To; ErrUsed if one of the drafts is gone. A grant that is founded makes
	// room as in access.Agreements, unless one of its id is there already.
	InsertConnection(ctx context.Context, c Change) error
	// ChangeConnection changes a connection; fence.ErrOvertaken if it moved on, ErrUsed as above.
	ChangeConnection(ctx context.Context, c Change) error
	// SaveCredentials replaces the sealed credentials of a version after their renewal, and
	// nothing else; fence.ErrOvertaken if the connection has another version or is deleted.
	SaveCredentials(ctx context.Context, id uuid.UUID, version int64, sealed []byte) error
}

// Change is one change of a connection.
type Change struct {
	// From is the connection as it was read, zero for a new one. It must still have that
	// UpdatedAt, which grows with each change.
	From Connection
	// To is the connection as it shall be. Its Sealed is written only if Reseal says so, because
	// a renewal may have replaced what From holds.
	To     Connection
	Reseal bool
	// Reschedule tells that imports follow the change: Kinds are due at To.UpdatedAt, and all
	// others of the connection are parked. Schedules stay as they are without it.
	Reschedule bool
	Kinds      []resource.Kind
	Drafts     []uuid.UUID
	Events     []event.Event
	// Permit is asked first; its zero value lets everything pass.
	Permit Permit
	// Founds comes with a new connection of a fleet that was not known before; nil for any other.
	Founds *Founding
}

// Locks keeps those apart who replace the credentials of one connection.
type Locks interface {
	// LockConnection returns once nobody else who uses the same database holds the lock of the
	// connection, with what gives it back; or the context's error. A holder that dies loses it.
	// An engine of one process may keep locks in its memory; one that several processes share
	// must keep them in the database, bound to the holder's life.
	LockConnection(ctx context.Context, id uuid.UUID) (unlock func(), err error)
}

// Drafts keeps secrets that may become a connection's. They are visible to nobody else and
// stand in nobody's way; a draft past its end counts as absent. Those of a connection end with it.
type Drafts interface {
	// SaveDraft adds or replaces a draft. Those of its maker and purpose that give way to it, as
	// Draft.Beside decides, are dropped; ErrFull if it says so.
	SaveDraft(ctx context.Context, d Draft) error
	// DropDrafts erases the drafts that are past their end at a time.
	DropDrafts(ctx context.Context, at time.Time) error
	// DraftByID returns a draft of one purpose, fleet and TSP that has not ended at the time, or
	// ErrNotFound. of gives these and the id; its other fields are not looked at.
	DraftByID(ctx context.Context, of Draft, at time.Time) (Draft, error)
	// DraftsOf lists the drafts of one purpose, fleet and TSP that have not ended at the time. of
	// gives the three; its other fields are not looked at.
	DraftsOf(ctx context.Context, of Draft, at time.Time) ([]Draft, error)
}

// Purpose is what a draft is kept for.
type Purpose string

// The purposes of drafts.
const (
	// Exchanged: what a code was exchanged for, until it is known to work.
	Exchanged Purpose = "exchanged"
	// PreAuth: user name and password, until the fleet comes back from its TSP's consent page.
	PreAuth Purpose = "pre_auth"
)

// Draft is a secret that may become a connection's.
type Draft struct {
	ID      uuid.UUID
	Purpose Purpose
	Fleet   uuid.UUID
	TSP     tsp.Name
	// Maker is the partner or fleet that brought it, and Connection the connection that it was to
	// change; zero for one that was to be made.
	Maker, Connection uuid.UUID
	Sealed            []byte
	EndsAt            time.Time
}

// MostDrafts bounds the drafts of one purpose that a partner or a fleet may have.
const MostDrafts = 50

// Beside decides which of the drafts of the same maker and purpose give way to one that is new among
// them, and ErrFull if it has no room. What a code was exchanged for is the only copy, so it takes the
// place of the oldest; a pre-auth waits for room. others are in the order of their ends.
func (d Draft) Beside(others []Draft) (gone []uuid.UUID, err error) {
	if len(others) < MostDrafts {
		return nil, nil
	}
	if d.Purpose == PreAuth {
		return nil, ErrFull
	}
	for _, o := range others[:len(others)-MostDrafts+1] {
		gone = append(gone, o.ID)
	}
	return gone, nil
}

// Everything is all that a Service keeps.
type Everything interface {
	Store
	Writer
	Locks
	Drafts
	Accounts
}

// Query selects connections. Deleted connections are never selected.
type Query struct {
	// Fleets are those whose connections are wanted; none means no connections.
	Fleets []uuid.UUID
	// TSP narrows the list unless it is "".
	TSP    tsp.Name
	Window page.Window
}
