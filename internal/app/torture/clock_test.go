//go:build unix

package torture_test

import (
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// A process has a wall clock of its own where the function by which programs of Go ask the kernel for the time is written
// over: the machine's time, and some seconds more where that of the day is asked for. What measures durations is left as
// it is, as a step of a machine's clock leaves it. Without it nothing but a change of the machine's own clock would do.
var skewed = []byte{
	0xb8, 0xe4, 0, 0, 0, // mov eax, SYS_clock_gettime
	0x0f, 0x05, // syscall
	0x85, 0xff, // test edi, edi
	0x75, 7, // jne: it is not CLOCK_REALTIME
	0x48, 0x81, 0x06, 0, 0, 0, 0, // add qword [rsi], seconds
	0xc3, // ret
}

// secondsAt is where the seconds stand.
const secondsAt = 14

// clocksDiffer tells whether processes can be given clocks of their own on this machine.
func clocksDiffer() bool { return runtime.GOOS == "linux" && runtime.GOARCH == "amd64" }

// setAhead has the clock of a process be ahead of the machine's from now on, over all its lives, or behind it.
func (p *process) setAhead(by time.Duration) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ahead = by
	if p.cmd == nil {
		return nil
	}
	return skew(p.cmd.Process.Pid, by)
}

// skew sets the clock of a process, which may be about to begin.
func skew(pid int, by time.Duration) (err error) {
	if !clocksDiffer() {
		return nil
	}
	for range 200 {
		if err = skewBegun(pid, by); err == nil {
			return nil
		}
		<-time.After(5 * time.Millisecond)
	}
	return err
}

func skewBegun(pid int, by time.Duration) error {
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		return err
	}
	var from, to int64
	for line := range strings.Lines(string(maps)) {
		if strings.Contains(line, "[vdso]") {
			if _, err := fmt.Sscanf(line, "%x-%x", &from, &to); err != nil {
				return err
			}
		}
	}
	mem, err := os.OpenFile(fmt.Sprintf("/proc/%d/mem", pid), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer mem.Close()
	image, err := elf.NewFile(io.NewSectionReader(mem, from, to-from))
	if err != nil {
		return err
	}
	symbols, err := image.DynamicSymbols()
	for _, s := range symbols {
		if s.Name == "__vdso_clock_gettime" {
			code := slices.Clone(skewed)
			binary.LittleEndian.PutUint32(code[secondsAt:], uint32(int32(by/time.Second)))
			_, err := mem.WriteAt(code, from+int64(s.Value))
			return err
		}
	}
	return errors.Join(err, errors.New("the kernel has no function that tells the time"))
}

// jump has a process's clock jump by minutes, and again while it is wrong. It stays so until it jumps again.
func (w *torture) jump() {
	p := w.any()
	for range 2 {
		minutes := 1 + w.rand.IntN(15)
		if p.ahead > 0 || p.ahead == 0 && w.rand.IntN(2) == 0 {
			minutes = -minutes
		}
		by := time.Duration(minutes) * time.Minute
		w.t.Logf("the clock of process %d is %v off", slices.Index(w.processes, p), by)
		if err := p.setAhead(by); err != nil {
			w.t.Errorf("setting the clock of a process: %v", err)
		}
		w.rest(500, 3000)
	}
	w.takenOver()
}
