package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// Backup writes the database, as it stands at one moment, into a new file that its owner alone may
// read. It works beside whoever has the database open and keeps nobody waiting. The file says of
// itself since when it stands, so that a start over it knows what it is. It is whole and on disk
// when it gets its name; a file of that name is left alone, and told.
func Backup(ctx context.Context, path, to string, now func() time.Time) error {
	place, err := placeOf(path)
	if err != nil {
		return err
	}
	if err := refuseLost(place); err != nil {
		return err
	}
	if _, err := os.Stat(place); err != nil {
		return fmt.Errorf("opening the database: %w", err)
	}
	if to, err = filepath.Abs(to); err != nil {
		return fmt.Errorf("finding the backup's folder: %w", err)
	}
	if _, err := os.Lstat(to); err == nil {
		return taken(to)
	}
	// Beside its place, so that it only needs the name. The file is made here, because SQLite would
	// make it for everybody's eyes; it takes an empty one.
	f, err := os.CreateTemp(filepath.Dir(to), filepath.Base(to)+".*.partial")
	if err != nil {
		return fmt.Errorf("making the backup's file: %w", err)
	}
	defer os.Remove(f.Name())
	// SQLite leaves its own, where it fails.
	defer os.Remove(f.Name() + "-journal")
	// Everything that the copy holds has happened by then.
	at := now()
	err = copyInto(ctx, place, f.Name())
	if err == nil {
		err = mark(ctx, f.Name(), at)
	}
	if err == nil {
		err = f.Sync()
	}
	if errors.Is(err, sqlite3.IOERR) && !hasRoom(f, place) {
		err = fmt.Errorf("the disk of %s is full; make room on it, or name a file on another one: %w", to, err)
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("writing the backup: %w", err)
	}
	return name(f.Name(), to)
}

// name gives a whole file its name. A link is refused where the name is taken, which a renaming
// would overwrite.
func name(from, to string) error {
	switch err := os.Link(from, to); {
	case errors.Is(err, fs.ErrExist):
		return taken(to)
	case err != nil:
		return fmt.Errorf("giving the backup its name: %w", err)
	}
	folder, err := os.Open(filepath.Dir(to))
	if err != nil {
		return fmt.Errorf("opening the backup's folder: %w", err)
	}
	if err := errors.Join(folder.Sync(), folder.Close()); err != nil {
		return fmt.Errorf("writing the backup's folder: %w", err)
	}
	return nil
}

// roomStep is by how much a file grows that is tried for room.
const roomStep = 256 << 10

// hasRoom tells whether a file that nobody needs any more can grow as large as a database with its
// log. SQLite does not tell a full disk from one that fails, and gives back what it took of it.
func hasRoom(f *os.File, place string) bool {
	// The journal, too, in which the backup's mark is written.
	need := int64(roomStep)
	for _, part := range []string{"", "-wal"} {
		if info, err := os.Stat(place + part); err == nil {
			need += info.Size()
		}
	}
	for at := int64(0); at < need; at += roomStep {
		if _, err := f.WriteAt(make([]byte, roomStep), at); err != nil {
			return !errors.Is(err, syscall.ENOSPC)
		}
	}
	return true
}

func taken(to string) error {
	return fmt.Errorf("%s exists; a backup overwrites nothing, so name another file", to)
}

// copyInto needs no migration: what is copied is of the release that runs over it. Tables of a newer
// one are refused, because it alone knows how to mark their backup.
func copyInto(ctx context.Context, place, to string) error {
	if err := refuseMixed(place); err != nil {
		return err
	}
	if err := makePrivate(place); err != nil {
		return err
	}
	db, err := open(place, 1, &guard{place: place}, "mode=rw")
	if err != nil {
		return err
	}
	p, err := provider(db)
	if err == nil {
		err = refuseNewer(ctx, place, db, p)
	}
	if err == nil {
		_, err = db.ExecContext(ctx, `VACUUM INTO ?1`, (&url.URL{Scheme: "file", Path: to}).String())
	}
	return explained(place, errors.Join(err, db.Close()))
}

// mark notes in a backup when it was taken, as the beat from which Standing tells. A backup of one
// over which nothing has run stands for what that one does.
func mark(ctx context.Context, path string, at time.Time) error {
	// Not in WAL: all of a backup is in one file.
	q := url.Values{"mode": {"rw"}, "_pragma": {"synchronous(extra)"}}
	db, err := sql.Open("sqlite3", (&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String())
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `INSERT OR IGNORE INTO meta (name, value) VALUES (?1, ?2)`, metaBackup,
		beat{at: at}.text())
	if err == nil {
		// It is no longer the file that a running process knows by its number.
		_, err = db.ExecContext(ctx, `PRAGMA user_version = 0`)
	}
	return errors.Join(err, db.Close())
}
