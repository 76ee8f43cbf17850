package app_test

import (
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/waybill-dev/waybill/internal/app/apptest"
	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

// moves are the commands of the page that move, in their order, with a database of the test.
func moves(t *testing.T, url string) []string {
	t.Helper()
	text, err := os.ReadFile("../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	all := regexp.MustCompile("(?m)^waybill move .*$").FindAllString(string(text), -1)
	if len(all) != 3 {
		t.Fatalf("docs/operating.md has %d commands that move, and the test knows 3", len(all))
	}
	for i := range all {
		all[i] = strings.ReplaceAll(all[i], "postgres://waybill@db1/waybill", url)
	}
	return all
}

func TestTheBinaryIsMovedToPostgreSQLAndBack(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the binary")
	}
	t.Parallel()
	i := install(t, apptest.Built(t), t.TempDir())
	url := postgrestest.Database(t)
	plan, there, back := moves(t, url)[0], moves(t, url)[1], moves(t, url)[2]
	i.serves("waybill serve")
	first := i.accepted("before the move")
	if said := i.does(plan); !strings.Contains(said, "operation: 1 rows") {
		t.Errorf("%s: %s", plan, said)
	}
	out, err := i.shell(there).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "used by another waybill") {
		t.Errorf("beneath a service %s: %v, %s", there, err, out)
	}
	_ = i.kill(syscall.SIGKILL)
	if said := i.does(there); !strings.Contains(said, "operation: 1 rows, all equal") {
		t.Errorf("%s: %s", there, said)
	}
	out, err = i.shell("waybill serve").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "was moved to") {
		t.Errorf("a start over the database that was left: %v, %s", err, out)
	}
	i.serves("env WAYBILL_DATABASE_URL='" + url + "' waybill serve")
	if end := i.ended(first); end.field("status") != "success" {
		t.Errorf("what waited is sent from there: %s", end.text)
	}
	second := i.accepted("after the move")
	i.stopped()
	i.does(back)
	i.serves("env WAYBILL_DATABASE_URL=" + i.dir + "/back.db waybill serve")
	if end := i.ended(second); end.field("status") != "success" {
		t.Errorf("what waited is sent from here: %s", end.text)
	}
	i.stopped()
}
