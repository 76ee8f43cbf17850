//go:build unix

package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/store/engine"
	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

// pooled starts a PgBouncer in transaction mode before the server of a URL, with one connection more than a
// process holds in a transaction, and returns the URL by which it is reached.
func pooled(t *testing.T, url string) string {
	t.Helper()
	bin := os.Getenv("WAYBILL_TEST_PGBOUNCER")
	for _, place := range []string{"pgbouncer", "/usr/sbin/pgbouncer"} {
		if found, err := exec.LookPath(place); bin == "" && err == nil {
			bin = found
		}
	}
	if bin == "" {
		t.Skip("NOT RUN: PgBouncer is not installed (apt-get install pgbouncer), nor named by WAYBILL_TEST_PGBOUNCER")
	}
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
	database := at[strings.LastIndex(at, "/")+1:]
	config := filepath.Join(dir, "pgbouncer.ini")
	text := fmt.Sprintf("[databases]\n%s = host=%s\n[pgbouncer]\npool_mode = transaction\nlisten_addr =\nlisten_port = 5432\n"+
		"unix_socket_dir = %s\nauth_type = any\ndefault_pool_size = 3\nmax_client_conn = 100\nlogfile = %s/log\n",
		database, host, dir, dir)
	cmd := exec.Command(bin, config)
	if err := os.WriteFile(config, []byte(strings.Replace(text, "= host=", "= user=waybill host=", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		const nobody = 65534
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		if err := errors.Join(os.Chown(dir, nobody, nobody), os.Chmod(dir, 0o755)); err != nil {
			t.Fatal(err)
		}
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = cmd.Process.Kill(), cmd.Wait() })
	for {
		c, err := net.Dial("unix", filepath.Join(dir, ".s.PGSQL.5432"))
		if err == nil {
			_ = c.Close()
			return at + "?host=" + dir
		}
		if !errors.Is(err, os.ErrNotExist) && !errors.Is(err, syscall.ECONNREFUSED) || t.Context().Err() != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestAPoolerInTransactionModeMayStandBetween(t *testing.T) {
	t.Parallel()
	direct := database(t, postgrestest.Shared(t))
	url := pooled(t, direct)
	var all sync.WaitGroup
	for worker := range 3 {
		e := running(t, url)
		s := writing(t, e)
		all.Go(func() {
			for i := range 20 {
				if err := workThrough(t.Context(), e, s, int64(100*worker+i)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	if n := read[int](t, running(t, direct), `SELECT count(*) FROM thing WHERE i = s`); n != 60 {
		t.Errorf("%d rows", n)
	}
}

// workThrough uses all that an engine has.
func workThrough(ctx context.Context, e engine.Engine, s engine.Session, id int64) error {
	if _, err := s.Begin(); err != nil {
		return err
	}
	err := s.Exec(`INSERT INTO thing (id, i) VALUES (?1, ?2)`, []any{id, id})
	if err == nil {
		_, err = s.Change(`UPDATE thing SET s = i WHERE id = ?1`, []any{id})
	}
	if err == nil {
		_, err = s.Commit()
	}
	if err != nil {
		return errors.Join(err, s.Rollback())
	}
	for _, by := range []engine.Pool{engine.Kept, engine.Searched, engine.Listed} {
		found := 0
		err := e.Query(ctx, by, `SELECT s FROM thing WHERE id = ?1`, []any{id}, func(engine.Row) error { found++; return nil })
		if err != nil || found != 1 {
			return fmt.Errorf("%d found: %w", found, err)
		}
	}
	unlock, err := e.Lock(ctx, uuid.UUID{1})
	if err == nil {
		unlock()
	}
	short, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	if late := e.Query(short, engine.Listed, `SELECT pg_sleep(5)`, nil, none); !errors.Is(late, context.DeadlineExceeded) {
		return fmt.Errorf("a reading did not end with its context: %w", late)
	}
	return err
}

func TestAPoolerThatLosesStatementsIsToldWithTheRemedy(t *testing.T) {
	t.Parallel()
	direct := database(t, postgrestest.Shared(t))
	url := pooled(t, direct) + "&default_query_exec_mode=cache_statement"
	for range 20 {
		e := running(t, url)
		for range 20 {
			err := e.Query(t.Context(), engine.Kept, `SELECT 1 FROM thing`, nil, none)
			if trouble := e.Trouble(err); trouble != nil && strings.Contains(trouble.Error(), "max_prepared_statements") {
				return
			}
		}
	}
	t.Error("PgBouncer has kept prepared statements: is it 1.21 or newer?")
}
