//go:build unix

package postgrestest

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Pooler is how a PgBouncer is run.
type Pooler struct {
	// Mode is its pool_mode.
	Mode string
	// Conns bounds the connections that it has to the server.
	Conns int
}

// Pooled starts a PgBouncer before the database of a URL, and returns the URL by which it is reached. It is ended after
// the test.
func Pooled(t testing.TB, url string, p Pooler) string {
	t.Helper()
	bin := bouncer(t)
	dir, err := os.MkdirTemp("", "waybill-pgbouncer-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if said, _ := os.ReadFile(filepath.Join(dir, "log")); t.Failed() {
			t.Logf("PgBouncer said %s", said)
		}
		_ = os.RemoveAll(dir)
	})
	at, host, _ := strings.Cut(url, "?host=")
	text := fmt.Sprintf("[databases]\n%s = user=waybill host=%s\n[pgbouncer]\npool_mode = %s\nlisten_addr =\nlisten_port = 5432\n"+
		"unix_socket_dir = %s\nauth_type = any\ndefault_pool_size = %d\nmax_client_conn = 200\nlogfile = %[4]s/log\n",
		at[strings.LastIndex(at, "/")+1:], host, p.Mode, dir, p.Conns)
	config := filepath.Join(dir, "pgbouncer.ini")
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(bin, config)
	if os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		if err := errors.Join(os.Chown(dir, nobody, nobody), os.Chmod(dir, 0o755)); err != nil {
			t.Fatal(err)
		}
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = cmd.Process.Kill(), cmd.Wait() })
	listens(t, filepath.Join(dir, ".s.PGSQL.5432"))
	return at + "?host=" + dir
}

// bouncer is the program. Without one the test is skipped and named.
func bouncer(t testing.TB) string {
	t.Helper()
	if named := os.Getenv("WAYBILL_TEST_PGBOUNCER"); named != "" {
		return named
	}
	for _, place := range []string{"pgbouncer", "/usr/sbin/pgbouncer"} {
		if found, err := exec.LookPath(place); err == nil {
			return found
		}
	}
	t.Skip("NOT RUN: PgBouncer is not installed (apt-get install pgbouncer), nor named by WAYBILL_TEST_PGBOUNCER")
	return ""
}

// listens returns once somebody listens at a socket.
func listens(t testing.TB, socket string) {
	t.Helper()
	for {
		c, err := net.Dial("unix", socket)
		if err == nil {
			_ = c.Close()
			return
		}
		if !errors.Is(err, os.ErrNotExist) && !errors.Is(err, syscall.ECONNREFUSED) || t.Context().Err() != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
