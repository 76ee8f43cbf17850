package measure

import (
	"fmt"
	"os"
	"syscall"
	"time"
)

// SyncTime is how long the disk of a file takes to make 4 kB durable, in the median.
func SyncTime(path string) (time.Duration, error) {
	f, err := os.Create(path)
	if err != nil {
		return 0, fmt.Errorf("measuring the disk: %w", err)
	}
	defer os.Remove(path)
	defer f.Close()
	page := make([]byte, 4096)
	var all []time.Duration
	for n := range 200 {
		begun := time.Now()
		if _, err := f.WriteAt(page, int64(n)*int64(len(page))); err != nil {
			return 0, fmt.Errorf("measuring the disk: %w", err)
		}
		if err := syscall.Fdatasync(int(f.Fd())); err != nil {
			return 0, fmt.Errorf("measuring the disk: %w", err)
		}
		all = append(all, time.Since(begun))
	}
	return time.Duration(Durations(all).Median() * float64(time.Millisecond)), nil
}
