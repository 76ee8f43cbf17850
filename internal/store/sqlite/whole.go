package sqlite

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ncruces/go-sqlite3"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store/engine"
)

// Whole is a file that is moved. Its one connection runs no triggers.
type Whole struct {
	of    *Engine
	conn  *sqlite3.Conn
	stmts statements
}

var _ engine.Whole = (*Whole)(nil)

// OpenWhole opens a file that is there and of this release, while no service runs over it.
func OpenWhole(ctx context.Context, path string, now func() time.Time) (*Whole, error) {
	e, err := OpenBeside(ctx, path, now)
	if err != nil {
		return nil, err
	}
	if e.hold, err = take(e.path); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e.whole()
}

// LookAtWhole opens a file that is there and of this release, to be read beside a service.
func LookAtWhole(ctx context.Context, path string, now func() time.Time) (*Whole, error) {
	e, err := OpenBeside(ctx, path, now)
	if err != nil {
		return nil, err
	}
	return e.whole()
}

// MakeWhole opens a file while no service runs over it, making and migrating it as needed.
func MakeWhole(ctx context.Context, path string, now func() time.Time) (*Whole, error) {
	e, err := Open(ctx, path, now)
	if err != nil {
		return nil, err
	}
	return e.whole()
}

func (e *Engine) whole() (*Whole, error) {
	conn, err := sqlite3.Open(location(e.path, ""))
	if err != nil {
		return nil, errors.Join(explained(e.path, err), e.Close())
	}
	w := &Whole{e, conn, statements{}}
	_, err = conn.Config(sqlite3.DBCONFIG_ENABLE_TRIGGER, false)
	if err = errors.Join(err, begin(conn, e.guard)); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

// Tables are all but those of SQLite itself.
func (w *Whole) Tables(ctx context.Context) (all []engine.Table, err error) {
	err = w.Read(ctx, `SELECT m.name, c.name, c.pk FROM sqlite_master m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY m.name, c.cid`, nil,
		func(r engine.Row) error {
			var table string
			var c engine.Column
			if err := r.Scan(&table, &c.Name, &c.Key); err != nil {
				return err
			}
			if len(all) == 0 || all[len(all)-1].Name != table {
				all = append(all, engine.Table{Name: table})
			}
			last := &all[len(all)-1]
			last.Columns = append(last.Columns, c)
			return nil
		})
	return all, err
}

// Read reads by the one connection.
func (w *Whole) Read(ctx context.Context, query string, args []any, each func(engine.Row) error) (err error) {
	w.conn.SetInterrupt(ctx)
	defer w.conn.SetInterrupt(context.Background())
	s, err := w.stmts.bound(w.conn, query, args)
	if err != nil {
		return w.explained(err)
	}
	defer func() { err = cmp.Or(err, s.Reset()) }()
	for s.Step() {
		if err := each(row(s)); err != nil {
			return err
		}
	}
	return w.explained(s.Err())
}

// Write runs a transaction. It looks at the files around it, as the session does.
func (w *Whole) Write(ctx context.Context, run func(engine.Loading) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if lost := w.of.guard.check(); lost != nil {
		return lost
	}
	err := w.conn.Exec(`BEGIN IMMEDIATE`)
	if err == nil {
		err = run(loading{w})
	}
	if err == nil {
		err = w.conn.Exec(`COMMIT`)
	}
	if err != nil {
		if !w.conn.GetAutocommit() {
			err = errors.Join(err, w.conn.Exec(`ROLLBACK`))
		}
		return w.explained(err)
	}
	if lost := w.of.guard.check(); lost != nil {
		return lost
	}
	return nil
}

// explained says what is wrong with the file or its disk by an error, and what to do.
func (w *Whole) explained(err error) error {
	var code sqlite3.ErrorCode
	if errors.As(err, &code) {
		if reason, remedy := told(code); reason != "" {
			return fmt.Errorf("%s: %s; %s: %w", w.of.path, reason, remedy, err)
		}
	}
	return explained(w.of.path, err)
}

// Standing tells for which time the file stands.
func (w *Whole) Standing(ctx context.Context) (fence.Standing, error) { return w.of.Standing(ctx) }

// Close closes the file.
func (w *Whole) Close() error { return errors.Join(w.stmts.close(), w.conn.Close(), w.of.Close()) }

// loading is what may be done in a transaction of a file.
type loading struct{ *Whole }

// Change runs a statement and tells how many rows it has changed.
func (l loading) Change(query string, args []any) (int64, error) {
	s, err := l.stmts.bound(l.conn, query, args)
	if err == nil {
		err = s.Exec()
	}
	return l.conn.Changes(), err
}

// Load adds rows.
func (l loading) Load(t engine.Table, rows [][]any) error {
	var names, places strings.Builder
	for i, c := range t.Columns {
		if i > 0 {
			names.WriteString(", ")
			places.WriteString(", ")
		}
		fmt.Fprintf(&names, "%q", c.Name)
		fmt.Fprintf(&places, "?%d", i+1)
	}
	text := fmt.Sprintf(`INSERT INTO %q (%s) VALUES (%s)`, t.Name, &names, &places)
	for _, row := range rows {
		_, err := l.Change(text, row)
		var code sqlite3.ErrorCode
		if errors.As(err, &code) && (code == sqlite3.CONSTRAINT || code == sqlite3.MISMATCH || code == sqlite3.TOOBIG) {
			return &engine.Unfit{Err: err}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Loaded has nothing to do: SQLite finds the next number in the rows.
func (l loading) Loaded(engine.Table) error { return nil }

// Stand notes a time as that of a backup.
func (l loading) Stand(at time.Time) error {
	_, err := l.Change(`INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2`,
		[]any{metaBackup, beat{at: at}.text()})
	return err
}
