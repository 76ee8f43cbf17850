//go:build unix

package postgrestest

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// Standby starts a copy of a server that runs, which follows it under a name (application_name, by which
// synchronous_standby_names knows it), and is stopped after the test.
func (s *Server) Standby(t testing.TB, name string) *Server {
	t.Helper()
	folder, err := os.MkdirTemp("", "waybill-postgres-")
	if err != nil {
		t.Fatal(err)
	}
	copied := &Server{bin: s.bin, folder: folder, options: s.options}
	t.Cleanup(copied.discard)
	if os.Geteuid() == 0 {
		if err := os.Chown(folder, nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
	from := fmt.Sprintf("host=%s user=waybill application_name=%s", s.folder, name)
	copying := copied.command(t.Context(), filepath.Join(s.bin, "pg_basebackup"), "--pgdata=data", "--dbname="+from,
		"--checkpoint=fast", "--no-sync", "--write-recovery-conf")
	if said, err := copying.CombinedOutput(); err != nil {
		t.Fatalf("copying the primary: %v: %.2000s", err, said)
	}
	if err := copied.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return copied
}

// Promote makes a standby the primary, and returns when it is.
func (s *Server) Promote(t testing.TB) {
	t.Helper()
	if err := s.run(t.Context(), `SELECT pg_promote()`); err != nil {
		t.Fatalf("promoting the standby: %v", err)
	}
}

// Run runs statements as the operator of the server.
func (s *Server) Run(t testing.TB, statements ...string) {
	t.Helper()
	if err := s.run(t.Context(), statements...); err != nil {
		t.Fatal(err)
	}
}

// EitherURL is that of a database which is on this server or on another one, whichever can be written.
func (s *Server) EitherURL(other *Server, database string) string {
	return "postgres://waybill@/" + database + "?host=" + s.folder + "," + other.folder + "&port=5432,5432&target_session_attrs=read-write"
}
