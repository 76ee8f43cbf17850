//go:build unix

package postgrestest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
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
	// pid is that of the server and 0 while there is none.
	pid int
	watcher

	making sync.Mutex
	// templates are databases that are copied, by the functions that have made them.
	templates map[uintptr]*template
	databases atomic.Int64
}

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
	return madeBy(t, o, "make")
}

// madeBy returns a server whose data the watcher makes in one of its ways.
func madeBy(t testing.TB, o Options, way string) *Server {
	t.Helper()
	if o.Version == "" {
		o.Version = os.Getenv("WAYBILL_TEST_POSTGRES")
	}
	s := &Server{bin: binaries(t, o.Version), options: o}
	err := s.prepare()
	if err == nil {
		var status int
		if status, err = s.ask(way); err == nil && status != 0 {
			err = fmt.Errorf("exit status %d", status)
		}
	}
	if err != nil {
		log := s.log()
		s.discard()
		t.Fatalf("making a PostgreSQL for the tests: %v: %s", err, log)
	}
	return s
}

// memory is where Linux keeps files in memory.
const memory = "/dev/shm"

// memoryLeast is how much must be free there: several packages have a server at a time.
const memoryLeast = 2 << 30

// makeFolder makes the folder of the server: in memory, unless commits are to wait for a disk or programs are
// to lie in it, which memory may not run.
func (s *Server) makeFolder() (err error) {
	places := []string{os.TempDir(), "/tmp"}
	if !s.options.Durable && !s.packaged() && freeIn(memory) >= memoryLeast {
		places = slices.Insert(places, 0, memory)
	}
	for _, place := range places {
		if s.folder, err = os.MkdirTemp(place, "waybill-postgres-"); err == nil && len(s.folder) <= socketPathMax {
			return nil
		}
		_ = os.Remove(s.folder)
	}
	return errors.Join(err, errors.New("there is no folder for a socket"))
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

// packaged tells whether the server comes from npm.
func (s *Server) packaged() bool { return strings.Contains(s.bin, "node_modules") }

// prepare makes the folder, puts into it what the server needs, and has it watched.
func (s *Server) prepare() error {
	if err := s.makeFolder(); err != nil {
		return err
	}
	if os.Geteuid() == 0 {
		if err := os.Chown(s.folder, nobody, nobody); err != nil {
			return err
		}
	}
	if s.packaged() {
		from := s.bin
		s.bin = filepath.Join(s.folder, "native", "bin")
		if err := s.watch(); err != nil {
			return err
		}
		return s.copyBinaries(from)
	}
	return s.watch()
}

// arguments are those that the server is started with.
func (s *Server) arguments() []string {
	settings := []string{"listen_addresses=", "shared_buffers=64MB", "max_connections=200", "jit=off",
		"dynamic_shared_memory_type=mmap", "max_wal_size=256MB"}
	if !s.options.Durable {
		settings = append(settings, "fsync=off", "full_page_writes=off", "autovacuum=off")
	}
	args := []string{"-k", s.folder}
	for _, one := range append(settings, s.options.Settings...) {
		args = append(args, "-c", one)
	}
	return args
}

// Start starts the server and returns when it answers. One that was killed recovers first.
func (s *Server) Start(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pid != 0 {
		return errors.New("the server was started already")
	}
	var err error
	if s.pid, err = s.ask("start"); err == nil {
		err = s.answers(ctx)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("starting PostgreSQL: %w: %s", err, s.log()), s.letGo("stop"))
	}
	return nil
}

// log is the end of what the server and initdb have said.
func (s *Server) log() string {
	log, _ := os.ReadFile(filepath.Join(s.folder, "log"))
	return string(log[max(0, len(log)-2000):])
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
