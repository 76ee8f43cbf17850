package app_test

import (
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/config"
)

func TestTheBinaryNoticesWhatBecomesOfItsFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the binary")
	}
	t.Parallel()
	binary := built(t)
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
	out, err := i.shell("exec waybill serve --addr " + freeAddr(i.t)).CombinedOutput()
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

func TestTheBinaryOutlivesAFullDisk(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the binary")
	}
	t.Parallel()
	i := onSmallDisk(t, built(t))
	before := i.accepted("before")
	i.ended(before)
	ballast := i.fillDisk()
	// What the log has room for may still be accepted.
	accepted := []string{before}
	i.until("a write is refused", func() bool {
		a := i.do("POST", messages, i.message(fmt.Sprint("filling ", len(accepted), strings.Repeat("x", 2000))))
		if a.status == http.StatusAccepted {
			accepted = append(accepted, a.field("id"))
		}
		return a.status == http.StatusServiceUnavailable
	})
	i.until("health says so",
		func() bool { return strings.Contains(i.health(), "the disk of the database is full or fails") })
	if a := i.do("GET", operations, ""); a.status != http.StatusOK {
		t.Errorf("a reading is answered with %d %s", a.status, a.text)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	i.until("health recovers, though nobody writes", func() bool { return strings.HasPrefix(i.health(), "200") })
	for _, id := range append(accepted, i.accepted("after")) {
		if end := i.ended(id); end.field("status") != "success" {
			t.Errorf("%s", end.text)
		}
	}
	i.stopped()
}

// onSmallDisk is a service whose database has few megabytes.
func onSmallDisk(t *testing.T, binary string) *installed {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=8m", "waybill-test",
		dir).CombinedOutput(); err != nil {
		t.Skipf("A FULL DISK IS NOT TRIED: no small disk can be mounted here: %v %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("%v %s", err, out)
		}
	})
	i := install(t, binary, dir)
	i.serves("waybill serve")
	return i
}

// fillDisk leaves no room on the disk and returns the file that took it.
func (i *installed) fillDisk() string {
	i.t.Helper()
	ballast := filepath.Join(i.dir, "ballast")
	if err := exec.Command("dd", "if=/dev/zero", "of="+ballast, "bs=1k").Run(); err == nil {
		i.t.Fatal("the disk is not full")
	}
	return ballast
}

func TestOnAFullDiskEveryRouteAndCommandTellsIt(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the binary")
	}
	t.Parallel()
	i := onSmallDisk(t, built(t))
	hook := i.subscribed("https://93.184.215.14/hook")
	ballast := i.fillDisk()
	// What the log has room for may still be accepted.
	i.until("a subscription is refused", func() bool {
		a := i.do("POST", webhooks,
			fmt.Sprintf(`{"url":"https://93.184.215.14/%s","event_name":"resource_operation.created"}`,
				strings.Repeat("x", 1500)))
		return a.status != http.StatusOK
	})
	if health := i.health(); !strings.Contains(health, "the disk of the database is full or fails") {
		t.Errorf("health: %s", health)
	}
	form := url.Values{"client_id": {app.DemoClient}, "client_secret": {i.secret}, "token": {i.token}}.Encode()
	for line, body := range map[string]string{
		"POST " + webhooks:                `{"url":"https://93.184.215.14/x","event_name":"resource_operation.created"}`,
		"PATCH " + webhooks + "/" + hook:  `{"url":"https://93.184.215.14/y"}`,
		"DELETE " + webhooks + "/" + hook: "",
		"POST /v2/orgs/fleets":            `{"fleet_ref":"another","name":"Another"}`,
		fmt.Sprintf("PATCH /v2/integrations/connections/%s", i.ids.Connection): `{"description":"another"}`,
		"POST /realms/waybill/protocol/openid-connect/revoke":                  form,
		"POST " + messages: i.message(strings.Repeat("x", 2000)),
	} {
		method, path, _ := strings.Cut(line, " ")
		kind := "application/json"
		if body == form {
			kind = "application/x-www-form-urlencoded"
		}
		a := i.do(method, path, body, "Content-Type", kind)
		if a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" ||
			!strings.Contains(a.text, `"detail":"`) {
			t.Errorf("%s is answered with %d %v %s", line, a.status, a.header, a.text)
		}
	}
	for _, line := range []string{"client create another --partner Another", "fleet create Another",
		"token revoke --client demo"} {
		out, err := i.shell("waybill " + line).CombinedOutput()
		if err == nil || !strings.Contains(string(out), "make room on") || strings.Contains(string(out), "rollback") {
			t.Errorf("waybill %s: %v %s", line, err, out)
		}
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	i.until("health recovers, though nobody writes", func() bool { return strings.HasPrefix(i.health(), "200") })
	if a := i.do("DELETE", webhooks+"/"+hook, ""); a.status >= 300 {
		t.Errorf("with room again: %d %s", a.status, a.text)
	}
	i.stopped()
}
