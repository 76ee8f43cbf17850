package app_test

import (
	"database/sql"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/app/apptest"
	"github.com/waybill-dev/waybill/internal/config"
)

func TestTheBinaryNoticesWhatBecomesOfItsFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the binary")
	}
	t.Parallel()
	binary := apptest.Built(t)
	for name, test := range map[string]func(t *testing.T, i *installed){
		"a deleted database is told, and nothing is accepted": func(t *testing.T, i *installed) {
			i.does("rm /var/lib/waybill/waybill.db*")
			i.isGone("deleted")
			i.refusesEmpty()
		},
		"a replaced database is told, and nothing is accepted": func(t *testing.T, i *installed) {
			i.does("cp /var/lib/waybill/waybill.db /var/lib/waybill/new.db; mv /var/lib/waybill/new.db " +
				"/var/lib/waybill/waybill.db")
			i.isGone("replaced")
		},
		"a database that was copied over is told, left alone, and not started with the log of before": copiedOver,
		"a deleted log is told, and an orderly stop saves what was accepted": func(_ *testing.T, i *installed) {
			i.savesWithout("-wal")
		},
		"a deleted index of the log is told, and an orderly stop saves what was accepted": func(_ *testing.T, i *installed) {
			i.savesWithout("-shm")
		},
		"a deleted lock file lets no second one in, and is put back": func(t *testing.T, i *installed) {
			i.does("rm /var/lib/waybill/waybill.db.lock")
			i.refusesAnother()
			i.until("the lock file is back", func() bool { _, err := os.Stat(i.database() + ".lock"); return err == nil })
			i.refusesAnother()
			if end := i.ended(i.accepted("one")); end.field("status") != "success" {
				t.Errorf("the first one: %s", end.text)
			}
			i.stopped()
		},
		"a database that is missing at the start is not taken for a new one": func(t *testing.T, i *installed) {
			_ = i.kill(syscall.SIGKILL)
			i.does("rm /var/lib/waybill/waybill.db")
			i.refusesEmpty()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := install(t, binary, t.TempDir())
			i.serves("waybill serve")
			test(t, i)
		})
	}
}

func copiedOver(t *testing.T, i *installed) {
	i.does("waybill backup /var/backups/waybill/waybill.db")
	i.accepted("after the backup")
	i.does("cp /var/backups/waybill/waybill.db /var/lib/waybill/waybill.db")
	// Readings meet what was copied for a second, until the next look.
	i.until("the lanes have stopped",
		func() bool { return i.do("GET", operations, "").status == http.StatusServiceUnavailable })
	i.isGone("overwritten")
	i.does("cmp /var/backups/waybill/waybill.db /var/lib/waybill/waybill.db")
	out, err := i.shell("exec waybill serve").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "remove "+i.database()+"-wal") {
		t.Errorf("a start without the commands of docs/backup.md: %v %s", err, out)
	}
	i.does(strings.Join(commands(t)[1][:2], "\n"))
	i.serves("waybill serve")
	i.stopped()
}

// isGone tells whether the service has noticed that its database is gone, and ends it.
func (i *installed) isGone(how string) {
	i.t.Helper()
	if a := i.do("POST", messages, i.message("lost")); a.status != http.StatusServiceUnavailable {
		i.t.Errorf("a write is answered with %d %s", a.status, a.text)
	}
	i.until("the lanes have stopped",
		func() bool { return i.do("GET", operations, "").status == http.StatusServiceUnavailable })
	for _, says := range []string{i.health(), i.do("POST", messages, i.message("lost")).text} {
		if !strings.Contains(says, "503") || !strings.Contains(says, how) || strings.Contains(says, i.dir) {
			i.t.Errorf("it says %s", says)
		}
	}
	if n := strings.Count(i.log.String(), "the database cannot be written"); n != 1 {
		i.t.Errorf("it is logged %d times: %s", n, i.log.String())
	}
	if err := i.kill(syscall.SIGTERM); err == nil {
		i.t.Error("the stop is told as orderly")
	}
	if i.sent("lost") > 0 {
		i.t.Error("what was refused was sent")
	}
}

// savesWithout deletes a file beside the database, which itself is still there.
func (i *installed) savesWithout(part string) {
	i.t.Helper()
	id := i.accepted("kept")
	i.ended(id)
	i.does("rm /var/lib/waybill/waybill.db" + part)
	i.isGone("deleted")
	i.serves("waybill serve")
	if end := i.ended(id); end.field("status") != "success" {
		i.t.Errorf("it is %s", end.text)
	}
}

// refusesAnother starts a second service, elsewhere.
func (i *installed) refusesAnother() {
	i.t.Helper()
	out, err := i.shell("exec waybill serve --addr " + apptest.FreeAddr(i.t)).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "another waybill") {
		i.t.Errorf("a second one: %v %s", err, out)
	}
}

// refusesEmpty starts the service where its database is missing.
func (i *installed) refusesEmpty() {
	i.t.Helper()
	out, err := i.shell("exec waybill serve").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "is gone") {
		i.t.Errorf("a start without the database: %v %s", err, out)
	}
	if _, err := os.Stat(i.database()); err == nil {
		i.t.Error("it made a new one")
	}
}

func TestAStartOverADamagedDatabaseSaysWhatToDo(t *testing.T) {
	t.Parallel()
	c := loaded(t)
	db, err := sql.Open("sqlite3", "file:"+c.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	// The start reads this table first, once the database is open.
	var page int64
	if err := db.QueryRowContext(t.Context(),
		`SELECT rootpage FROM sqlite_schema WHERE name = 'meta'`).Scan(&page); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(c.DatabaseURL, os.O_WRONLY, 0)
	if err == nil {
		_, err = f.WriteAt(make([]byte, 4096), (page-1)*4096)
	}
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	_, err = app.Open(t.Context(), c,
		app.Options{Dev: true, Log: slog.New(slog.DiscardHandler), Adapters: adapters("samsara")})
	if err == nil || !strings.Contains(err.Error(), c.DatabaseURL+" is damaged") ||
		!strings.Contains(err.Error(), "docs/backup.md") {
		t.Errorf("%v", err)
	}
}

func TestARestoreInTheFutureIsRefusedBeforeAnythingIsMade(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.DatabaseURL = filepath.Join(t.TempDir(), "waybill.db")
	_, err := app.Open(t.Context(), c,
		app.Options{Log: slog.New(slog.DiscardHandler), RestoredFrom: time.Now().Add(time.Hour)})
	if err == nil || !strings.Contains(err.Error(), "in the future") {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(c.DatabaseURL); err == nil {
		t.Error("a database was made")
	}
}
