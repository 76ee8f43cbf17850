package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store/engine"
)

// Whole is a database that is moved, over one connection of its own.
type Whole struct {
	of   *Engine
	link *link
	// types are those of the columns, by table and name.
	types map[[2]string]uint32
}

var _ engine.Whole = (*Whole)(nil)

// OpenWhole opens a database whose tables are of this release, while no replica works over it.
func OpenWhole(ctx context.Context, url string, now func() time.Time) (*Whole, error) {
	w, err := LookAtWhole(ctx, url, now)
	if err != nil {
		return nil, err
	}
	return w.alone(ctx)
}

// LookAtWhole opens a database whose tables are of this release, to be read beside replicas.
func LookAtWhole(ctx context.Context, url string, now func() time.Time) (*Whole, error) {
	e, err := OpenBeside(ctx, url, now)
	if err != nil {
		return nil, err
	}
	return e.whole(ctx)
}

// MakeWhole opens a database while no replica works over it, making and migrating its tables as needed.
func MakeWhole(ctx context.Context, url string, now func() time.Time) (*Whole, error) {
	e, err := Open(ctx, url, now)
	if err != nil {
		return nil, err
	}
	w, err := e.whole(ctx)
	if err != nil {
		return nil, err
	}
	return w.alone(ctx)
}

func (e *Engine) whole(ctx context.Context) (*Whole, error) {
	conn, err := pgconn.ConnectConfig(ctx, e.config.ConnConfig.Config.Copy())
	if err != nil {
		return nil, errors.Join(Explained(err), e.Close())
	}
	return &Whole{e, linkOf(conn), map[[2]string]uint32{}}, nil
}

// aliveFor is for how long a replica counts as alive after its last beat.
const aliveFor = 10 * time.Second

// alone refuses a database over which a replica works, and closes it then.
func (w *Whole) alone(ctx context.Context) (*Whole, error) {
	var names []string
	err := w.Read(ctx, `SELECT name FROM replica WHERE beat_at > clock_micros() - ?1 ORDER BY name`,
		[]any{aliveFor.Microseconds()}, func(r engine.Row) error {
			var name string
			err := r.Scan(&name)
			names = append(names, name)
			return err
		})
	if err == nil && len(names) == 0 {
		return w, nil
	}
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	err = fmt.Errorf("%s is used by %d replicas of Waybill (%s); stop them first. One that was killed counts for "+
		"another %s", placeOf(w.of.config.ConnConfig), len(names), strings.Join(names, ", "), aliveFor)
	return nil, errors.Join(err, w.Close())
}

// Tables are those of the schema that search_path names first. Key columns are of the primary key.
func (w *Whole) Tables(ctx context.Context) (all []engine.Table, err error) {
	err = w.Read(ctx, `SELECT c.relname::text, a.attname::text, a.atttypid::bigint,
			coalesce(array_position(k.conkey, a.attnum), 0), CASE WHEN a.atttypid = 'bytea'::regtype THEN 1 ELSE 0 END
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
			LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p'
		WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace
		ORDER BY c.relname COLLATE "C", a.attnum`, nil,
		func(r engine.Row) error {
			var table string
			var as int64
			var c engine.Column
			if err := r.Scan(&table, &c.Name, &as, &c.Key, &c.Bytes); err != nil {
				return err
			}
			if len(all) == 0 || all[len(all)-1].Name != table {
				all = append(all, engine.Table{Name: table})
			}
			last := &all[len(all)-1]
			last.Columns = append(last.Columns, c)
			w.types[[2]string{table, c.Name}] = uint32(as)
			return nil
		})
	return all, err
}

// Read reads by the one connection.
func (w *Whole) Read(ctx context.Context, query string, args []any, each func(engine.Row) error) error {
	p, err := w.link.prepare(ctx, &w.of.texts, query, true)
	if err != nil {
		return w.explained(ctx, err)
	}
	b, err := bind(p.ParamOIDs, args)
	if err != nil {
		return err
	}
	_, err = tell(w.link.run(ctx, p, b), each)
	if errors.Is(err, errOfEach) {
		return errors.Unwrap(err)
	}
	return w.explained(ctx, err)
}

// Write runs a transaction beside which no replica writes.
func (w *Whole) Write(ctx context.Context, run func(engine.Loading) error) error {
	err := w.run(ctx, `BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE`, `SET LOCAL statement_timeout = 0`,
		`SET LOCAL idle_in_transaction_session_timeout = 0`, untimed, `SET LOCAL lock_timeout = '30s'`,
		`SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'`,
		`SELECT pg_advisory_xact_lock(`+writerLock+`)`)
	if err == nil {
		err = run(loading{w, ctx})
	}
	if err == nil {
		err = w.run(ctx, `COMMIT`)
	}
	if err != nil && !w.link.conn.IsClosed() {
		err = errors.Join(err, w.run(context.WithoutCancel(ctx), `ROLLBACK`))
	}
	return w.explained(ctx, err)
}

