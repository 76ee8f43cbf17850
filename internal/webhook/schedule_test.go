package webhook

import (
	"slices"
	"testing"
	"time"
)

func TestTheScheduleIsTheDocumentedOne(t *testing.T) {
	t.Parallel()
	all := Schedule()
	var at time.Duration
	var within int
	for _, delay := range all {
		if at += delay; at <= 5*time.Second {
			within++
		}
	}
	if within != 3 {
		t.Errorf("%d attempts follow the first within 5 seconds", within)
	}
	if at != 24*time.Hour {
		t.Errorf("the last attempt is made after %v", at)
	}
	if !slices.IsSorted(all) || all[0] <= 0 {
		t.Errorf("the waits do not grow: %v", all)
	}
	if within != tolerated {
		t.Errorf("the breaker takes %d tries for quick ones", tolerated)
	}
	all[0] = time.Hour
	if Schedule()[0] == time.Hour {
		t.Error("who has asked for the schedule can change it")
	}
}
