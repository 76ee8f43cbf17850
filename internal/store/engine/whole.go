package engine

import (
	"context"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
)

// Whole is a database that is read or filled as a whole, while no service works over it, in order to move it.
type Whole interface {
	// Tables are those that the database has, its own ones and those of its migrations among them.
	Tables(ctx context.Context) ([]Table, error)
	// Read reads what is committed and calls each for every row, in their order. An error of each ends it and
	// is returned.
	Read(ctx context.Context, query string, args []any, each func(Row) error) error
	// Write runs a transaction, and has it on disk when it returns without an error. After an error of run nothing
	// of it is kept; after one of the commit that is not known.
	Write(ctx context.Context, run func(Loading) error) error
	// Standing tells for which time the database stands.
	Standing(ctx context.Context) (fence.Standing, error)
	// Close ends the use of the database.
	Close() error
}

// Loading is what may be done in a transaction of a Whole.
type Loading interface {
	// Change runs a statement and tells how many rows it has changed.
	Change(query string, args []any) (int64, error)
	// Load adds rows, as many values each as the table has columns, in their order. No trigger runs. *Unfit tells
	// that the database cannot hold one of them; then the transaction cannot be kept.
	Load(t Table, rows [][]any) error
	// Loaded says that a table has all of its rows: what the database gives a number next is behind them.
	Loaded(t Table) error
	// Stand says that the database is a copy as of a time, so that the next start takes it for a backup.
	Stand(at time.Time) error
}

// Table is a table of a database.
type Table struct {
	Name    string
	Columns []Column
}

// Column is a column of a table. Key is its place in the primary key, from 1, and 0 if it is not in it. Bytes tells
// that it holds no texts: one that it is given is kept as its bytes.
type Column struct {
	Name  string
	Key   int
	Bytes bool
}

// Unfit is why a database cannot hold a row.
type Unfit struct{ Err error }

// Error describes it.
func (u *Unfit) Error() string { return u.Err.Error() }

// Unwrap returns the cause.
func (u *Unfit) Unwrap() error { return u.Err }
