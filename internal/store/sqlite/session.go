package sqlite

import (
	"cmp"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/ncruces/go-sqlite3"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store/engine"
)

// session is the connection by which this process writes. It keeps a statement of each text that it was given.
type session struct {
	conn  *sqlite3.Conn
	stmts statements
	log   checkpoints
	guard *guard
	// epochs holds the newest claim of each lane that has written. One process works on a file, so
	// they need not outlive it.
	epochs map[fence.Lane]int64
	// version is SQLite's mark of what other connections have written, and alone tells that it was that of the
	// last transaction.
	version int64
	alone   bool
	// logged tells that the transaction has logged changes of what is remembered.
	logged bool
	// counted is how many rows had been changed when the transaction began, or at its beat.
	counted int64
	beaten  bool
	// unbeaten counts the rows that were changed since the last beat.
	unbeaten atomic.Int64
	ended    atomic.Bool
}

func newSession(place string, g *guard) (*session, error) {
	conn, err := sqlite3.Open(location(place, ""))
	if err != nil {
		return nil, fmt.Errorf("opening the writer: %w", err)
	}
	s := &session{conn: conn, stmts: statements{}, guard: g, epochs: map[fence.Lane]int64{},
		log: checkpoints{guard: g, open: func() (*sqlite3.Conn, error) {
			c, err := sqlite3.Open(location(place, ""))
			if err != nil {
				return nil, err
			}
			return c, begin(c, g)
		}}}
	s.log.watch(conn)
	if err := errors.Join(begin(conn, g), s.listen()); err != nil {
		return nil, errors.Join(fmt.Errorf("opening the writer: %w", err), conn.Close())
	}
	return s, nil
}

// listen has the connection tell what it logs, by a trigger that is its own alone.
func (s *session) listen() error {
	err := s.conn.CreateFunction("change_logged", 0, sqlite3.INNOCUOUS,
		func(sqlite3.Context, ...sqlite3.Value) { s.logged = true })
	if err == nil {
		err = s.conn.Exec(`CREATE TEMP TRIGGER change_logged AFTER INSERT ON main.change
			BEGIN SELECT change_logged(); END`)
	}
	return err
}

// Begin looks at the files before, since another one's must not be written.
func (s *session) Begin() (changed bool, err error) {
	if lost := s.guard.check(); lost != nil {
		return false, lost
	}
	s.logged, s.beaten, s.counted = false, false, s.conn.TotalChanges()
	if err := s.Exec(`BEGIN IMMEDIATE`, nil); err != nil {
		return false, err
	}
	last := s.version
	err = s.Query(`PRAGMA data_version`, nil, func(r engine.Row) error { return r.Scan(&s.version) })
	if err != nil {
		return false, errors.Join(err, s.Rollback())
	}
	s.alone = s.version == last
	return !s.alone, nil
}

// Alone tells what Begin has found: SQLite tells of all that others write.
func (s *session) Alone() bool { return s.alone }

// Hold compares with what this process knows, which is all that there is.
func (s *session) Hold(c fence.Claim) (overtaken bool, err error) {
	if c.Epoch < s.epochs[c.Lane] {
		return true, nil
	}
	if c.Epoch > 0 {
		s.epochs[c.Lane] = c.Epoch
	}
	return false, nil
}

// Commit looks at the files again before anybody is answered: then what was committed lies where it is found.
func (s *session) Commit() (logged bool, err error) {
	if err := s.Exec(`COMMIT`, nil); err != nil {
		return false, err
	}
	if lost := s.guard.check(); lost != nil {
		return s.logged, lost
	}
	if s.beaten {
		s.unbeaten.Store(0)
	}
	s.unbeaten.Add(s.conn.TotalChanges() - s.counted)
	return s.logged, nil
}

// Rollback answers with the loss of the files where that is why.
func (s *session) Rollback() error {
	var err error
	if !s.conn.GetAutocommit() {
		err = s.Exec(`ROLLBACK`, nil)
	}
	if lost := s.guard.check(); lost != nil {
		return lost
	}
	return err
}

// Rest brings the log into the file when it is long.
func (s *session) Rest() { s.log.follow(s.conn) }

// Close ends what was prepared. The connection stays until the end of all others.
func (s *session) Close() error {
	s.log.stop()
	err := s.stmts.close()
	s.stmts = statements{}
	return err
}

// end closes the connection, the last one of the file. It keeps that from writing the log into a file that is
// damaged or no longer the log's own.
func (s *session) end() error {
	if s.ended.Swap(true) {
		return nil
	}
	if s.guard.spoiled() {
		// The option is one that a connection has.
		_, _ = s.conn.Config(sqlite3.DBCONFIG_NO_CKPT_ON_CLOSE, true)
	}
	return errors.Join(s.Close(), s.conn.Close())
}

// Exec runs a statement. No context goes with it: a caller who gives up must not interrupt a transaction
// that holds the writes of others.
func (s *session) Exec(query string, args []any) error {
	st, err := s.stmts.bound(s.conn, query, args)
	if err != nil {
		return err
	}
	return st.Exec()
}

// Change runs a statement and tells how many rows it has changed.
func (s *session) Change(query string, args []any) (int64, error) {
	if err := s.Exec(query, args); err != nil {
		return 0, err
	}
	return s.conn.Changes(), nil
}

// Expect is Change: what a statement changes is known at once.
func (s *session) Expect(query string, args []any, _ func()) (int64, error) {
	return s.Change(query, args)
}

// Query reads within the transaction.
func (s *session) Query(query string, args []any, each func(engine.Row) error) error {
	st, err := s.stmts.bound(s.conn, query, args)
	if err != nil {
		return err
	}
	for st.Step() {
		if err := each(row(st)); err != nil {
			return errors.Join(err, st.Reset())
		}
	}
	err = st.Err()
	return cmp.Or(err, st.Reset())
}

// beats says that the transaction is a beat, which stands for itself and for what was written before it.
func (s *session) beats() { s.counted, s.beaten = s.conn.TotalChanges(), true }

// Erasing has what is deleted overwritten wherever it lies, which is done every day only where the page is
// written anyway (see location).
func (e *Engine) Erasing(run func() error) error {
	if err := e.session.Exec(`PRAGMA secure_delete = on`, nil); err != nil {
		return err
	}
	err := run()
	if failed := e.session.Exec(`PRAGMA secure_delete = fast`, nil); err == nil {
		err = failed
	}
	return err
}
