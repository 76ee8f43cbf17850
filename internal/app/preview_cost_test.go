package app_test

import (
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"
)

// TestWhatADryRunCosts measures, in turns, the CPU time of dry runs and of the accepts of the writes that they preview. It holds nothing: figures are ratios that people read. PREVIEW_COST=1 asks for it.
func TestWhatADryRunCosts(t *testing.T) {
	if os.Getenv("PREVIEW_COST") == "" {
		t.Skip("measures for people; PREVIEW_COST=1 asks for it")
	}
	h := open(t)
	h.strict = true // Nothing of the answers is checked, which would cost more than they.
	const turns, each = 5, 200
	spent := map[string]time.Duration{}
	for turn := range turns {
		for _, query := range []string{"?dry_run=true", ""} {
			began := used(t)
			for i := range each {
				h.do("POST", messages+query, h.message(fmt.Sprint(query, turn, i)))
			}
			spent[query] += used(t) - began
		}
	}
	per := func(query string) time.Duration { return spent[query] / (turns * each) }
	t.Logf("a dry run %v, the accept of a write %v of CPU time, the caller's part included: ratio %.2f", per("?dry_run=true"), per(""),
		float64(per("?dry_run=true"))/float64(per("")))
}

func used(t *testing.T) time.Duration {
	t.Helper()
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		t.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
