package postgres_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waybill-dev/waybill/internal/store/engine"
	"github.com/waybill-dev/waybill/internal/store/postgres"
	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

func TestWhatIsWrongWithTheDatabaseIsATroubleAndWhatIsWrongWithAStatementIsNone(t *testing.T) {
	t.Parallel()
	e, _ := fresh(t)
	for code, remedy := range map[string]string{"53100": "make room", "53300": "max_connections", "57P03": "wait for it",
		"25006": "primary", "08006": "pooler", "28P01": "password", "42501": "grant", "XX001": "log", "26000": "cache_describe",
		"40001": "nothing", "55P03": "pg_stat_activity", "53200": "memory", "23505": "", "22012": "", "42601": "", "22P02": ""} {
		trouble := e.Trouble(&pgconn.PgError{Code: code})
		if (trouble != nil) != (remedy != "") || trouble != nil && (trouble.Lost || !strings.Contains(trouble.Error(), remedy)) {
			t.Errorf("%s: %v", code, trouble)
		}
	}
}

// follow makes a server a standby, which can be promoted.
func follow(t *testing.T, s *postgrestest.Server) {
	t.Helper()
	_, folder, _ := strings.Cut(s.URL("postgres"), "?host=")
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "data", "standby.signal"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(folder, "data", "standby.signal"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestAStandbyIsNotUsedUntilItIsPromoted(t *testing.T) {
	t.Parallel()
	server := postgrestest.New(t, postgrestest.Options{})
	url := database(t, server)
	e := running(t, url)
	s := writing(t, e)
	write(t, s, `INSERT INTO thing (id) VALUES (1)`)
	follow(t, server)
	for !troubled(e, s, "standby") {
		time.Sleep(10 * time.Millisecond)
	}
	if err := e.Ping(t.Context()); e.Trouble(err) == nil || !strings.Contains(err.Error(), "standby") {
		t.Errorf("%v", err)
	}
	promote(t, url)
	for troubled(e, s, "standby") {
		time.Sleep(10 * time.Millisecond)
	}
	if err := e.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	if n := read[int](t, e, `SELECT count(*) FROM thing`); n < 1 {
		t.Error("what was written before is gone")
	}
}

// troubled tells that a transaction is not begun by a trouble that says a word.
func troubled(e *postgres.Engine, s engine.Session, says string) bool {
	_, err := s.Begin()
	_ = s.Rollback()
	trouble := e.Trouble(err)
	return trouble != nil && strings.Contains(trouble.Error(), says)
}

func promote(t *testing.T, url string) {
	t.Helper()
	if _, err := connected(t, url).Exec(t.Context(), `SELECT pg_promote()`); err != nil {
		t.Fatal(err)
	}
}

func TestOfSeveralServersThePrimaryIsUsedAndTheNextOneAfterIt(t *testing.T) {
	t.Parallel()
	first, second := postgrestest.New(t, postgrestest.Options{}), postgrestest.New(t, postgrestest.Options{})
	urls := []string{database(t, first), database(t, second)}
	follow(t, second)
	_, folder, _ := strings.Cut(urls[1], "?host=")
	e := running(t, urls[0]+","+folder+"&port=5432,5432")
	s := writing(t, e)
	write(t, s, `INSERT INTO thing (id) VALUES (1)`)
	if err := first.Kill(); err != nil {
		t.Fatal(err)
	}
	promote(t, urls[1])
	for {
		if _, err := s.Begin(); err == nil {
			break
		} else if e.Trouble(err) == nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err := s.Exec(`INSERT INTO thing (id) VALUES (2)`, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Commit(); err != nil {
		t.Fatal(err)
	}
	if n := read[int](t, e, `SELECT sum(id) FROM thing`); n != 2 {
		t.Errorf("it reads %d", n)
	}
}

func TestAServerThatIsSilentIsATrouble(t *testing.T) {
	t.Parallel()
	server := postgrestest.New(t, postgrestest.Options{})
	e := running(t, database(t, server))
	s := writing(t, e)
	write(t, s, `INSERT INTO thing (id) VALUES (1)`)
	begin(t, s)
	if err := server.Pause(); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	_, err := s.Change(`INSERT INTO thing (id) VALUES (2)`, nil)
	if e.Trouble(err) == nil {
		t.Errorf("%v", err)
	}
	_ = s.Rollback()
	if _, err := s.Begin(); e.Trouble(err) == nil {
		t.Errorf("%v", err)
	}
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("it took %s", took)
	}
	if err := server.Resume(); err != nil {
		t.Fatal(err)
	}
	for troubled(e, s, "") {
		time.Sleep(10 * time.Millisecond)
	}
}
