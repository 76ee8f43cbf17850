//go:build unix

package sqlite

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// errLocked is what a lock is refused with that another process holds.
var errLocked = errors.New("it is locked")

// lockWhole locks a file. The kernel drops the lock with the descriptor, however the process ends.
func lockWhole(f *os.File) error {
	return locking(syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB))
}

// unlockWhole gives the lock back whoever else has the descriptor, such as a child process that has
// been forked and has not closed it yet.
func unlockWhole(f *os.File) error { return locking(syscall.Flock(int(f.Fd()), syscall.LOCK_UN)) }

func locking(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.EWOULDBLOCK), errors.Is(err, syscall.EACCES):
		return errLocked
	}
	return fmt.Errorf("locking: %w", err)
}
