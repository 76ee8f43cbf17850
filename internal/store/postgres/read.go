package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/waybill-dev/waybill/internal/store/engine"
)

// readFor bounds every reading, so that a server that does not answer holds nobody for ever.
const readFor = time.Minute

// retries is how often a reading is begun again whose connection was dead.
const retries = 3

var errSilent = fmt.Errorf("the database did not answer within %s", readFor)

// Query reads what was committed before it began.
func (e *Engine) Query(ctx context.Context, by engine.Pool, query string, args []any, each func(engine.Row) error) error {
	return e.query(ctx, e.pools[by], reading{query, args, each, by == engine.Kept})
}

// reading is what is read.
type reading struct {
	query string
	args  []any
	each  func(engine.Row) error
	keep  bool
}

func (e *Engine) query(caller context.Context, by *pgxpool.Pool, r reading) error {
	ctx, cancel := context.WithTimeoutCause(caller, readFor, errSilent)
	defer cancel()
	for left := retries; ; left-- {
		told, err := e.read(ctx, by, r)
		switch {
		case err == nil:
			return nil
		case e.ends.Err() != nil:
			return engine.ErrClosed
		case errors.Is(err, errOfEach):
			return errors.Unwrap(err)
		case caller.Err() != nil:
			return fmt.Errorf("reading the database: %w", caller.Err())
		case ctx.Err() != nil:
			return errors.Join(errSilent, err)
		case told || left == 0 || !dead(err):
			return err
		}
		// Those that lie idle were connected to the same server.
		by.Reset()
		e.texts.forget(r.query)
	}
}

// ofEach is an error of who is told the rows.
type ofEach struct{ error }

var errOfEach = errors.New("told by each")

// Is lets it be told apart.
func (o ofEach) Is(target error) bool { return target == errOfEach }

// Unwrap returns it.
func (o ofEach) Unwrap() error { return o.error }

// read reads once. told says that each was told a row.
func (e *Engine) read(ctx context.Context, by *pgxpool.Pool, r reading) (told bool, err error) {
	conn, err := by.Acquire(ctx)
	if err != nil {
		return false, err
	}
	defer conn.Release()
	l := linkOf(conn.Conn().PgConn())
	p, err := l.prepare(ctx, &e.texts, r.query, r.keep)
	if err != nil {
		return false, err
	}
	b, err := bind(p.ParamOIDs, r.args)
	if err != nil {
		return false, err
	}
	answer := l.run(ctx, p, b)
	told, err = tell(answer, r.each)
	if stale(err) {
		// The pool closes it, and what was prepared in it goes.
		defer func() { _ = conn.Conn().Close(ctx) }()
	}
	return told, err
}

// tell tells each the rows of an answer, and reads it to its end.
func tell(answer *pgconn.ResultReader, each func(engine.Row) error) (told bool, err error) {
	for answer.NextRow() {
		told = true
		if err = each(row{answer.FieldDescriptions(), answer.Values()}); err != nil {
			err = ofEach{err}
			break
		}
	}
	if _, failed := answer.Close(); err == nil {
		err = failed
	}
	return told, err
}
