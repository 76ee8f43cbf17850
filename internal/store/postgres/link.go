package postgres

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// oldest is the oldest release of PostgreSQL that is used.
const oldest = 15

// link is what is known of a connection. It lies in the connection's custom data.
type link struct {
	conn *pgconn.PgConn
	// named tells that statements are kept under names, and pooled that a pooler stands between.
	named, pooled bool
	kept          map[string]*pgconn.StatementDescription
}

const linkKey = "waybill"

// linkOf returns what is known of a connection.
func linkOf(c *pgconn.PgConn) *link { return c.CustomData()[linkKey].(*link) }

// errStandby is why a connection to a standby is not used: what is read there may be old. With several hosts in
// the URL the next one is tried.
var errStandby = errors.New("the server is a standby, which cannot be written")

// begun looks at the server of a new connection before it is used. A pooler is told by the number of the
// server's process: it gives another one to its clients.
func begun(want naming) pgconn.ValidateConnectFunc {
	return func(ctx context.Context, c *pgconn.PgConn) error {
		seen, err := c.Exec(ctx, `SELECT pg_is_in_recovery(), pg_backend_pid(),
			current_setting('server_version_num'), current_setting('server_encoding')`).ReadAll()
		if err != nil {
			return err
		}
		if len(seen) != 1 || len(seen[0].Rows) != 1 {
			return errors.New("the server does not tell what it is")
		}
		is := seen[0].Rows[0]
		if string(is[0]) == "t" {
			return errStandby
		}
		if version, err := strconv.Atoi(string(is[2])); err != nil || version < oldest*10_000 {
			return &unfitError{"the server of the database is too old", fmt.Sprintf("upgrade it to PostgreSQL %d or newer; "+
				"its server_version_num is %s", oldest, is[2])}
		}
		if string(is[3]) != "UTF8" {
			return &unfitError{fmt.Sprintf("the database has the encoding %s, and Waybill needs UTF8", is[3]),
				"make another one with CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0"}
		}
		l := &link{conn: c, kept: map[string]*pgconn.StatementDescription{}}
		l.pooled = string(is[1]) != strconv.FormatUint(uint64(c.PID()), 10)
		l.named = want == named || want == namedUnlessPooled && !l.pooled
		c.CustomData()[linkKey] = l
		return nil
	}
}

// prepared is a statement as a connection runs it.
type prepared struct {
	// name is "" for one that is parsed anew each time.
	name, text string
	*pgconn.StatementDescription
}

// prepare readies a text. One that is kept is prepared once and runs under a name; any other is parsed and
// planned each time, for the values that it is given.
func (l *link) prepare(ctx context.Context, of *texts, query string, keep bool) (prepared, error) {
	if p, ok := l.ready(of, query, keep); ok {
		return p, nil
	}
	text := of.native(query)
	about, err := l.conn.Prepare(ctx, l.nameOf(keep), text, nil)
	if err != nil {
		return prepared{}, err
	}
	return l.keep(of, query, about, keep), nil
}

// ready returns a text that need not be prepared.
func (l *link) ready(of *texts, query string, keep bool) (prepared, bool) {
	var about *pgconn.StatementDescription
	if l.named && keep {
		about = l.kept[query]
	} else {
		about = of.description(query)
	}
	if about == nil {
		return prepared{}, false
	}
	return prepared{about.Name, about.SQL, about}, true
}

// nameOf is a name for one more statement.
func (l *link) nameOf(keep bool) string {
	if !l.named || !keep {
		return ""
	}
	return "waybill_" + strconv.Itoa(len(l.kept))
}

// keep remembers a statement that was prepared.
func (l *link) keep(of *texts, query string, about *pgconn.StatementDescription, keep bool) prepared {
	if about.Name != "" && keep {
		l.kept[query] = about
	} else {
		of.describe(query, about)
	}
	return prepared{about.Name, about.SQL, about}
}

// run runs a statement on its own.
func (l *link) run(ctx context.Context, p prepared, b bound) *pgconn.ResultReader {
	if p.name != "" {
		return l.conn.ExecStatement(ctx, p.StatementDescription, b.values, b.formats, []int16{asBinary})
	}
	return l.conn.ExecParams(ctx, p.text, b.values, p.ParamOIDs, b.formats, []int16{asBinary})
}

// send runs a statement in a pipeline.
func (p prepared) send(to *pgconn.Pipeline, b bound) {
	if p.name != "" {
		to.SendQueryStatement(p.StatementDescription, b.values, b.formats, []int16{asBinary})
		return
	}
	to.SendQueryParams(p.text, b.values, p.ParamOIDs, b.formats, []int16{asBinary})
}

// stale tells that a statement failed by what was remembered of it: the tables were changed since it was
// prepared, or a pooler has lost it.
func stale(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "26000" || e.Code == "42P05" ||
		e.Code == "0A000" && strings.Contains(e.Message, "cached plan"))
}
