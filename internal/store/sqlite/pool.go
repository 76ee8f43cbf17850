package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/ncruces/go-sqlite3"
	// The driver registers itself as "sqlite3"; it is SQLite in pure Go.
	"github.com/ncruces/go-sqlite3/driver"
)

// makePrivate makes the file, if there is none, for its owner's eyes alone, and the one beside it
// that SQLite would make for everybody's with the same mode; the log follows by modeof. Files that
// are there keep theirs.
func makePrivate(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("opening the database file: %w", err)
	}
	info, err := f.Stat()
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("opening the database file: %w", err)
	}
	f, err = os.OpenFile(path+"-shm", os.O_RDWR|os.O_CREATE, info.Mode().Perm())
	if err != nil {
		return fmt.Errorf("opening the file beside the database: %w", err)
	}
	return f.Close()
}

// location names a file with what holds for all connections and one more option, if any. The ten seconds of
// busy_timeout are for commands that write beside the service. synchronous(full) is what makes
// "answered" mean "on disk": in WAL, normal may lose the last commits with the power. cache_size
// is 8 MiB for each connection: a commit that has split a page walks over the whole of it, and one that reads begins
// with an empty one after each commit. secure_delete(fast) overwrites what is deleted wherever the page is
// written anyway, which is where sealed secrets are. modeof gives the log the mode of the file.
func location(path, option string) string {
	q := url.Values{"_pragma": {"busy_timeout(10000)", "journal_mode(wal)", "synchronous(full)",
		"foreign_keys(on)", "cache_size(-8192)", "secure_delete(fast)"}}
	q.Add("modeof", path)
	// makePrivate alone makes a file: whoever opens one later, when it may have been deleted, must not.
	q.Add("mode", "rw")
	name, value, _ := strings.Cut(option, "=")
	if name != "" {
		q.Add(name, value)
	}
	// SQLite takes a plus for itself and not for the space that it stands for in a form.
	query := strings.ReplaceAll(q.Encode(), "+", "%20")
	return (&url.URL{Scheme: "file", Path: path, RawQuery: query}).String()
}

// begin readies a connection. The guard hears of damage. Without QPSG a statement that binds its LIMIT is
// parsed anew for each value that it is given.
func begin(c *sqlite3.Conn, g *guard) error {
	_, err := c.Config(sqlite3.DBCONFIG_ENABLE_QPSG, true)
	return errors.Join(err, c.ConfigLog(g.hears))
}

// open makes a pool of connections with one more option of the driver.
func open(path string, conns int, g *guard, option string) (*sql.DB, error) {
	db, err := driver.Open(location(path, option), func(c *sqlite3.Conn) error { return begin(c, g) })
	if err != nil {
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	db.SetMaxOpenConns(conns)
	// As many as may be open, because a new connection would read the schema and warm its cache
	// again.
	db.SetMaxIdleConns(conns)
	return db, nil
}

// openAll makes a pool of connections that only read, and opens all of them: one that is opened when it is
// first needed may find another file, or another log.
func openAll(ctx context.Context, path string, conns int, g *guard) (*sql.DB, error) {
	db, err := open(path, conns, g, "_pragma=query_only(on)")
	if err != nil {
		return nil, err
	}
	opened := make([]*sql.Conn, 0, conns)
	for range conns {
		conn, failed := db.Conn(ctx)
		if failed != nil {
			err = fmt.Errorf("opening the database: %w", failed)
			break
		}
		opened = append(opened, conn)
	}
	for _, conn := range opened {
		err = errors.Join(err, conn.Close())
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}
