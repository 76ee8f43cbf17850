//go:build unix

package sqlite

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lock makes sure that one process alone runs lanes over a database file. It returns what
// gives the lock back; the process's end does too.
func lock(path string) (func() error, error) {
	// A file of its own, because the locks that SQLite holds on the database end, on some systems,
	// with whichever descriptor of it is closed. It is never removed: a process that has the old
	// file open could lock that while another one locks a new file of the name.
	f, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the lock file: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("%s is used by another waybill; stop that one first", path), f.Close())
	}
	// The kernel drops the lock with the descriptor, however the process ends.
	return f.Close, nil
}
