package sqlite

import (
	"context"
	"database/sql"
	"sync"
	"time"
)

// prepared keeps the statements of readings that every delivery makes: preparing one costs several times
// as much as running it. Each connection of the pool prepares it once.
type prepared struct {
	mu    sync.Mutex
	stmts map[string]*sql.Stmt
}

// often returns the statement of a text, which must not hold values and be one of few.
func (db *DB) often(ctx context.Context, query string) (*sql.Stmt, error) {
	p := &db.prepared
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := p.stmts[query]; s != nil {
		return s, nil
	}
	s, err := db.read.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if p.stmts == nil {
		p.stmts = map[string]*sql.Stmt{}
	}
	p.stmts[query] = s
	return s, nil
}

// close ends the use of the statements.
func (p *prepared) close() (err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.stmts {
		if e := s.Close(); e != nil {
			err = e
		}
	}
	return err
}

// one reads a single row; scan is given what it says if there is none.
func one[T any](ctx context.Context, db *DB, query string, scan reading[T], args ...any) (T, error) {
	s, err := db.often(ctx, query)
	if err != nil {
		var none T
		return none, err
	}
	defer db.wasRead(time.Now())
	return scan(s.QueryRowContext(ctx, args...))
}

// listOften is list for a text that is read again and again.
func listOften[T any](ctx context.Context, db *DB, query string, scan reading[T], args ...any) ([]T, error) {
	s, err := db.often(ctx, query)
	if err != nil {
		return nil, err
	}
	defer db.wasRead(time.Now())
	found, err := s.QueryContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	return collect(found, scan)
}
