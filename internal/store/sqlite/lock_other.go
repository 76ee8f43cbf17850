//go:build !unix

package sqlite

import (
	"errors"
	"os"
)

// errLocked is what a lock is refused with that another process holds.
var errLocked = errors.New("it is locked")

// lockOpen refuses: without advisory locks a second process would run the same lanes.
func lockOpen(*os.File) error {
	return errors.New("the database cannot be kept from a second waybill on this system; " +
		"run it on Linux, macOS or a BSD, or in a container")
}

// lockWhole refuses as lockOpen does.
func lockWhole(f *os.File) error { return lockOpen(f) }

func unlockOpen(*os.File) error { return nil }

func unlockWhole(*os.File) error { return nil }
