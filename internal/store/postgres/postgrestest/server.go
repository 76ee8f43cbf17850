//go:build unix

package postgrestest

import (
	"bufio"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// Options are of a server that is made for one test.
type Options struct {
	// Version is a major one, such as "17". Without it, it is that of WAYBILL_TEST_POSTGRES, or of the
	// server that is found.
	Version string
	// Durable makes commits wait for the disk, as they do in production.
	Durable bool
	// Settings are further ones, each as in postgresql.conf: wal_level=logical.
	Settings []string
}

// Server is a PostgreSQL in a temporary folder, asked through a socket there. A process of its own watches
// over it, stops it when the test process ends, however that ends, and removes the folder.
type Server struct {
	bin, folder string
	options     Options

	mu sync.Mutex
	// pid is that of the server and 0 while there is none. rein holds the watcher, which stops the server
	// when it is let go.
	pid     int
	rein    io.WriteCloser
	watcher *exec.Cmd

	making sync.Mutex
	// templates are the names of databases that are copied, by the functions that have made them.
	templates map[uintptr]string
	databases atomic.Int64
}

//go:embed watch.sh
var watch string

// socketPathMax is how long the path of a socket may be, with some air below what systems allow.
const socketPathMax = 90

// New starts a server that is stopped after the test.
func New(t testing.TB, o Options) *Server {
	t.Helper()
	s := made(t, o)
	t.Cleanup(s.discard)
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// made returns a server that was not started yet.
func made(t testing.TB, o Options) *Server {
	t.Helper()
	if o.Version == "" {
		o.Version = os.Getenv("WAYBILL_TEST_POSTGRES")
	}
	bin := binaries(t, o.Version)
	folder, err := os.MkdirTemp("", "waybill-postgres-")
	if err == nil && len(folder) > socketPathMax {
		_ = os.Remove(folder)
		folder, err = os.MkdirTemp("/tmp", "waybill-postgres-")
	}
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{bin: bin, folder: folder, options: o}
	if err := s.prepare(t.Context()); err != nil {
		s.discard()
		t.Fatalf("making a PostgreSQL for the tests: %v", err)
	}
	return s
}

// URL is that of a database of the server.
func (s *Server) URL(database string) string {
	return "postgres://waybill@/" + database + "?host=" + s.folder
}

// Running tells whether the server was started and neither stopped nor killed.
func (s *Server) Running() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pid != 0
}

// prepare makes what the server keeps its data in.
func (s *Server) prepare(ctx context.Context) error {
	if strings.Contains(s.bin, "node_modules") {
		if err := s.copyBinaries(); err != nil {
			return err
		}
	}
	if os.Geteuid() == 0 {
		if err := os.Chown(s.folder, nobody, nobody); err != nil {
			return err
		}
	}
	made := s.command(ctx, filepath.Join(s.bin, "initdb"), "--pgdata=data", "--username=waybill", "--auth=trust",
		"--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions")
	if said, err := made.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %.2000s", err, said)
	}
	return nil
}

// Start starts the server and returns when it answers. One that was killed recovers first.
func (s *Server) Start(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pid != 0 {
		return errors.New("the server was started already")
	}
	args := []string{"-c", watch, "watch", filepath.Join(s.bin, "postgres"), "-D", "data", "-k", s.folder,
		"-c", "listen_addresses=", "-c", "shared_buffers=64MB", "-c", "max_connections=200", "-c", "jit=off",
		"-c", "dynamic_shared_memory_type=mmap"}
	if !s.options.Durable {
		args = append(args, "-c", "fsync=off", "-c", "full_page_writes=off")
	}
	for _, one := range s.options.Settings {
		args = append(args, "-c", one)
	}
	// It outlives the test that happens to need it first.
	watcher := s.command(context.WithoutCancel(ctx), "/bin/sh", args...)
	rein, err := watcher.StdinPipe()
	if err != nil {
		return err
	}
	said, err := watcher.StdoutPipe()
	if err != nil {
		return err
	}
	if err := watcher.Start(); err != nil {
		return fmt.Errorf("starting PostgreSQL: %w", err)
	}
	s.rein, s.watcher = rein, watcher
	line, err := bufio.NewReader(said).ReadString('\n')
	if err == nil {
		_, err = fmt.Sscan(line, &s.pid)
	}
	if err == nil {
		err = s.answers(ctx)
	}
	if err != nil {
		log, _ := os.ReadFile(filepath.Join(s.folder, "log"))
		return errors.Join(fmt.Errorf("starting PostgreSQL: %w: %s", err, log[max(0, len(log)-2000):]), s.letGo(stop))
	}
	return nil
}

// answers returns when the server does.
func (s *Server) answers(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		err := s.run(ctx, `SELECT 1`)
		if err == nil {
			return nil
		}
		if ended(s.pid) {
			return errors.New("it has ended")
		}
		select {
		case <-ctx.Done():
			return err
		case <-again.C:
		}
	}
}

// command is one that runs as an unprivileged user, whom alone the server serves, and whom interrupting
// the tests does not reach.
func (s *Server) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, name, args...)
	c.Dir = s.folder
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC", "HOME=" + s.folder}
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if os.Geteuid() == 0 {
		c.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	}
	return c
}

// nobody is the user and the group that root runs the server as, which refuses to be run by root.
const nobody = 65534
