//go:build linux || darwin || freebsd

package sqlite

import (
	"fmt"
	"syscall"
)

// freeAt is what the disk of a file has free for this process.
func freeAt(path string) (int64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(path, &s); err != nil {
		return 0, fmt.Errorf("asking what is free on the disk of the database: %w", err)
	}
	// Blocks that are free to this user; their type differs between systems.
	return int64(s.Bavail) * int64(s.Bsize), nil
}
