package measure

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Usage is what a process has used since its start, and what it holds.
type Usage struct {
	// CPU is time in user and system mode.
	CPU time.Duration
	// Written is what was handed to the disk, in bytes.
	Written int64
	// Resident is the memory held, in bytes.
	Resident int64
}

// Since is what was used after an earlier measurement.
func (u Usage) Since(earlier Usage) Usage {
	return Usage{CPU: u.CPU - earlier.CPU, Written: u.Written - earlier.Written, Resident: u.Resident}
}

// And is what both have used and hold together.
func (u Usage) And(other Usage) Usage {
	return Usage{CPU: u.CPU + other.CPU, Written: u.Written + other.Written, Resident: u.Resident + other.Resident}
}

// ticks are the units of /proc/<pid>/stat, which Linux fixes at a hundred a second for readers.
const ticks = 100

// UsageOf reads what a process has used; Linux alone tells it in this form.
func UsageOf(pid int) (u Usage, err error) {
	fields, err := statOf(pid)
	if err != nil {
		return u, err
	}
	var user, system, pages int64
	if _, err := fmt.Sscan(fields[11]+" "+fields[12]+" "+fields[21], &user, &system, &pages); err != nil {
		return u, fmt.Errorf("measuring a process: %w", err)
	}
	u.CPU = time.Duration(user+system) * time.Second / ticks
	u.Resident = pages * int64(os.Getpagesize())
	if io, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", pid)); err == nil {
		_, rest, _ := strings.Cut(string(io), "\nwrite_bytes: ")
		_, _ = fmt.Sscan(rest, &u.Written)
	}
	return u, nil
}

// statOf reads the fields of /proc/<pid>/stat behind the name, which stands in brackets and may hold anything.
func statOf(pid int) ([]string, error) {
	path := fmt.Sprintf("/proc/%d/stat", pid)
	stat, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("measuring a process: %w", err)
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 22 {
		return nil, fmt.Errorf("measuring a process: %s is %q", path, stat)
	}
	return fields, nil
}

// Self is what this process has used.
func Self() (Usage, error) { return UsageOf(os.Getpid()) }

// Process is a program that runs to be measured.
type Process struct {
	cmd   *exec.Cmd
	said  *tail
	ended chan struct{}
	err   error
}

// Start runs a program with nothing in its environment but what is given.
func Start(ctx context.Context, binary string, environ []string, arguments ...string) (*Process, error) {
	p := &Process{cmd: exec.CommandContext(ctx, binary, arguments...), said: &tail{}, ended: make(chan struct{})}
	p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr = environ, p.said, p.said
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGTERM) }
	p.cmd.WaitDelay = 30 * time.Second
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", binary, err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	return p, nil
}

// PID is the process's number.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Ended is closed when the program is over.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// Said is the last that the program said.
func (p *Process) Said() string { return p.said.String() }

// Usage is what the process has used since its start.
func (p *Process) Usage() (Usage, error) { return UsageOf(p.PID()) }

// Stop ends the program as an operator does and waits for it.
func (p *Process) Stop() error { return p.end(syscall.SIGTERM) }

// Kill ends the program as a power cut does.
func (p *Process) Kill() error { return p.end(syscall.SIGKILL) }

func (p *Process) end(by syscall.Signal) error {
	select {
	case <-p.ended:
		return fmt.Errorf("%s had ended by itself: %w\n%s", p.cmd.Path, p.err, p.Said())
	default:
	}
	if err := p.cmd.Process.Signal(by); err != nil {
		return err
	}
	<-p.ended
	if by == syscall.SIGKILL {
		return nil
	}
	return p.err
}

// tail keeps the last that was written to it.
type tail struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// kept is how much of it.
const kept = 8 << 10

// Write takes what a program says.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text.Write(p)
	if over := t.text.Len() - kept; over > 0 {
		t.text.Next(over)
	}
	return len(p), nil
}

// String is what is kept.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}
