package sqlite

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/ncruces/go-sqlite3"

	"github.com/waybill-dev/waybill/internal/store/engine"
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
	stmts statements
}

// openReaders opens some connections to a file that is there.
func openReaders(place string, n int, g *guard) (*readers, error) {
	r := &readers{idle: make(chan *reader, n)}
	for range n {
		c, err := sqlite3.Open(location(place, "_pragma=query_only(on)"))
		if err == nil {
			r.idle <- &reader{c, statements{}}
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
			err = errors.Join(err, one.stmts.close(), one.Close())
		}
		close(r.idle)
	})
	return err
}

// query runs a text.
func (r *readers) query(ctx context.Context, query string, args []any, each func(engine.Row) error) (err error) {
	var one *reader
	select {
	case <-ctx.Done():
		return ctx.Err()
	case one = <-r.idle:
	}
	if one == nil {
		return engine.ErrClosed
	}
	defer func() { r.idle <- one }()
	one.SetInterrupt(ctx)
	defer one.SetInterrupt(context.Background())
	s, err := one.stmts.bound(one.Conn, query, args)
	if err != nil {
		return err
	}
	// Also after a panic, as a reading that is not ended would see what was there when it began for ever.
	defer func() { err = cmp.Or(err, s.Reset()) }()
	for s.Step() {
		if err := each(row(s)); err != nil {
			return err
		}
	}
	return s.Err()
}
