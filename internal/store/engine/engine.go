// Package engine is what the tables of the store ask of the database in which they lie. It is a leaf:
// package tables holds every statement once, and each kind of database is an Engine in a folder of its own.
//
// Statements are written in what SQLite and PostgreSQL share. Parameters are ?1, ?2 and so on, or plain ? in
// their order; ids are []byte of 16 bytes, times int64 microseconds, truth 0 and 1. Text sorts byte by byte.
// INDEXED BY names an index that must be used where the database can be told.
package engine

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
)

// ErrClosed is what whoever uses a database gets after its end.
var ErrClosed = errors.New("the database is closed")

// ErrUnmet is why nothing of a transaction was kept: something that was answered in it before it was known has turned
// out otherwise. The same transaction once more is answered by what is known by then.
var ErrUnmet = errors.New("what was expected of a statement or a lane has turned out otherwise")

// Engine is a database that is open. All methods may be called from many goroutines.
type Engine interface {
	// Query reads what was committed before it began and calls each for every row, in their order. An
	// error of each ends it and is returned. When ctx ends first the error is that of ctx.
	Query(ctx context.Context, by Pool, query string, args []any, each func(Row) error) error
	// Session opens the one session by which this process writes.
	Session(ctx context.Context) (Session, error)
	// Trouble is an error of the database as the store's trouble; nil if it was the statement's own
	// fault.
	Trouble(err error) *fence.Trouble
	// Lock returns when nobody else, in whichever process, holds the lock of an id. unlock may be called
	// more than once. Of a process that dies the locks are free.
	Lock(ctx context.Context, id uuid.UUID) (unlock func(), err error)
}

// Keeper is an Engine as far as it looks after itself.
type Keeper interface {
	// Ping tells whether the database answers. A *fence.Trouble tells what is wrong with it.
	Ping(ctx context.Context) error
	// Notice is called each second or so by whoever works on the lanes: it notices what others have done to
	// the database, and answers as Ping does.
	Notice(ctx context.Context) error
	// Beat notes that the database is alive, by a write, if something was written since the last one or if it
	// is the first. It comes after Notice, and says that what Standing told is taken care of.
	Beat(ctx context.Context, write Writing) error
	// Standing tells, before the first beat, for which time the database stands.
	Standing(ctx context.Context) (fence.Standing, error)
	// Close ends the use of the database. The session was closed before. Closing twice is no error.
	Close() error
}

// Writing runs a part of a transaction and returns when it is on disk. It may run it twice.
type Writing func(ctx context.Context, run func(Statements) error) error

// Custody is what an Engine knows of how its rows are kept.
type Custody interface {
	// Space is how large the database and its log are, and what is free for them, in bytes; each of the last two is -1
	// where that cannot be known.
	Space() (database, log, free int64, err error)
	// Guarded tells whether the table audit has the triggers of its migration and no others.
	Guarded(ctx context.Context) (whole bool, err error)
	// Erasing runs a part of a transaction of the session. Nothing is left on the disk, where the database can
	// see to that, of what it deletes or overwrites.
	Erasing(run func() error) error
}

// Database is all that the tables ask of one that is open.
type Database interface {
	Engine
	Keeper
	Custody
}

// Pool is by which connections is read. None of them holds up the others.
type Pool int

const (
	// Kept is for texts that hold no values and are few: each is prepared once and kept.
	Kept Pool = iota
	// Searched is for texts that are built from filters, by the service itself.
	Searched
	// Listed is for what callers list.
	Listed
)

// Row is a row that was read, until each returns. Scan reads its columns as sql.Rows does, into an *any as
// nil, int64, string or []byte; what it has read stays valid.
type Row interface {
	Scan(into ...any) error
	// Columns returns the names of the columns.
	Columns() ([]string, error)
}

// Session is the one by which a process writes. It is used by one goroutine at a time.
type Session interface {
	Statements
	// Begin begins a transaction beside which nobody writes, in any process, until its end. changed
	// tells that another session has changed since the last Begin what is logged in the table change. After an
	// error there is no transaction.
	Begin() (changed bool, err error)
	// Alone tells, within a transaction, that no other session has written anything since the last one of this
	// session. One that cannot know says that it is not.
	Alone() bool
	// Hold tells, within a transaction, whether a lane was claimed again since a claim. The zero claim
	// is never overtaken. That it was not may turn out otherwise; then Commit returns ErrUnmet.
	Hold(c fence.Claim) (overtaken bool, err error)
	// Commit answers when the transaction is on disk. logged tells that it may have written to the table
	// change, also with an error that leaves open whether the transaction was committed.
	Commit() (logged bool, err error)
	// Rollback takes the transaction back, if there is one still.
	Rollback() error
	// Rest is called when all who wait for a commit were answered.
	Rest()
	// Close ends the session.
	Close() error
}

// Statements are run within a transaction. Texts are few and hold no values.
type Statements interface {
	// Exec runs a statement of which nobody asks what it changed. Its error may be told by a later call
	// within the transaction; then nothing of the transaction can be kept.
	Exec(query string, args []any) error
	// Change runs a statement and tells how many rows it has changed.
	Change(query string, args []any) (int64, error)
	// Expect is Change for a statement that should change one row. It may tell so before it is known. If that
	// turns out otherwise it calls unmet, and Commit returns ErrUnmet.
	Expect(query string, args []any, unmet func()) (int64, error)
	// Query reads within the transaction. each must not use the session.
	Query(query string, args []any, each func(Row) error) error
}
