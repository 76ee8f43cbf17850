package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgxpool"
)

// How long is waited: for one server of the URL, unless it sets connect_timeout; after a context has ended for
// the server to end the statement, before the connection is given up; and for a sign of life of a connection
// that says nothing.
const (
	connectFor  = 5 * time.Second
	cancelFor   = 2 * time.Second
	silentFor   = 5 * time.Second
	silentEvery = 2 * time.Second
	silentTimes = 3
)

// Check tells what is wrong with a URL, without opening anything. The answer does not quote it: it may hold a
// password.
func Check(url string) error {
	_, err := parse(url)
	return err
}

// Place names the database of a URL for the operator, without its user and password.
func Place(url string) (string, error) {
	c, err := parse(url)
	if err != nil {
		return "", err
	}
	return placeOf(c.ConnConfig), nil
}

func placeOf(c *pgx.ConnConfig) string {
	return fmt.Sprintf("the database %s at %s:%d", c.Database, c.Host, c.Port)
}

// parse reads a URL.
func parse(url string) (*pgxpool.Config, error) {
	c, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("WAYBILL_DATABASE_URL is no URL of a PostgreSQL database, or names a file that cannot be " +
			"read; write postgres://user:password@host:5432/database, with what is special in a password escaped as %40 " +
			"is for @")
	}
	if c.ConnConfig.DefaultQueryExecMode == pgx.QueryExecModeSimpleProtocol {
		return nil, errors.New("WAYBILL_DATABASE_URL sets default_query_exec_mode=simple_protocol, which does not tell " +
			"bytes from texts; write cache_describe, or leave it out")
	}
	if c.ConnConfig.ConnectTimeout == 0 {
		c.ConnConfig.ConnectTimeout = connectFor
	}
	if c.ConnConfig.RuntimeParams["application_name"] == "" {
		c.ConnConfig.RuntimeParams["application_name"] = "waybill"
	}
	dialer := net.Dialer{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: silentFor, Interval: silentEvery,
		Count: silentTimes}}
	c.ConnConfig.DialFunc = dialer.DialContext
	c.ConnConfig.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler { return &ender{conn: conn} }
	c.ConnConfig.ValidateConnect = begun(namedBy(url, c.ConnConfig.DefaultQueryExecMode))
	return c, nil
}

// ender ends what runs when its context does. The server is asked to end it, and the connection stays. Behind a
// pooler the connection is closed: PgBouncer 1.18 ends itself when it is asked (objects.c: bad client state).
type ender struct {
	conn *pgconn.PgConn
	by   ctxwatch.Handler
}

// HandleCancel ends it.
func (e *ender) HandleCancel(ctx context.Context) {
	if l, ok := e.conn.CustomData()[linkKey].(*link); ok && !l.pooled {
		e.by = &pgconn.CancelRequestContextWatcherHandler{Conn: e.conn, DeadlineDelay: cancelFor}
	} else {
		e.by = &pgconn.DeadlineContextWatcherHandler{Conn: e.conn.Conn()}
	}
	e.by.HandleCancel(ctx)
}

// HandleUnwatchAfterCancel readies the connection for what comes next.
func (e *ender) HandleUnwatchAfterCancel() { e.by.HandleUnwatchAfterCancel() }

// naming is whether statements are prepared under names, which a pooler must carry along from server
// connection to server connection.
type naming int

const (
	namedUnlessPooled naming = iota
	named
	unnamed
)

// namedBy is what a URL wants; by itself it wants names where no pooler stands between.
func namedBy(url string, mode pgx.QueryExecMode) naming {
	switch {
	case mode != pgx.QueryExecModeCacheStatement:
		return unnamed
	case strings.Contains(url, "default_query_exec_mode"):
		return named
	}
	return namedUnlessPooled
}
