package cli

import (
	"os"
	"strings"
	"testing"
	"time"
)

func TestNoRemedyIsNamedThatWouldBeRefused(t *testing.T) {
	t.Parallel()
	const try, look, cancel = ", or, once what ails the TSP is mended: waybill op try ID", ", or a look at once: waybill op try ID",
		"; if it is not wanted any more: waybill op cancel ID"
	for name, c := range map[string]struct {
		waits progress
		want  string
	}{
		"in back-off":              {progress{State: "retry", Code: "back_off", CanBeTried: true}, "waiting" + try + cancel},
		"its last attempt":         {progress{State: "retry", Code: "back_off", AttemptsLeft: 1}, "waiting" + cancel},
		"looked up":                {progress{State: "unknown", Code: "looking_up", CanBeTried: true}, "waiting" + look},
		"its last look":            {progress{State: "unknown", Code: "looking_up", AttemptsLeft: 1}, "waiting"},
		"told to wait":             {progress{State: "retry", Code: "retry_after"}, "waiting" + cancel},
		"told to wait with a look": {progress{State: "unknown", Code: "retry_after"}, "waiting"},
		"at its turn":              {progress{State: "retry", Code: "queued", CanBeTried: true}, "waiting" + cancel},
		"known to another replica": {progress{State: "retry", Code: "unknown", CanBeTried: true}, ""},
		"behind one that has ended": {progress{State: "queued", Code: "behind", Behind: "A", NextAttemptAt: "2026-01-15T10:30:00Z"},
			"nothing; it goes on by itself at that time" + cancel},
		"behind one of another's": {progress{State: "queued", Code: "behind"}, "the end of an operation that is not yours."},
	} {
		if got := (&Session{}).helps(nil, operation{ID: "ID", Progress: &c.waits}); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// What a head of a table does not say by itself, its command's help and the page do.
func TestColumnsThatDoNotSpeakForThemselvesAreExplained(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/command-line.md")
	if err != nil {
		t.Fatal(err)
	}
	for head, help := range map[string]string{"LOG": opListCommand{}.Help(), "WHY": opListCommand{}.Help(), "REFUSED": hookListCommand{}.Help()} {
		if !strings.Contains(help, head+" ") || !strings.Contains(string(page), "`"+head+"`") {
			t.Errorf("nothing explains %s", head)
		}
	}
	for _, head := range operationsGrid(nil, time.Time{}).Heads {
		if !strings.Contains("ID AGE TSP WRITE STATUS", head) && !strings.Contains(opListCommand{}.Help(), head+" ") {
			t.Errorf("nothing explains %s", head)
		}
	}
}
