package app_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
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
		},
		"a replaced database is told, and nothing is accepted": func(t *testing.T, i *installed) {
			i.does("cp /var/lib/waybill/waybill.db /var/lib/waybill/new.db; mv /var/lib/waybill/new.db /var/lib/waybill/waybill.db")
			i.isGone("replaced")
		},
		"a deleted log is told, and an orderly stop saves what was accepted": func(t *testing.T, i *installed) {
			id := i.accepted("kept")
			i.ended(id)
			i.does("rm /var/lib/waybill/waybill.db-wal")
			i.isGone("deleted")
			i.serves("waybill serve")
			if end := i.ended(id); end.field("status") != "success" {
				t.Errorf("it is %s", end.text)
			}
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
			if out, err := i.shell("waybill serve").CombinedOutput(); err == nil || !strings.Contains(string(out), "is gone") {
				t.Errorf("%v %s", err, out)
			}
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

// isGone tells whether the service has noticed that its database is gone, and ends it.
func (i *installed) isGone(how string) {
	i.t.Helper()
	if a := i.do("POST", messages, i.message("lost")); a.status != http.StatusServiceUnavailable {
		i.t.Errorf("a write is answered with %d %s", a.status, a.text)
	}
	i.until("the lanes have stopped", func() bool { return i.do("GET", operations, "").status == http.StatusServiceUnavailable })
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

// refusesAnother starts a second service, elsewhere.
func (i *installed) refusesAnother() {
	i.t.Helper()
	out, err := i.shell("exec waybill serve --addr " + freeAddr(i.t)).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "another waybill") {
		i.t.Errorf("a second one: %v %s", err, out)
	}
}

func TestTheBinaryOutlivesAFullDisk(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the binary")
	}
	t.Parallel()
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=8m", "waybill-test", dir).CombinedOutput(); err != nil {
		t.Skipf("A FULL DISK IS NOT TRIED: no small disk can be mounted here: %v %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("%v %s", err, out)
		}
	})
	i := install(t, built(t), dir)
	i.serves("waybill serve")
	before := i.accepted("before")
	i.ended(before)
	ballast := filepath.Join(dir, "ballast")
	if err := exec.Command("dd", "if=/dev/zero", "of="+ballast, "bs=1k").Run(); err == nil {
		t.Fatal("the disk is not full")
	}
	// What the log has room for may still be accepted.
	accepted := []string{before}
	i.until("a write is refused", func() bool {
		a := i.do("POST", messages, i.message(fmt.Sprint("filling ", len(accepted), strings.Repeat("x", 2000))))
		if a.status == http.StatusAccepted {
			accepted = append(accepted, a.field("id"))
		}
		return a.status == http.StatusServiceUnavailable
	})
	i.until("health says so", func() bool { return strings.Contains(i.health(), "the disk of the database is full or fails") })
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
