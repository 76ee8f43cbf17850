//go:build unix

package postgrestest

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// shared are the servers of this test process by their versions. They are never stopped: they end with the
// process.
var shared struct {
	sync.Mutex
	servers map[string]*Server
}

// Shared returns the server that the tests of this process share. Whoever kills or pauses one makes a New
// one.
func Shared(t testing.TB) *Server {
	t.Helper()
	return sharedOf(t, os.Getenv("WAYBILL_TEST_POSTGRES"))
}

// sharedOf returns the server of a version.
func sharedOf(t testing.TB, version string) *Server {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if s := shared.servers[version]; s != nil {
		return s
	}
	s := made(t, Options{Version: version})
	if err := s.Start(t.Context()); err != nil {
		s.discard()
		t.Fatal(err)
	}
	if shared.servers == nil {
		shared.servers = map[string]*Server{}
	}
	shared.servers[version] = s
	return s
}

// Database returns the URL of an empty database on the shared server, dropped after the test.
func Database(t testing.TB) string {
	t.Helper()
	return Shared(t).Database(t)
}

// Migrated returns the URL of a database on the shared server that is as migrate left one.
func Migrated(t testing.TB, migrate func(ctx context.Context, url string) error) string {
	t.Helper()
	return Shared(t).Migrated(t, migrate)
}

// Database returns the URL of an empty database, dropped after the test.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	return s.database(t, "template0")
}

// Copy returns the URL of a copy of a database as it is at this moment, dropped after the test. It ends all
// sessions of the database first, as the death of their processes does.
func (s *Server) Copy(t testing.TB, url string) string {
	t.Helper()
	name, _, _ := strings.Cut(strings.TrimPrefix(url, s.URL("")[:len("postgres://waybill@/")]), "?")
	err := s.run(t.Context(), `ALTER DATABASE `+name+` ALLOW_CONNECTIONS false`, `SELECT pg_terminate_backend(pid, 10000)
		FROM pg_stat_activity WHERE datname = '`+name+`'`)
	if err != nil {
		t.Fatalf("ending the sessions of a database: %v", err)
	}
	copied := s.database(t, name)
	if err := s.run(t.Context(), `ALTER DATABASE `+name+` ALLOW_CONNECTIONS true`); err != nil {
		t.Fatalf("opening a database again: %v", err)
	}
	return copied
}

// database copies a template for a test.
func (s *Server) database(t testing.TB, template string) string {
	t.Helper()
	name, err := s.copied(t.Context(), template)
	if err != nil {
		t.Fatalf("making a database: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
		defer cancel()
		s.drop(ctx, t, name)
	})
	return s.URL(name)
}

// copied copies a template. Logging the copy takes as long as copying files, and needs no checkpoint,
// for which all others would wait.
func (s *Server) copied(ctx context.Context, template string) (name string, err error) {
	name = s.named()
	return name, s.run(ctx, `CREATE DATABASE `+name+` TEMPLATE `+template+` STRATEGY wal_log`)
}

// named is a name that no database has had.
func (s *Server) named() string { return fmt.Sprintf("test_%d", s.databases.Add(1)) }

// drop drops a database with all that use it.
func (s *Server) drop(ctx context.Context, t testing.TB, name string) {
	if err := s.run(ctx, `DROP DATABASE IF EXISTS `+name+` WITH (FORCE)`); err != nil && s.Running() {
		t.Logf("dropping %s: %v", name, err)
	}
}

// run runs statements as the operator of the server.
func (s *Server) run(ctx context.Context, statements ...string) error {
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	for _, one := range statements {
		if _, err := conn.Exec(ctx, one); err != nil {
			return err
		}
	}
	return nil
}
