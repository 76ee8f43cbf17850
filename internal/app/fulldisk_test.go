package app_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/app/apptest"
)

func TestTheBinaryOutlivesAFullDisk(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the binary")
	}
	t.Parallel()
	i := onSmallDisk(t, apptest.Built(t))
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
	i := onSmallDisk(t, apptest.Built(t))
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
