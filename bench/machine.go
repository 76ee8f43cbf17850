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
	// load is how many processes of others wanted to run, on average of a minute.
	load float64
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
	_, _ = fmt.Sscan(string(average), &m.load)
	m.sync, _ = measure.SyncTime(filepath.Join(folder, "sync"))
	return m
}

// String describes it.
func (m machine) String() string {
	text := fmt.Sprintf("%d cores (%s), %s/%s, %s; an fdatasync of 4 kB takes %s (median); load average before "+
		"the start %s.", m.cores, m.processor, runtime.GOOS, runtime.GOARCH, runtime.Version(),
		m.sync.Round(10*time.Microsecond), measure.Round(m.load))
	if m.load > float64(m.cores)/4 {
		text += " **Others kept the machine busy: no absolute figure says anything, and no goal in one was to be met.**"
	}
	return text
}
