package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store/engine"
)

// hold is the right of one process to work on the lanes of a database file. It has two locks, and
// a process must have both. The one on the database file itself (lockDatabase) cannot be lost while
// the file is there. The one on a file beside it is for systems that do not have the first, and
// that file keeps the beat. It is never removed: a process that has the old file open could lock
// that while another one locks a new file of the name.
type hold struct {
	path     string // of the database
	database *os.File

	mu     sync.Mutex
	beside *os.File
	closed bool
}

// take makes sure that one process alone works on the lanes of a database file, and makes the file,
// empty and for nobody else's eyes, if there is none. The process's end gives it back, too.
func take(path string) (h *hold, err error) {
	h = &hold{path: path}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.give())
		}
	}()
	// The database first: whoever is refused by it must not have touched the file beside it, from
	// which the one who works would conclude that it was overtaken.
	if err = h.lockDatabase(os.O_RDWR); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return h, err
	}
	if h.beside, err = lockBeside(path, os.O_CREATE); err != nil {
		return h, err
	}
	info, err := os.Stat(path)
	if (errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0) && h.noted() != (beat{}) {
		return h, fmt.Errorf("the database %s is gone: %s.lock knows it as of %s. Put it back or restore a backup "+
			"(docs/backup.md); to begin with an empty database remove %[2]s.lock, too", path, path, h.noted().at)
	}
	if h.database == nil {
		if err = h.lockDatabase(os.O_RDWR | os.O_CREATE); err != nil {
			return h, err
		}
	}
	return h, h.forget()
}

// lockDatabase opens the database file for the lock on it, which lasts as long as the file is open.
func (h *hold) lockDatabase(flag int) error {
	f, err := os.OpenFile(h.path, flag, 0o600)
	if err != nil {
		return fmt.Errorf("opening the database file: %w", err)
	}
	if err := lockOpen(f); err != nil {
		return errors.Join(used(h.path, err), f.Close())
	}
	h.database = f
	return nil
}

// lockBeside opens the lock file and locks it, as long as it is open.
func lockBeside(path string, flag int) (*os.File, error) {
	f, err := os.OpenFile(path+".lock", os.O_RDWR|flag, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the lock file: %w", err)
	}
	if err := lockWhole(f); err != nil {
		return nil, errors.Join(used(path, err), f.Close())
	}
	return f, nil
}

func used(path string, err error) error {
	if !errors.Is(err, errLocked) {
		return err
	}
	return fmt.Errorf("%s is used by another waybill; stop that one first: %w", path, err)
}

// keep puts the lock file back if somebody has deleted or replaced it. It is lost if somebody else
// has locked it: then two work on one database, and the one who notices stops.
func (h *hold) keep() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return engine.ErrClosed
	}
	mine, err := h.beside.Stat()
	if err != nil {
		return fmt.Errorf("looking at the lock file: %w", err)
	}
	there, err := os.Stat(h.path + ".lock")
	if err == nil && os.SameFile(mine, there) {
		return nil
	}
	next, err := lockBeside(h.path, os.O_CREATE)
	if errors.Is(err, errLocked) {
		return &fence.Trouble{Lost: true,
			Reason: "another Waybill has taken the database; this one has stopped its work",
			Err: fmt.Errorf("the lock file %s.lock was removed and another process has taken it; this one stops its "+
				"work", h.path)}
	}
	if err != nil {
		return err
	}
	noted := h.noted()
	old := h.beside
	h.beside = next
	if noted != (beat{}) {
		err = h.write(noted)
	}
	return errors.Join(err, old.Close())
}

// give gives both locks back; it may be called more than once.
func (h *hold) give() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil
	}
	h.closed = true
	var errs []error
	if h.beside != nil {
		errs = append(errs, unlockWhole(h.beside), h.beside.Close())
	}
	if h.database != nil {
		errs = append(errs, unlockOpen(h.database), h.database.Close())
	}
	return errors.Join(errs...)
}

// placeOf follows links to where a database lies, or will: SQLite keeps the files beside it there.
func placeOf(path string) (string, error) {
	place, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		if place, err = filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
			place = filepath.Join(place, filepath.Base(path))
		}
	}
	if err != nil {
		return "", fmt.Errorf("finding the database file: %w", err)
	}
	return filepath.Abs(place)
}
