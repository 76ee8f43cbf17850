//go:build unix

package listen

import "syscall"

// Descriptors is how many files and connections the process may have open, 0 if that is not known.
func Descriptors() int {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return 0
	}
	return int(min(uint64(l.Cur), 1<<30))
}
