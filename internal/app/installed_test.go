package app_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/api/openapi/openapitest"
	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/app/apptest"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/demo"
)

// installed is the real binary as an operator runs it, over a database with the demo's fixtures,
// with a simulated Samsara apart.
type installed struct {
	*house
	binary, dir, backups, addr, secret string

	cmd *exec.Cmd
	log *journal
}

// install fills a database in a folder.
func install(t *testing.T, binary, dir string) *installed {
	t.Helper()
	samsara := apptest.SimulatorAt(t, "samsara")
	i := &installed{house: &house{t: t, sim: samsara, checker: openapitest.NewChecker(t)}, binary: binary, dir: dir,
		backups: t.TempDir(), addr: apptest.FreeAddr(t)}
	c := config.Default()
	c.Key, c.DatabaseURL, c.BaseURLs["samsara"] = operatorKey, i.database(), samsara
	a, err := app.Open(t.Context(), c,
		app.Options{Dev: true, Log: slog.New(slog.DiscardHandler), Adapters: adapters("samsara")})
	if err != nil {
		t.Fatal(err)
	}
	if i.ids, err = demo.Fill(t.Context(), a.Rooms(), "127.0.0.1:9"); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	// With its public secret the service would not start over the database.
	err = app.Operate(t.Context(), c, func(o *access.Operator) (err error) {
		i.secret, err = o.RotateSecret(t.Context(), app.DemoClient, 0)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func (i *installed) database() string { return filepath.Join(i.dir, "waybill.db") }

// shell is a command in the operator's environment. Paths of the documents are those of the test.
func (i *installed) shell(line string) *exec.Cmd {
	line = strings.NewReplacer("/var/lib/waybill", i.dir, "/var/backups/waybill", i.backups).Replace(line)
	cmd := exec.Command("sh", "-ec", line)
	cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(i.binary)+":"+os.Getenv("PATH"),
		"WAYBILL_DATABASE_URL="+i.database(), "WAYBILL_KEY="+operatorKey, "WAYBILL_TSP_SAMSARA_BASE_URL="+i.sim,
		"WAYBILL_ADDR="+i.addr, "WAYBILL_SETTLING=1s",
		"WAYBILL_TSP_SAMSARA_LIMITS=messages.write=5000/s,messages.read=5000/s,token=9000/s,org=9000/s")
	return cmd
}

// does runs commands to their end.
func (i *installed) does(line string) string {
	i.t.Helper()
	out, err := i.shell(line).CombinedOutput()
	if err != nil {
		i.t.Fatalf("%s: %v\n%s", line, err, out)
	}
	return string(out)
}

// serves starts the service by a command and returns when it answers.
func (i *installed) serves(line string) {
	i.t.Helper()
	// The shell becomes the service, so that a signal reaches it.
	i.cmd, i.log = i.shell("exec "+line), &journal{}
	i.cmd.Stderr = i.log
	if err := i.cmd.Start(); err != nil {
		i.t.Fatal(err)
	}
	i.t.Cleanup(func() { _ = i.kill(syscall.SIGKILL) })
	i.url = "http://" + i.addr
	i.until("the binary answers", func() bool { return i.health() != "" })
	i.token = i.tokenFor(app.DemoClient, i.secret, "")
}

// health is what GET /healthz says, "" if nothing answers.
func (i *installed) health() string {
	resp, err := http.Get(i.url + "/healthz")
	if err != nil {
		return ""
	}
	defer resp.Body.Close()
	text := make([]byte, 1000)
	n, _ := resp.Body.Read(text)
	return fmt.Sprint(resp.StatusCode, " ", string(text[:n]))
}

// kill ends the service with a signal and returns how it ended.
func (i *installed) kill(with syscall.Signal) error {
	if i.cmd == nil {
		return nil
	}
	defer func() { i.cmd = nil }()
	_ = i.cmd.Process.Signal(with)
	return i.cmd.Wait()
}

// accepted posts a message and returns the operation's id.
func (i *installed) accepted(text string) string {
	i.t.Helper()
	a := i.do("POST", messages, i.message(text))
	if a.status != http.StatusAccepted {
		i.t.Fatalf("%s: %d %s", text, a.status, a.text)
	}
	return a.field("id")
}

// renamed sends an update of the vehicle's name and returns the operation's id.
func (i *installed) renamed(name string) string {
	i.t.Helper()
	a := i.do("PATCH", fmt.Sprintf("/v2/telematics/vehicles/%s", i.ids.Vehicle),
		fmt.Sprintf(`{"connection_id":"%s","vehicle_name":%q}`, i.ids.Connection, name))
	if a.status != http.StatusAccepted {
		i.t.Fatalf("%s: %d %s", name, a.status, a.text)
	}
	return a.field("id")
}
