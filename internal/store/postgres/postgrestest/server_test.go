//go:build unix

package postgrestest_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

func TestAServerKeepsWhatItHasWhenItIsStoppedOrKilled(t *testing.T) {
	t.Parallel()
	s := postgrestest.New(t, postgrestest.Options{Durable: true, Settings: []string{"max_connections=20"}})
	url := s.Database(t)
	conn, err := pgx.Connect(t.Context(), url)
	if err == nil {
		_, err = conn.Exec(t.Context(), `CREATE TABLE kept (n int)`)
	}
	if err = errors.Join(err, conn.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	for name, end := range map[string]func() error{"stopped": s.Stop, "killed": s.Kill} {
		asked(t, url, `INSERT INTO kept VALUES (1) RETURNING n::text`)
		before := asked(t, url, `SELECT count(*)::text FROM kept`)
		if err := end(); err != nil {
			t.Fatal(err)
		}
		if conn, err := pgx.Connect(t.Context(), url); err == nil {
			t.Errorf("a server that was %s answers", name)
			_ = conn.Close(t.Context())
		}
		if err := s.Start(t.Context()); err != nil {
			t.Fatalf("after it was %s: %v", name, err)
		}
		if after := asked(t, url, `SELECT count(*)::text FROM kept`); after != before {
			t.Errorf("after it was %s it holds %s rows and held %s", name, after, before)
		}
	}
	if got := asked(t, url, `SELECT current_setting('fsync') || current_setting('max_connections')`); got != "on20" {
		t.Errorf("fsync and max_connections are %s", got)
	}
}

func TestAPausedServerAnswersWhenItIsResumed(t *testing.T) {
	t.Parallel()
	s := postgrestest.New(t, postgrestest.Options{})
	conn, err := pgx.Connect(t.Context(), s.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	if err := s.Pause(); err != nil {
		t.Fatal(err)
	}
	answered := make(chan error, 1)
	go func() {
		_, err := conn.Exec(t.Context(), `SELECT 1`)
		answered <- err
	}()
	select {
	case err := <-answered:
		t.Errorf("a paused server answered: %v", err)
	case <-time.After(200 * time.Millisecond):
	}
	if err := s.Resume(); err != nil {
		t.Fatal(err)
	}
	if err := <-answered; err != nil {
		t.Error(err)
	}
	// What is paused can be killed as well.
	if err := errors.Join(s.Pause(), s.Kill(), s.Start(t.Context())); err != nil {
		t.Error(err)
	}
}

// holdServer makes this test binary one that has a server until it is killed.
const holdServer = "WAYBILL_TEST_HOLD_POSTGRES"

func TestAServerEndsWithTheProcessThatHasMadeIt(t *testing.T) {
	t.Parallel()
	if os.Getenv(holdServer) != "" {
		s := postgrestest.Shared(t)
		fmt.Println("url", s.URL("postgres"))
		fmt.Println("pid", asked(t, s.URL("postgres"), `SELECT split_part(pg_read_file('postmaster.pid'), E'\n', 1)`))
		if os.Getenv(holdServer) == "paused" {
			if err := s.Pause(); err != nil {
				t.Fatal(err)
			}
		}
		fmt.Println("held")
		select {}
	}
	for _, how := range []string{"running", "paused", "from npm"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			folder, pid := killedHolder(t, how)
			again := time.NewTicker(20 * time.Millisecond)
			defer again.Stop()
			for deadline := time.Now().Add(2 * time.Minute); ; <-again.C {
				_, there := os.Stat(folder)
				runs := syscall.Kill(pid, 0) == nil
				if there != nil && !runs {
					return
				}
				if time.Now().After(deadline) {
					t.Fatalf("its folder is there: %v; it runs: %v", there == nil, runs)
				}
			}
		})
	}
}

// killedHolder starts a process with a server, kills it, and returns what it has left.
func killedHolder(t *testing.T, how string) (folder string, pid int) {
	t.Helper()
	version := os.Getenv("WAYBILL_TEST_POSTGRES")
	if how == "from npm" {
		version = "18"
	}
	// What the process would skip is skipped here.
	postgrestest.New(t, postgrestest.Options{Version: version})
	holder := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestAServerEndsWithTheProcessThatHasMadeIt$")
	holder.Env = append(os.Environ(), holdServer+"="+how, "WAYBILL_TEST_POSTGRES="+version)
	said, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = holder.Wait() }()
	held := false
	for lines := bufio.NewScanner(said); !held && lines.Scan(); {
		word, rest, _ := strings.Cut(lines.Text(), " ")
		switch word {
		case "url":
			_, folder, _ = strings.Cut(rest, "host=")
		case "pid":
			if _, err := fmt.Sscan(rest, &pid); err != nil {
				t.Fatal(err)
			}
		case "held":
			held = true
		}
	}
	if err := holder.Process.Kill(); err != nil || !held || folder == "" || pid == 0 {
		t.Fatalf("the process has not held a server: %v", err)
	}
	return folder, pid
}
