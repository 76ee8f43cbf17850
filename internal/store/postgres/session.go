package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store/engine"
)

// session is how this process writes: one connection at a time, and a new one when it is lost.
type session struct {
	engine *Engine
	// id and n name the transaction that is open or was last, and committed is the last n that was. Numbers grow over
	// all sessions. alone tells that no other session has committed one since.
	id           uuid.UUID
	n, committed int64
	alone        bool
	// link is nil while there is no connection; after says how often in a row none could be had.
	link  *link
	after backOff
	tx    *transaction
	// seen is the last entry of the table change that was looked at, and renewed says that the connection is
	// another one since.
	seen    int64
	renewed bool
	// epochs are the newest claims that were seen, and doubted the lanes of which one was overtaken.
	epochs  map[fence.Lane]int64
	doubted map[fence.Lane]bool
	closed  bool
}

// Session opens the one session by which this process writes.
func (e *Engine) Session(ctx context.Context) (engine.Session, error) {
	s := &session{engine: e, id: uuid.New(), epochs: map[fence.Lane]int64{}, doubted: map[fence.Lane]bool{}}
	if err := s.connect(ctx); err != nil {
		return nil, err
	}
	// Rows of former sessions stay until nobody can ask for them. The last number stays in any case.
	_, err := e.own.Exec(ctx, `DELETE FROM writer WHERE at < `+databaseNow+` - 86400000000
		AND n < (SELECT max(n) FROM writer)`)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening the writer: %w", err), s.Close())
	}
	return s, nil
}

// connect makes sure that there is a connection. After one that failed the next one is tried later, and until
// then the same is answered.
func (s *session) connect(ctx context.Context) error {
	if s.closed {
		return engine.ErrClosed
	}
	if s.link != nil && !s.link.conn.IsClosed() {
		return nil
	}
	if err := s.after.wait(); err != nil {
		return err
	}
	s.link = nil
	began := time.Now()
	conn, err := pgconn.ConnectConfig(ctx, s.engine.config.ConnConfig.Config.Copy())
	if err == nil {
		if err = watched(ctx, linkOf(conn)); err != nil {
			_ = conn.Close(ctx)
		}
	}
	if s.after.had(time.Since(began), err) != nil {
		return fmt.Errorf("connecting to the database: %w", err)
	}
	s.link, s.renewed = linkOf(conn), true
	return nil
}

// watched has the server notice soon that this process is unreachable, which may hold the lock by which it
// writes. A pooler that stands between has to do the same by itself.
func watched(ctx context.Context, l *link) error {
	if l.pooled {
		return nil
	}
	_, err := l.conn.Exec(ctx, fmt.Sprintf(`SELECT set_config('tcp_keepalives_idle', '%d', false),
		set_config('tcp_keepalives_interval', '%d', false), set_config('tcp_keepalives_count', '%d', false),
		set_config('tcp_user_timeout', '%d', false)`, int(silentFor.Seconds()), int(silentEvery.Seconds()), silentTimes,
		silentFor.Milliseconds())).ReadAll()
	return err
}

// Alone tells that no other session has written since the last transaction of this one.
func (s *session) Alone() bool { return s.alone }

// Exec adds a statement.
func (s *session) Exec(query string, args []any) error { return s.tx.add(query, args, nil) }

// Change runs a statement and tells how many rows it has changed.
func (s *session) Change(query string, args []any) (n int64, err error) {
	err = s.tx.ask(query, args, func(r *pgconn.ResultReader) error {
		tag, err := r.Close()
		n = tag.RowsAffected()
		return err
	})
	return n, err
}

// Expect adds a statement and tells that it has changed one row.
func (s *session) Expect(query string, args []any, unmet func()) (int64, error) {
	return 1, s.tx.expect(query, args, func(r *pgconn.ResultReader) (bool, error) {
		tag, err := r.Close()
		met := tag.RowsAffected() == 1
		if err == nil && !met {
			unmet()
		}
		return met, err
	})
}

// Query reads within the transaction.
func (s *session) Query(query string, args []any, each func(engine.Row) error) error {
	return s.tx.ask(query, args, rows(each))
}

// Rollback takes the transaction back; that of a connection which is lost takes the server back.
func (s *session) Rollback() error {
	t := s.tx
	if t == nil {
		return nil
	}
	failed := t.err
	t.err = nil
	if err := t.add(`ROLLBACK`, nil, nil); err != nil || t.answers() != nil || stale(failed) || s.link.conn.IsClosed() {
		s.drop()
		return nil
	}
	s.leave()
	return nil
}

// Rest has nothing to do: the server tidies up by itself.
func (s *session) Rest() {}

// Close ends the session.
func (s *session) Close() error {
	if s.closed {
		return nil
	}
	s.closed = true
	_ = s.Rollback()
	s.drop()
	return nil
}

// leave ends the transaction and keeps the connection.
func (s *session) leave() {
	if s.tx != nil {
		s.tx.end()
		s.tx = nil
	}
}

// drop ends the connection, and with it the transaction that may be open.
func (s *session) drop() {
	if s.link != nil {
		ctx, cancel := context.WithTimeout(context.Background(), cancelFor)
		defer cancel()
		s.leave()
		_ = s.link.conn.Close(ctx)
		s.link = nil
	}
	s.tx = nil
}