// run runs texts as they are.
func (w *Whole) run(ctx context.Context, texts ...string) error {
	_, err := w.link.conn.Exec(ctx, strings.Join(texts, "; ")).ReadAll()
	return err
}

// explained says what is wrong with the database by an error, and what to do.
func (w *Whole) explained(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	if reason, remedy := told(err); reason != "" {
		return fmt.Errorf("%s; %s: %w", reason, remedy, err)
	}
	return err
}

// Standing tells for which time the database stands.
func (w *Whole) Standing(ctx context.Context) (fence.Standing, error) { return w.of.Standing(ctx) }

// Close ends the use of the database.
func (w *Whole) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), cancelFor)
	defer cancel()
	_ = w.link.conn.Close(ctx)
	return w.of.Close()
}

// loading is what may be done in a transaction.
type loading struct {
	*Whole
	ctx context.Context
}

// Change runs a statement and tells how many rows it has changed.
func (l loading) Change(query string, args []any) (int64, error) {
	p, err := l.link.prepare(l.ctx, &l.of.texts, query, true)
	if err != nil {
		return 0, err
	}
	b, err := bind(p.ParamOIDs, args)
	if err != nil {
		return 0, err
	}
	tag, err := l.link.run(l.ctx, p, b).Close()
	return tag.RowsAffected(), err
}

// Load adds rows. Triggers that would run are off within the transaction alone, and then as they were.
func (l loading) Load(t engine.Table, rows [][]any) error {
	types := make([]uint32, len(t.Columns))
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		types[i], names[i] = l.types[[2]string{t.Name, c.Name}], quoted(c.Name)
	}
	content, err := copied(types, rows)
	if err != nil {
		return &engine.Unfit{Err: err}
	}
	off, on, err := l.triggers(t)
	if err == nil && len(off) > 0 {
		err = l.run(l.ctx, off...)
	}
	if err == nil {
		_, err = l.link.conn.CopyFrom(l.ctx, content, fmt.Sprintf(`COPY %s (%s) FROM STDIN (FORMAT binary)`, quoted(t.Name),
			strings.Join(names, ", ")))
	}
	if err == nil && len(on) > 0 {
		err = l.run(l.ctx, on...)
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) && slices.Contains([]string{"22", "23", "54"}, pg.Code[:2]) {
		return &engine.Unfit{Err: err}
	}
	return err
}

// triggers are the statements that turn off what runs for each row of a table that is added, and on again.
func (l loading) triggers(t engine.Table) (off, on []string, err error) {
	err = l.Read(l.ctx, `SELECT tgname::text, CASE tgenabled WHEN 'A' THEN 'ENABLE ALWAYS' WHEN 'R' THEN 'ENABLE REPLICA'
			ELSE 'ENABLE' END FROM pg_trigger
		WHERE tgrelid = (?1::text)::regclass AND NOT tgisinternal AND tgenabled <> 'D' AND tgtype & 4 <> 0`,
		[]any{quoted(t.Name)}, func(r engine.Row) error {
			var name, enable string
			err := r.Scan(&name, &enable)
			text := `ALTER TABLE ` + quoted(t.Name) + ` %s TRIGGER ` + quoted(name)
			off, on = append(off, fmt.Sprintf(text, "DISABLE")), append(on, fmt.Sprintf(text, enable))
			return err
		})
	return off, on, err
}

// Loaded puts what gives numbers behind the rows, and has the server count what it plans by.
func (l loading) Loaded(t engine.Table) error {
	texts := []string{`ANALYZE ` + quoted(t.Name)}
	err := l.Read(l.ctx, `SELECT attname::text FROM pg_attribute
		WHERE attrelid = (?1::text)::regclass AND attidentity <> ''`, []any{quoted(t.Name)}, func(r engine.Row) error {
		var column string
		err := r.Scan(&column)
		texts = append(texts, fmt.Sprintf(`SELECT setval(pg_get_serial_sequence('%s', '%s'), coalesce(max(%s), 0) + 1, false)
			FROM %s`, quoted(t.Name), column, quoted(column), quoted(t.Name)))
		return err
	})
	if err != nil {
		return err
	}
	return l.run(l.ctx, texts...)
}

// Stand notes a time as that of a copy which came from elsewhere.
func (l loading) Stand(at time.Time) error {
	text, err := json.Marshal(beat{at, "another"})
	if err != nil {
		return fmt.Errorf("noting for which time the database stands: %w", err)
	}
	_, err = l.Change(`INSERT INTO meta (name, value) VALUES (?1, ?2)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, []any{metaBeat, text})
	return err
}

// quoted is a name as it stands in a statement.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
