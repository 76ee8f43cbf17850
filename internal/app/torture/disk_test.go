//go:build unix

package torture_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

// smallDisk is where the tables of a database may lie that is to have no room; "" where none can be made.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "waybill-disk-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(dir) })
	out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=256m,mode=1777", "waybill-test", dir).CombinedOutput()
	if err != nil {
		t.Logf("A FULL DISK OF POSTGRESQL IS NOT TRIED: no small disk can be mounted here: %v %s", err, out)
		return ""
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("%v %s", err, out)
		}
	})
	// That of a mount is root's own.
	if err := os.Chmod(dir, 0o1777); err != nil {
		t.Fatal(err)
	}
	return dir
}

// onDisk has the tables of a database lie in a folder.
func onDisk(t *testing.T, s *postgrestest.Server, url, dir string) {
	t.Helper()
	tables := filepath.Join(dir, "tables")
	name, _, _ := strings.Cut(url[strings.LastIndex(strings.Split(url, "?")[0], "/")+1:], "?")
	// The server's user makes the folder its own.
	err := os.Mkdir(tables, 0o700)
	if err == nil {
		err = os.Chown(tables, serverUser, serverUser)
	}
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), s.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	for _, one := range []string{fmt.Sprintf("CREATE TABLESPACE small LOCATION '%s'", tables),
		fmt.Sprintf("ALTER DATABASE %s SET TABLESPACE small", name)} {
		if _, err := conn.Exec(t.Context(), one); err != nil {
			t.Fatal(err)
		}
	}
}

// serverUser is who runs PostgreSQL where root runs the tests, as alone can mount.
const serverUser = 65534

// fillDisk leaves no room for the database for a while. A process over a file may have no file that is longer than some
// hundred pages, which it meets as it meets a full disk.
func (w *torture) fillDisk() {
	empty := w.limitFiles
	if w.server != nil {
		empty = w.fillSmallDisk
	}
	restore := empty()
	w.rest(500, 5000)
	restore()
	w.returned()
}

func (w *torture) limitFiles() (restore func()) {
	p := w.processes[0]
	limit := func(most string) {
		if out, err := exec.Command("prlimit", "--pid", fmt.Sprint(p.pid()), "--fsize="+most+":").CombinedOutput(); err != nil {
			w.t.Errorf("%v %s", err, out)
		}
	}
	limit(fmt.Sprint(w.rand.IntN(400) * 4096))
	return func() { limit("unlimited") }
}

func (w *torture) fillSmallDisk() (restore func()) {
	ballast := filepath.Join(w.disk, "ballast")
	if err := exec.Command("dd", "if=/dev/zero", "of="+ballast, "bs=1k", "status=none").Run(); err == nil {
		w.t.Error("the disk is not full")
	}
	return func() {
		if err := os.Remove(ballast); err != nil {
			w.t.Error(err)
		}
	}
}
