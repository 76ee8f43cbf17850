//go:build unix

package postgrestest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Stop stops the server as an operator does: it ends what is asked of it and writes down what it has.
func (s *Server) Stop() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pid == 0 {
		return errors.New("the server does not run")
	}
	return s.letGo("stop")
}

// Kill ends the server and all its processes by SIGKILL, paused or not. Start brings it back.
func (s *Server) Kill() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pid == 0 {
		return errors.New("the server does not run")
	}
	// The first one, once stopped, makes no further ones.
	all, err := s.signal(syscall.SIGSTOP)
	if err != nil {
		return err
	}
	for _, pid := range all {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for _, pid := range all {
		for !ended(pid) {
			<-again.C
		}
	}
	return s.letGo("left")
}

// Pause stops the server and all its processes by SIGSTOP: connections stay and nothing answers.
func (s *Server) Pause() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.signal(syscall.SIGSTOP)
	return err
}

// Resume lets a server go on that was paused.
func (s *Server) Resume() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.signal(syscall.SIGCONT)
	return err
}

// signal sends a signal to the server and then to the processes that it has made, and returns them all.
func (s *Server) signal(what syscall.Signal) ([]int, error) {
	if s.pid == 0 {
		return nil, errors.New("the server does not run")
	}
	if err := syscall.Kill(s.pid, what); err != nil {
		return nil, fmt.Errorf("signalling PostgreSQL: %w", err)
	}
	all := []int{s.pid}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	for _, path := range stats {
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if _, parent := stat(pid); err == nil && parent == s.pid {
			all = append(all, pid)
			_ = syscall.Kill(pid, what)
		}
	}
	return all, nil
}

// letGo tells the watcher how the server ends and waits for its end.
func (s *Server) letGo(how string) error {
	s.pid = 0
	_, err := s.ask(how)
	return err
}

// discard ends the server at once and removes its folder.
func (s *Server) discard() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pid = 0
	s.unwatch()
	_ = os.RemoveAll(s.folder)
}

// ended tells whether a process is gone, or is only waited for.
func ended(pid int) bool {
	if err := syscall.Kill(pid, 0); err != nil {
		return errors.Is(err, syscall.ESRCH)
	}
	state, _ := stat(pid)
	return state == "Z" || state == "X"
}

// stat is the state of a process and by whom it was made; nothing of one that is gone, and where processes
// are not told in /proc.
func stat(pid int) (state string, parent int) {
	said, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", 0
	}
	// The name stands in parentheses and may hold anything.
	fields := strings.Fields(string(said[strings.LastIndexByte(string(said), ')')+1:]))
	if len(fields) < 2 {
		return "", 0
	}
	parent, _ = strconv.Atoi(fields[1])
	return fields[0], parent
}
