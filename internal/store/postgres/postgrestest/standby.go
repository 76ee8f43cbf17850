//go:build unix

package postgrestest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Standby starts a copy of the server that follows it, and is stopped after the test. The server is stopped for the
// copy, and then has no transaction return before the standby has it, or does not wait for it at all.
func (s *Server) Standby(t testing.TB, synchronous bool) *Server {
	t.Helper()
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	standby := madeBy(t, s.options, "follow "+s.folder)
	t.Cleanup(standby.discard)
	err := standby.set("primary_conninfo = 'host=" + s.folder + " user=waybill'\nwal_retrieve_retry_interval = '100ms'")
	if synchronous {
		err = errors.Join(err, s.set("synchronous_standby_names = '*'"))
	}
	if err := errors.Join(err, s.Start(t.Context()), standby.Start(t.Context())); err != nil {
		t.Fatalf("starting a standby: %v", err)
	}
	return standby
}

// set adds lines to the settings of a server that does not run.
func (s *Server) set(lines string) error {
	settings, err := os.OpenFile(filepath.Join(s.folder, "data", "postgresql.auto.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(settings, lines)
	return errors.Join(err, settings.Close())
}

// Promote makes a standby the primary, and returns when it is.
func (s *Server) Promote(t testing.TB) {
	t.Helper()
	if err := s.run(t.Context(), `SELECT pg_promote()`); err != nil {
		t.Fatalf("promoting the standby: %v", err)
	}
}

// EitherURL is that of a database of the server which is on its standby as well.
func (s *Server) EitherURL(standby *Server, url string) string {
	return strings.Replace(url, s.folder, s.folder+","+standby.folder+"&port=5432,5432", 1)
}
