package app_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/app/apptest"
)

// commands are the commands of the page about backup, a block each.
func commands(t *testing.T) [][]string {
	t.Helper()
	text, err := os.ReadFile("../../docs/backup.md")
	if err != nil {
		t.Fatal(err)
	}
	var all [][]string
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		all = append(all, strings.Split(strings.TrimSpace(block[1]), "\n"))
	}
	if len(all) != 3 {
		t.Fatalf("docs/backup.md has %d blocks of commands, and the test knows 3", len(all))
	}
	return all
}

func TestTheBinaryIsRestored(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the binary")
	}
	t.Parallel()
	binary, blocks := apptest.Built(t), commands(t)
	takes, restores, says := blocks[0][0], blocks[1], blocks[2][0]
	const byHand = "cp /var/lib/waybill/waybill.db /var/backups/waybill/waybill.db"
	for name, c := range map[string]struct {
		takes string
		stops bool // for the backup
		loses string
		start string
	}{
		"from a backup that was taken beside it": {takes, false, "", restores[2]},
		"from one of which only it knows what it is": {takes, false, "rm /var/lib/waybill/waybill.db.lock",
			restores[2]},
		"from a copy that is older than the file beside it": {byHand, true, "", restores[2]},
		"from a copy of which only the operator knows":      {byHand, true, "rm /var/lib/waybill/waybill.db.lock", says},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := install(t, binary, t.TempDir())
			i.serves("waybill serve")
			w := i.waits()
			if c.stops {
				i.stopped()
			}
			i.does(c.takes)
			if c.stops {
				i.serves("waybill serve")
			}
			w.goOn(i)
			i.stopped()
			i.does(strings.Join(append(slices.Clone(restores[:2]), c.loses), "\n"))
			start := strings.Replace(c.start, "2026-01-15T03:00:00Z", time.Now().UTC().Format(time.RFC3339), 1)
			i.serves(start)
			w.areKnown(i)
			if log := i.log.String(); !strings.Contains(log, "the database was restored from a backup") ||
				!strings.Contains(log, `"count":4`) {
				t.Errorf("the log says %s", log)
			}
			i.stopped()
			i.serves(start)
			if strings.Contains(i.log.String(), "was restored") {
				t.Errorf("the next start says %s", i.log.String())
			}
		})
	}
}

// waiting are operations that wait in a backup.
type waiting struct {
	creates []string
	update  string
}

// waits has writes accepted that the TSP does not take yet.
func (i *installed) waits() (w waiting) {
	i.t.Helper()
	i.simulated("POST", "/_sim/faults",
		`{"match":{"method":"POST","path_prefix":"/v1/fleet/messages"},"fault":"status","status":503}`)
	i.simulated("POST", "/_sim/faults", `{"match":{"method":"PATCH"},"fault":"status","status":503}`)
	for _, text := range []string{"one", "two", "three"} {
		w.creates = append(w.creates, i.accepted(text))
	}
	w.update = i.renamed("older")
	return w
}

// goOn has what waits sent, and behind it what the backup does not know.
func (w waiting) goOn(i *installed) {
	i.t.Helper()
	i.simulated("DELETE", "/_sim/faults", "")
	for _, id := range append(slices.Clone(w.creates), w.update, i.renamed("newer"), i.accepted("four")) {
		if end := i.ended(id); end.field("status") != "success" {
			i.t.Fatalf("before the restore: %s", end.text)
		}
	}
}

// areKnown tells whether everything was found out, nothing sent twice and nothing overwritten.
func (w waiting) areKnown(i *installed) {
	i.t.Helper()
	for _, id := range w.creates {
		if end := i.ended(id); end.field("status") != "success" || !strings.Contains(end.text, "restored from a backup") {
			i.t.Errorf("a message ended as %s", end.text)
		}
	}
	if end := i.ended(w.update); end.field("status") != "failed" ||
		!strings.Contains(end.text, "outcome unknown: the database was restored") {
		i.t.Errorf("the update ended as %s", end.text)
	}
	got := i.texts()
	slices.Sort(got)
	if want := []string{"four", "one", "three", "two"}; !slices.Equal(got, want) {
		i.t.Errorf("the TSP has the messages %q, and %q were sent", got, want)
	}
	if vehicles := i.simulated("GET", "/_sim/objects/vehicles", ""); strings.Contains(vehicles, `"older"`) ||
		!strings.Contains(vehicles, `"newer"`) {
		i.t.Errorf("the vehicle is %s", vehicles)
	}
}

// stopped stops the service in order.
func (i *installed) stopped() {
	i.t.Helper()
	if err := i.kill(syscall.SIGTERM); err != nil {
		i.t.Fatalf("stopping: %v\n%s", err, i.log.String())
	}
}
