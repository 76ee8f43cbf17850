package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Where the header of a database file holds what is read past SQLite
// (https://www.sqlite.org/fileformat2.html#the_database_header, 2026-11-26).
const (
	headerVersion  = 18 // 1 for a file that was never opened in WAL, as a backup, and 2 for one that was
	headerIdentity = 60 // user_version, 4 bytes, big endian
)

// identify gives the database a number that no other copy of it has, and asks for it to be brought
// into the main file, from where the guard reads it. It gets there later if somebody else still
// reads what was before.
func identify(ctx context.Context, db *sql.DB) (uint32, error) {
	var random [4]byte
	if _, err := rand.Read(random[:]); err != nil {
		return 0, fmt.Errorf("making the number of the start: %w", err)
	}
	// Backups have 0; SQLite's number has a sign.
	n := binary.BigEndian.Uint32(random[:])>>1 | 1
	if _, err := db.ExecContext(ctx,
		fmt.Sprintf(`PRAGMA user_version = %d; PRAGMA wal_checkpoint(PASSIVE)`, n)); err != nil {
		return 0, fmt.Errorf("noting the number of the start: %w", err)
	}
	return n, nil
}

// identityOf reads the number from an open database file; false if there is no whole header.
func identityOf(f *os.File) (uint32, bool) {
	var raw [4]byte
	_, err := f.ReadAt(raw[:], headerIdentity)
	return binary.BigEndian.Uint32(raw[:]), err == nil
}

// refuseMixed refuses a backup beside which another database's log lies: SQLite would write it into
// the backup. A database that has a log is never one that no process has opened in WAL. It is asked
// before SQLite opens the file.
func refuseMixed(place string) error {
	log, err := os.Stat(place + "-wal")
	if errors.Is(err, fs.ErrNotExist) || err == nil && log.Size() == 0 {
		return nil
	}
	if err != nil {
		return fmt.Errorf("looking at the database's log: %w", err)
	}
	f, err := os.Open(place)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("opening the database file: %w", err)
	}
	var version [1]byte
	_, err = f.ReadAt(version[:], headerVersion)
	if errors.Join(err, f.Close()) != nil || version[0] != 1 {
		return nil
	}
	return fmt.Errorf("%s is a backup that was put back, and %[1]s-wal is the log of the database that was there "+
		"before, which would damage it; nothing was changed: remove %[1]s-wal and %[1]s-shm, and start again "+
		"(docs/backup.md)", place)
}
