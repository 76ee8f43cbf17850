//go:build linux || darwin

package sqlite

import (
	"io"
	"os"
	"runtime"
	"syscall"
)

// lockOpen locks a byte of the database file that no database reaches (SQLite's end at 2^48), and
// none of those that SQLite locks itself (2^30 and on). Such a lock belongs to the open file and
// not to the process, as those of the driver do here: neither takes the other's away when it closes
// its descriptor, and it ends with ours. Nobody can remove it, unless the database file itself goes.
func lockOpen(f *os.File) error { return setOpen(f, syscall.F_WRLCK) }

// unlockOpen gives the lock back whoever else has the descriptor, as unlockWhole does.
func unlockOpen(f *os.File) error { return setOpen(f, syscall.F_UNLCK) }

func setOpen(f *os.File, kind int16) error {
	// F_OFD_SETLK: fcntl.h of Linux on all processors, and of macOS.
	command := 37
	if runtime.GOOS == "darwin" {
		command = 90
	}
	return locking(syscall.FcntlFlock(f.Fd(), command,
		&syscall.Flock_t{Type: kind, Whence: io.SeekStart, Start: 1 << 60, Len: 1}))
}
