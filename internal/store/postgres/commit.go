package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store/engine"
)

// Each transaction writes its number into the row of its session, so that a process whose connection is lost
// while it commits can read whether it was committed. It reads that under the lock, which is free only when no
// server process works on the transaction any more. The status that PostgreSQL keeps of a transaction's own number
// would not do: after a crash or a failover the number of one that was lost is given to another.
const (
	markText = `INSERT INTO writer (id, n, at) VALUES (?1, ?2, ` + databaseNow + `)
		ON CONFLICT (id) DO UPDATE SET n = excluded.n, at = excluded.at RETURNING (SELECT coalesce(max(seq), 0) FROM change)`
	markedText = `SELECT coalesce(max(n), 0) FROM writer WHERE id = ?1`
)

// askFor is for how long the database is asked whether a transaction was committed.
const askFor = 12 * time.Second

// Commit answers when the transaction is on disk.
func (s *session) Commit() (logged bool, err error) {
	t := s.tx
	if err := s.meets(); err != nil {
		return false, err
	}
	last, ended := s.seen, ""
	err = t.add(markText, []any{s.id[:], s.n}, rows(func(r engine.Row) error { return r.Scan(&last) }))
	asked := err == nil
	if asked {
		err = t.add(`COMMIT`, nil, func(r *pgconn.ResultReader) error {
			tag, err := r.Close()
			ended = tag.String()
			return err
		})
	}
	if err == nil {
		err = t.answers()
	}
	switch {
	case ended == "COMMIT":
		logged = last > s.seen
		s.seen, s.committed = last, s.n
		s.engine.beats.written.Add(1)
		s.leave()
		return logged, nil
	case s.link.conn.IsClosed():
		s.drop()
		if !asked {
			return false, err
		}
		return s.found(err)
	case err == nil:
		s.leave()
		err = fmt.Errorf("the transaction was taken back: %s", ended)
	}
	return false, err
}

// meets asks for the lanes that are held and waits until all that was told before it was known has come true. All
// of it is answered at once, so that a transaction which is run again meets all of it.
func (s *session) meets() error {
	t := s.tx
	err := s.guard()
	if err == nil && t.expected > 0 {
		err = t.answers()
	}
	if err == nil && t.unmet {
		err = engine.ErrUnmet
	}
	return err
}

// found finds out whether the transaction was committed at whose end the connection was lost. It says that it has
// logged changes if it was: that makes others read more than they must, and nothing else.
func (s *session) found(cause error) (logged bool, err error) {
	ctx, cancel := context.WithTimeout(s.engine.ends, askFor)
	defer cancel()
	for {
		n, err := s.marked(ctx)
		switch {
		case err == nil && n == s.n:
			s.committed = n
			s.engine.beats.written.Add(1)
			return true, nil
		case err == nil:
			return false, fmt.Errorf("the transaction was taken back: %w", cause)
		}
		rest := time.NewTimer(shortestRest)
		select {
		case <-ctx.Done():
			rest.Stop()
			return true, &fence.Uncertain{Err: errors.Join(cause, err)}
		case <-rest.C:
		}
	}
}

// marked reads the number of the last transaction of this session that was committed, when none is open.
func (s *session) marked(ctx context.Context) (n int64, err error) {
	if err := s.connect(ctx); err != nil {
		return 0, err
	}
	t := newTransaction(s.link, &s.engine.texts)
	s.tx = t
	err = errors.Join(t.add(beginText, nil, nil), t.add(lockText, lockArgs(), nil))
	if err == nil {
		err = t.ask(markedText, []any{s.id[:]}, rows(func(r engine.Row) error { return r.Scan(&n) }))
	}
	if err != nil {
		s.drop()
		return 0, err
	}
	return n, s.Rollback()
}
