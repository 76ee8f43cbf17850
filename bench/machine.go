package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/bench/measure"
)

// machine is what a run was measured on.
type machine struct {
	processor string
	cores     int
	sync      time.Duration
	load      string
}

// machineOf looks at the machine and at the disk of a folder.
func machineOf(folder string) (m machine) {
	m.cores = runtime.NumCPU()
	m.processor = "unknown processor"
	info, _ := os.ReadFile("/proc/cpuinfo")
	if _, rest, ok := strings.Cut(string(info), "model name\t: "); ok {
		m.processor, _, _ = strings.Cut(rest, "\n")
	}
	average, _ := os.ReadFile("/proc/loadavg")
	m.load, _, _ = strings.Cut(string(average), " ")
	m.sync, _ = measure.SyncTime(filepath.Join(folder, "sync"))
	return m
}

// String describes it.
func (m machine) String() string {
	return fmt.Sprintf("%d cores (%s), %s/%s, %s; an fdatasync of 4 kB takes %s (median); load average before "+
		"the start %s, which is 0 on a quiet machine.", m.cores, m.processor, runtime.GOOS, runtime.GOARCH, runtime.Version(),
		m.sync.Round(10*time.Microsecond), m.load)
}
