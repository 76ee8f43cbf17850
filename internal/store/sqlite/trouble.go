package sqlite

import (
	"errors"
	"fmt"

	"github.com/ncruces/go-sqlite3"

	"github.com/waybill-dev/waybill/internal/fence"
)

// troubleOf tells what is wrong with the database or its disk by an error of it; nil if it was
// the statement's own fault. Of damage the guard knows.
func troubleOf(err error) *fence.Trouble {
	var t *fence.Trouble
	if errors.As(err, &t) {
		return t
	}
	var code sqlite3.ErrorCode
	if !errors.As(err, &code) {
		return nil
	}
	reason, remedy := told(code)
	if reason == "" {
		return nil
	}
	return &fence.Trouble{Reason: reason,
		Err: fmt.Errorf("%s; nothing new is accepted meanwhile: %s: %w", reason, remedy, code)}
}

// told is what may be told to anybody of an error, and what its operator may do; "" for what is the fault of a
// statement.
func told(code sqlite3.ErrorCode) (reason, remedy string) {
	switch code {
	case sqlite3.FULL:
		return "the disk of the database is full", "make room on its disk"
	case sqlite3.BUSY, sqlite3.LOCKED:
		return "another program holds the database", "end the program that holds it"
	case sqlite3.READONLY, sqlite3.PERM, sqlite3.CANTOPEN, sqlite3.AUTH:
		return "the database may not be written", "let the user of this process write the file and its folder"
	case sqlite3.IOERR:
		// The driver tells a full disk apart only where it makes room ahead.
		return "the disk of the database is full or fails", "make room on it, or look at what is wrong with it"
	}
	return "", ""
}

// explained names the file that cannot be used as a database, and what to do.
func explained(path string, err error) error {
	var code sqlite3.ErrorCode
	if errors.As(err, &code) && (code == sqlite3.CORRUPT || code == sqlite3.NOTADB) {
		return fmt.Errorf("%s is damaged, or no database of Waybill; restore a backup as docs/backup.md tells: %w",
			path, err)
	}
	if t := troubleOf(err); t != nil {
		return t
	}
	return err
}
