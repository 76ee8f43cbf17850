package measure

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// UsageOfTree reads what a process has used together with its children, also those that have ended. What they hold
// is that of the process alone, as children share most of it.
func UsageOfTree(pid int) (Usage, error) {
	sum, err := UsageOf(pid)
	if err != nil {
		return sum, err
	}
	ended, err := ofEnded(pid)
	if err != nil {
		return sum, err
	}
	sum.CPU += ended
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		return sum, err
	}
	for _, path := range lists {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		for _, child := range strings.Fields(string(text)) {
			var number int
			if _, err := fmt.Sscan(child, &number); err != nil {
				return sum, err
			}
			// One that has ended meanwhile is among the ended the next time.
			if u, err := UsageOf(number); err == nil {
				sum.CPU, sum.Written = sum.CPU+u.CPU, sum.Written+u.Written
			}
		}
	}
	return sum, nil
}

// ofEnded is the time that children which have ended had used.
func ofEnded(pid int) (time.Duration, error) {
	fields, err := statOf(pid)
	if err != nil {
		return 0, err
	}
	var user, system int64
	if _, err := fmt.Sscan(fields[13]+" "+fields[14], &user, &system); err != nil {
		return 0, fmt.Errorf("measuring a process: %w", err)
	}
	return time.Duration(user+system) * time.Second / ticks, nil
}
