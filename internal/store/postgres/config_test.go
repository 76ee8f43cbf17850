package postgres_test

import (
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store/postgres"
	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

func TestAURLThatIsNoneIsRefusedWithoutItsPassword(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"postgres://u:s3cret@h:port/db", "postgres://u:s3cret@h/db?sslmode=s3cret",
		"postgres://u:s3cret%zz@h/db", "postgres://u:s3cret@h/db?sslrootcert=/nowhere",
		"postgres://u:s3cret@h/db?default_query_exec_mode=simple_protocol", "postgres://u:s3cret@h/db?pool_max_conns=x"} {
		err := postgres.Check(url)
		if err == nil || strings.Contains(err.Error(), "s3cret") || !strings.Contains(err.Error(), "WAYBILL_DATABASE_URL") {
			t.Errorf("%s: %v", url, err)
		}
	}
	if err := postgres.Check("postgres://u:p@first:5432,second:5432/db?sslmode=verify-full&sslrootcert=system"); err != nil {
		t.Error(err)
	}
}

func TestADatabaseThatCannotBeOpenedIsATroubleThatSaysWhatToDo(t *testing.T) {
	t.Parallel()
	url := postgrestest.Database(t)
	at, host, _ := strings.Cut(url, "?")
	for says, c := range map[string][2]string{
		"nothing listens":    {"postgres://u:s3cret@127.0.0.1:1/db", "cannot be reached"},
		"no such database":   {"postgres://waybill:s3cret@/nowhere?" + host, "CREATE DATABASE"},
		"no TLS":             {"postgres://u:s3cret@" + withoutTLS(t) + "/db?sslmode=require", "sslrootcert"},
		"a role without any": {strings.Replace(at, "waybill@", "nobody:s3cret@", 1) + "?" + host, "pg_hba.conf"},
	} {
		_, err := postgres.Open(t.Context(), c[0], time.Now)
		var trouble *fence.Trouble
		if !errors.As(err, &trouble) || !strings.Contains(err.Error(), c[1]) || strings.Contains(err.Error(), "s3cret") ||
			strings.Contains(err.Error(), "meanwhile") {
			t.Errorf("%s: %v", says, err)
		}
	}
}

// withoutTLS is the address of a server that refuses to speak TLS.
func withoutTLS(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			// https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-FLOW-SSL (2026-11-27)
			_, _ = io.ReadFull(c, make([]byte, 8))
			_, _ = c.Write([]byte("N"))
			_ = c.Close()
		}
	}()
	return l.Addr().String()
}

func TestACommandOverADatabaseWithoutTablesSaysWhatMakesThem(t *testing.T) {
	t.Parallel()
	url := postgrestest.Database(t)
	if _, err := postgres.OpenBeside(t.Context(), url, time.Now); err == nil ||
		!strings.Contains(err.Error(), "run `waybill migrate`") || strings.Contains(err.Error(), "backup") {
		t.Errorf("%v", err)
	}
}

func TestADatabaseOfAnotherEncodingIsRefused(t *testing.T) {
	t.Parallel()
	url := postgrestest.Database(t)
	conn := connected(t, url)
	if _, err := conn.Exec(t.Context(), `CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = conn.Exec(t.Context(), `DROP DATABASE latin`) })
	at, host, _ := strings.Cut(url, "?")
	_, err := postgres.Open(t.Context(), at[:strings.LastIndex(at, "/")]+"/latin?"+host, time.Now)
	if err == nil || !strings.Contains(err.Error(), "UTF8") || strings.Contains(err.Error(), "cannot be reached") {
		t.Errorf("%v", err)
	}
}

func TestAServerThatForgetsWhatIsStoredIsTold(t *testing.T) {
	t.Parallel()
	e, _ := fresh(t)
	stands, err := e.Standing(t.Context())
	if err != nil || !strings.Contains(stands.Unsafe, "fsync") {
		t.Errorf("%+v, %v", stands, err)
	}
	durable := postgrestest.New(t, postgrestest.Options{Durable: true, Settings: []string{"synchronous_commit=off"}})
	if stands, err := running(t, database(t, durable)).Standing(t.Context()); stands.Unsafe != "" || err != nil {
		t.Errorf("%+v, %v", stands, err)
	}
}
