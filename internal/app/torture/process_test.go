//go:build unix

package torture_test

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// process is the real binary as it serves, among others on the same database or alone.
type process struct {
	t            *testing.T
	binary, addr string
	env          []string
	// args are of another command than serve.
	args []string
	// log is the file of what it says, over all its lives.
	log string

	mu     sync.Mutex
	cmd    *exec.Cmd
	paused bool
	// ahead is by how much its clock is ahead of the machine's.
	ahead time.Duration
}

func (p *process) url() string { return "http://" + p.addr }

// start runs the process if it does not run, and waits for nothing.
func (p *process) start() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd != nil {
		return
	}
	log, err := os.OpenFile(p.log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		p.t.Error(err)
		return
	}
	defer log.Close()
	args := p.args
	if args == nil {
		args = []string{"serve"}
	}
	cmd := exec.Command(p.binary, append(args, "--addr", p.addr)...)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir()}, p.env...)
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		p.t.Error(err)
		return
	}
	p.cmd = cmd
	if err := skew(cmd.Process.Pid, p.ahead); err != nil {
		p.t.Errorf("setting the clock of a process: %v", err)
	}
}

// answers tells whether it takes requests.
func (p *process) answers() bool {
	client := http.Client{Timeout: 2 * time.Second}
	resp, err := client.Get(p.url() + "/readyz")
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// kill ends it by SIGKILL, paused or not.
func (p *process) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd != nil {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
		p.cmd, p.paused = nil, false
	}
}

// stop ends it as an operator does, and returns when it has ended.
func (p *process) stop() error {
	p.mu.Lock()
	cmd := p.cmd
	p.mu.Unlock()
	err := cmd.Process.Signal(syscall.SIGTERM)
	if err == nil {
		err = cmd.Wait()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cmd = nil
	return err
}

// pause stops it by SIGSTOP, and resume lets it go on.
func (p *process) pause() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd != nil {
		_ = p.cmd.Process.Signal(syscall.SIGSTOP)
		p.paused = true
	}
}

func (p *process) resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd != nil {
		_ = p.cmd.Process.Signal(syscall.SIGCONT)
		p.paused = false
	}
}

// pid is 0 while it does not run.
func (p *process) pid() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return 0
	}
	return p.cmd.Process.Pid
}

// said is the end of its log, or how it panicked.
func (p *process) said() string {
	const most = 6000
	text, _ := os.ReadFile(p.log)
	if at := bytes.Index(text, []byte("\npanic: ")); at >= 0 {
		return string(text[at:min(at+most, len(text))])
	}
	return string(text[max(0, len(text)-most):])
}

// calls tells whether a connection from an address is its own, which Linux alone tells.
func (p *process) calls(from string) bool {
	socket := socketOf(from)
	return socket != "" && p.holds(socket)
}

// holds tells whether a socket is its own.
func (p *process) holds(socket string) bool {
	pid := p.pid()
	if pid == 0 {
		return false
	}
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	for _, one := range files {
		if to, err := os.Readlink(one); err == nil && to == socket {
			return true
		}
	}
	return false
}

// socketOf names the socket at an address of this machine, as links in /proc do; "" if there is none.
func socketOf(addr string) string {
	tcp, err := net.ResolveTCPAddr("tcp4", addr)
	if err != nil {
		return ""
	}
	table, _ := os.ReadFile("/proc/net/tcp")
	local := fmt.Sprintf(":%04X", tcp.Port)
	for line := range strings.Lines(string(table)) {
		const localAddr, inode = 1, 9
		fields := strings.Fields(line)
		if len(fields) > inode && strings.HasSuffix(fields[localAddr], local) && fields[inode] != "0" {
			return "socket:[" + fields[inode] + "]"
		}
	}
	return ""
}
