package postgrestest

import "syscall"

// freeIn is how many bytes may be written to a file system; 0 where it is not there.
func freeIn(path string) uint64 {
	var is syscall.Statfs_t
	if err := syscall.Statfs(path, &is); err != nil || is.Bsize < 0 {
		return 0
	}
	return is.Bavail * uint64(is.Bsize)
}
