package sqlite

import (
	"errors"
	"fmt"

	"github.com/ncruces/go-sqlite3"

	"github.com/waybill-dev/waybill/internal/fence"
)

// troubleOf tells what is wrong with the database or its disk by the error of a write; nil if it was
// the write's own fault.
func troubleOf(err error) *fence.Trouble {
	var t *fence.Trouble
	if errors.As(err, &t) {
		return t
	}
	var code sqlite3.ErrorCode
	if !errors.As(err, &code) {
		return nil
	}
	reason, remedy := "", ""
	switch code {
	case sqlite3.FULL:
		reason, remedy = "the disk of the database is full", "make room on its disk"
	case sqlite3.BUSY, sqlite3.LOCKED:
		reason, remedy = "another program holds the database", "end the program that holds it"
	case sqlite3.READONLY, sqlite3.PERM, sqlite3.CANTOPEN, sqlite3.AUTH:
		reason, remedy = "the database may not be written", "let the user of this process write the file and its folder"
	case sqlite3.IOERR:
		// The driver tells a full disk apart only where it makes room ahead.
		reason, remedy = "the disk of the database is full or fails", "make room on it, or look at what is wrong with it"
	case sqlite3.CORRUPT, sqlite3.NOTADB:
		reason, remedy = "the database is damaged", "stop this process and restore a backup (docs/backup.md)"
	default:
		return nil
	}
	return &fence.Trouble{Reason: reason,
		Err: fmt.Errorf("%s; nothing new is accepted meanwhile: %s: %w", reason, remedy, err)}
}
