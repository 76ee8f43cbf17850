//go:build unix

package sqlite_test

import (
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// A child process holds every descriptor of its parent from its fork until it executes a program.
func TestAClosedDatabaseCanBeOpenedWhoeverHoldsItsDescriptors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.db")
	db := works(t, path)
	var held []int
	defer func() {
		for _, fd := range held {
			_ = syscall.Close(fd)
		}
	}()
	for fd := range 1024 {
		name, err := os.Readlink(filepath.Join("/proc/self/fd", strconv.Itoa(fd)))
		if err != nil || name != path && name != path+".lock" {
			continue
		}
		copied, err := syscall.Dup(fd)
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, copied)
	}
	if len(held) == 0 {
		t.Skip("A CHILD PROCESS IS NOT TRIED: this system does not list descriptors")
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	next, err := serve(t, path, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := next.Close(); err != nil {
		t.Error(err)
	}
}
