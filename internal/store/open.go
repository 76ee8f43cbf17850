package store

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/store/engine"
	"github.com/waybill-dev/waybill/internal/store/postgres"
	"github.com/waybill-dev/waybill/internal/store/sqlite"
	"github.com/waybill-dev/waybill/internal/store/tables"
)

// The tables are a Store, over whatever engine.
var _ Store = (*tables.DB)(nil)

// Open opens the database that a URL names, a file path, sqlite:///path or postgres://user@host/database,
// making and migrating it as needed. A SQLite file lets one process alone work on its lanes: a second one is
// refused until the first one closes it or ends. Commands beside it use OpenBeside. PostgreSQL is shared by many.
func Open(ctx context.Context, url string, o Options) (Store, error) {
	over, err := database(ctx, url, o.Now)
	if err != nil {
		return nil, err
	}
	clock := clockOf(over, o.Now)
	if o.Behind != nil {
		over = o.Behind(over)
	}
	db, err := tables.Open(ctx, over, clock, o.Wake)
	if err != nil {
		return nil, err
	}
	if o.Watch != nil {
		db.WatchWith(o.Watch)
	}
	if o.Ended != nil {
		db.TellEnds(o.Ended)
	}
	if o.ListDeadline > 0 {
		db.ListWithin(o.ListDeadline)
	}
	if o.Sealing != nil {
		sealing, err := o.Sealing(ctx, db)
		if err != nil {
			return nil, errors.Join(err, db.Close())
		}
		db.SealWith(sealing)
	}
	return db, nil
}

// clockOf is the clock that was given, or the database's own, or this machine's where it has none.
func clockOf(over engine.Database, now func() time.Time) func() time.Time {
	if its, ok := over.(Clock); ok && now == nil {
		return its.Now
	}
	return orMachine(now)
}

func orMachine(now func() time.Time) func() time.Time {
	if now == nil {
		return time.Now
	}
	return now
}

// OpenBeside opens a database for a command that works beside a service. One that is not there, or whose
// tables are of another release, is refused and left as it is. now is as in Options.
func OpenBeside(ctx context.Context, url string, now func() time.Time) (Store, error) {
	over, err := beside(ctx, url, now)
	if err != nil {
		return nil, err
	}
	db, err := tables.Open(ctx, over, clockOf(over, now), nil)
	if err != nil {
		return nil, err
	}
	return db, nil
}

// database opens what a URL names.
func database(ctx context.Context, url string, now func() time.Time) (engine.Database, error) {
	if isPostgres(url) {
		return opened(postgres.Open(ctx, url, now))
	}
	path, err := pathOf(url)
	if err != nil {
		return nil, err
	}
	return opened(sqlite.Open(ctx, path, orMachine(now)))
}

// beside opens what a URL names, for a command.
func beside(ctx context.Context, url string, now func() time.Time) (engine.Database, error) {
	if isPostgres(url) {
		return opened(postgres.OpenBeside(ctx, url, now))
	}
	path, err := pathOf(url)
	if err != nil {
		return nil, err
	}
	return opened(sqlite.OpenBeside(ctx, path, orMachine(now)))
}

// opened is nil where nothing was opened.
func opened[T engine.Database](db T, err error) (engine.Database, error) {
	if err != nil {
		return nil, err
	}
	return db, nil
}

// Migrate makes a database, or brings it up to date: a SQLite file if no service runs over it, PostgreSQL beside
// its replicas. One that is up to date is left as it is.
func Migrate(ctx context.Context, url string, now func() time.Time) error {
	if isPostgres(url) {
		return postgres.Migrate(ctx, url)
	}
	path, err := pathOf(url)
	if err != nil {
		return err
	}
	return sqlite.Migrate(ctx, path, now)
}

// Status tells of the migrations of a database, beside whoever works over it. It changes nothing.
func Status(ctx context.Context, url string) (engine.Tables, error) {
	if isPostgres(url) {
		return postgres.Status(ctx, url)
	}
	path, err := pathOf(url)
	if err != nil {
		return engine.Tables{}, err
	}
	return sqlite.Status(ctx, path)
}

// Backup writes what a database holds at one moment into a new file, beside whoever works over it
// and without holding it up. A start over that file knows it for a backup, and since when it stands.
// A file of the name is left alone, and told.
func Backup(ctx context.Context, url, to string, now func() time.Time) error {
	path, err := pathOf(url)
	if err != nil {
		return err
	}
	return sqlite.Backup(ctx, path, to, now)
}

// Check tells what is wrong with a URL, without opening anything.
func Check(url string) error {
	if isPostgres(url) {
		return postgres.Check(url)
	}
	_, err := pathOf(url)
	return err
}

// scheme is how URLs begin, those that leave out the slashes too; of one letter it is a Windows drive.
var scheme = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]+:`)

// Shared tells that many processes may work on the lanes of the database that a URL names.
func Shared(url string) bool { return isPostgres(url) }

// isPostgres tells that a URL names a PostgreSQL database.
func isPostgres(url string) bool {
	return strings.HasPrefix(url, "postgres:") || strings.HasPrefix(url, "postgresql:")
}

// pairs is how libpq writes where a database is, which may hold a password and would be a strange path.
var pairs = regexp.MustCompile(`^\s*[a-z_]+\s*=\s*\S+(\s+[a-z_]+\s*=\s*\S+)+\s*$`)

// pathOf returns the file that a URL names. What has no scheme is a path, relative ones included.
// Any other scheme is refused and never taken for a path, and so is what SQLite itself would take
// for no file.
func pathOf(url string) (string, error) {
	named := scheme.FindString(url)
	path, ofSQLite := strings.CutPrefix(url, "sqlite://")
	switch {
	case pairs.MatchString(url):
		return "", errors.New("WAYBILL_DATABASE_URL is no URL and no path; write postgres://user:password@host:5432/database")
	case url == "":
		return "", errors.New("no database is set; set WAYBILL_DATABASE_URL to a file such as " +
			"/var/lib/waybill/waybill.db")
	case isPostgres(url):
		return "", errors.New("this is for a SQLite file, and WAYBILL_DATABASE_URL names a PostgreSQL database; use the " +
			"tools of PostgreSQL, such as pg_dump (docs/operating.md)")
	case named != "" && !ofSQLite:
		return "", fmt.Errorf("%s is no database of this release; set WAYBILL_DATABASE_URL to a file path, "+
			"sqlite:///path or postgres://user:password@host:5432/database", named)
	case path == "", path == ":memory:", strings.Contains(path, "?"), ofSQLite && strings.Contains(path, "#"):
		return "", errors.New("WAYBILL_DATABASE_URL names no file; write a path, or sqlite:///path, without parameters")
	}
	return path, nil
}
