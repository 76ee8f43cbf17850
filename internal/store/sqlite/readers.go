package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// readers are connections that only read, with texts that each of them prepares once and keeps: parsing one
// costs several times as much as running it. Texts must not hold values and be few; those of lists that are
// built from filters are searched instead. A connection reads for one caller at a time.
type readers struct {
	idle   chan *reader
	opened int
	once   sync.Once
}

type reader struct {
	*sqlite3.Conn
	stmts map[string]*statement
}

// openReaders opens some connections to a file that is there.
func openReaders(place string, n int, g *guard) (*readers, error) {
	r := &readers{idle: make(chan *reader, n)}
	for range n {
		c, err := sqlite3.Open(location(place, "_pragma=query_only(on)"))
		if err == nil {
			r.idle <- &reader{c, map[string]*statement{}}
			r.opened++
			err = begin(c, g)
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("opening the database: %w", err), r.close())
		}
	}
	return r, nil
}

// close waits for the readings under way.
func (r *readers) close() (err error) {
	r.once.Do(func() {
		for range r.opened {
			one := <-r.idle
			for _, s := range one.stmts {
				err = errors.Join(err, s.Close())
			}
			err = errors.Join(err, one.Close())
		}
		close(r.idle)
	})
	return err
}

// do runs a text; with reads what it answers.
func (r *readers) do(ctx context.Context, query string, args []any, with func(*statement) error) (err error) {
	var one *reader
	select {
	case <-ctx.Done():
		return ctx.Err()
	case one = <-r.idle:
	}
	if one == nil {
		return errClosed
	}
	defer func() { r.idle <- one }()
	one.SetInterrupt(ctx)
	defer one.SetInterrupt(context.Background())
	s, err := one.stmt(query)
	if err == nil {
		err = s.bind(args)
	}
	if err != nil {
		return err
	}
	// Also after a panic, as a reading that is not ended would see what was there when it began for ever.
	defer func() { err = cmp.Or(err, s.Reset()) }()
	return with(s)
}

func (r *reader) stmt(query string) (*statement, error) {
	if s := r.stmts[query]; s != nil {
		return s, nil
	}
	s, _, err := r.PrepareFlags(query, sqlite3.PREPARE_PERSISTENT)
	if err != nil {
		return nil, fmt.Errorf("preparing a statement: %w", err)
	}
	r.stmts[query] = &statement{Stmt: s}
	return r.stmts[query], nil
}

// one reads a single row; scan is given what it says if there is none.
func one[T any](ctx context.Context, db *DB, query string, scan reading[T], args ...any) (v T, err error) {
	defer db.wasRead(time.Now())
	err = db.readers.do(ctx, query, args, func(s *statement) (err error) {
		if s.Step() {
			v, err = scan(row{s.Stmt})
		} else if err = s.Err(); err == nil {
			v, err = scan(noRow{})
		}
		return err
	})
	return v, troubled(err)
}

// noRow is where a row is looked for and none is.
type noRow struct{}

// Scan says that there is none.
func (noRow) Scan(...any) error { return sql.ErrNoRows }

// list reads all rows of a query. It reads beside the writer, so it sees what was committed before
// it began and nothing of a write that waits.
func list[T any](ctx context.Context, db *DB, query string, scan reading[T], args ...any) (all []T, err error) {
	defer db.wasRead(time.Now())
	err = db.readers.do(ctx, query, args, func(s *statement) error {
		for s.Step() {
			v, err := scan(row{s.Stmt})
			if err != nil {
				return err
			}
			all = append(all, v)
		}
		return s.Err()
	})
	if err != nil {
		return nil, troubled(err)
	}
	return all, nil
}
