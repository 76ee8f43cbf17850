package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"sync/atomic"
)

// prepared keeps the statements of readings: preparing one costs several times as much as running it.
// Each connection of the pool prepares it once. Texts must not hold values and be few: those of lists
// that are built from filters are searched instead.
type prepared struct {
	stmts sync.Map // of *statement by text
}

// statement is kept, with how often it was run.
type statement struct {
	*sql.Stmt
	runs atomic.Int64
}

// kept returns the statement of a text, which is run then.
func (db *DB) kept(ctx context.Context, query string) (*statement, error) {
	known, ok := db.prepared.stmts.Load(query)
	if !ok {
		made, err := db.read.PrepareContext(ctx, query)
		if err != nil {
			return nil, troubled(err)
		}
		if known, ok = db.prepared.stmts.LoadOrStore(query, &statement{Stmt: made}); ok {
			// Somebody else was faster, and theirs is kept.
			_ = made.Close()
		}
	}
	s := known.(*statement)
	s.runs.Add(1)
	return s, nil
}

// close ends the use of the statements.
func (p *prepared) close() (err error) {
	for query, s := range p.stmts.Range {
		err = errors.Join(err, s.(*statement).Close())
		p.stmts.Delete(query)
	}
	return err
}

// one reads a single row; scan is given what it says if there is none.
func one[T any](ctx context.Context, db *DB, query string, scan reading[T], args ...any) (T, error) {
	s, err := db.kept(ctx, query)
	if err != nil {
		var none T
		return none, err
	}
	return scan(s.QueryRowContext(ctx, args...))
}

// list reads all rows of a query. It reads beside the writer, so it sees what was committed before
// it began and nothing of a write that waits.
func list[T any](ctx context.Context, db *DB, query string, scan reading[T], args ...any) ([]T, error) {
	s, err := db.kept(ctx, query)
	if err != nil {
		return nil, err
	}
	found, err := s.QueryContext(ctx, args...)
	if err != nil {
		return nil, troubled(err)
	}
	return collect(found, scan)
}
