//go:build unix

package torture_test

import (
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/app/apptest"
)

func TestThreeReplicasKeepEveryWriteWhateverDies(t *testing.T) {
	w, rounds := tortured(t, 3)
	w.run(rounds, w.evils(
		evil{"one is killed", w.killOne}, evil{"two are killed", w.killTwo}, evil{"one is stopped past its lease", w.stopOne},
		evil{"the database is killed", w.killDatabase}, evil{"the database is stopped", w.stopDatabase}))
}

func TestOneProcessKeepsEveryWriteWhateverDies(t *testing.T) {
	w, rounds := tortured(t, 1)
	w.run(rounds, w.evils(evil{"it is killed", w.killOne}, evil{"it is stopped", w.stopOne}))
}

// evils are those of both, and those that there are for each number of processes.
func (w *torture) evils(all ...evil) []evil {
	for _, here := range []point{afterAccept, beforeApply, asApplied, beforeSettle, beforeHook} {
		all = append(all, evil{string(here), w.at(here)})
	}
	all = append(all, evil{string(afterClaim), w.killClaimant})
	if clocksDiffer() {
		all = append(all, evil{"a clock jumps", w.jump})
	} else {
		w.t.Log("CLOCKS THAT JUMP ARE NOT TRIED: processes can have clocks of their own on Linux on amd64 alone")
	}
	if w.server == nil || w.disk != "" {
		all = append(all, evil{"the disk is full", w.fillDisk})
	}
	return all
}

// evil is something bad that is done once.
type evil struct {
	name string
	do   func()
}

// tortured is a world of n processes, by a seed that a failure tells.
func tortured(t *testing.T, n int) (w *torture, rounds int) {
	t.Helper()
	if testing.Short() {
		t.Skip("takes a minute")
	}
	if runtime.GOOS != "linux" {
		t.Skip("who has called is known on Linux alone")
	}
	return newTorture(t, apptest.Seed(t), n), apptest.Rounds(t)
}

// chosen are the evils whose names have a text of TORTURE_EVILS in them; all without it.
func chosen(all []evil) []evil {
	text := os.Getenv("TORTURE_EVILS")
	return slices.DeleteFunc(all, func(e evil) bool { return !strings.Contains(e.name, text) })
}

// run does so many bad things under load, and then holds everybody's record against the others.
func (w *torture) run(rounds int, evils []evil) {
	if evils = chosen(evils); len(evils) == 0 {
		w.t.Skipf("NOT RUN: no evil of this test has %q in its name", os.Getenv("TORTURE_EVILS"))
	}
	over, callers := make(chan struct{}), sync.WaitGroup{}
	s := w.begin(over, &callers)
	var order []int
	for round := range rounds {
		if len(order) == 0 {
			order = w.rand.Perm(len(evils))
		}
		for _, l := range w.tsps {
			l.plague(w.t)
		}
		e := evils[order[0]]
		order = order[1:]
		began := time.Now()
		w.rest(300, 1500)
		e.do()
		w.serve()
		w.t.Logf("round %d: %s (%v)", round+1, e.name, time.Since(began).Round(time.Millisecond))
	}
	close(over)
	for _, l := range w.tsps {
		l.calm(w.t)
	}
	calm := time.Now()
	callers.Wait()
	w.authorize()
	past := w.past(s, w.tsps)
	w.t.Logf("all that could end had ended %v after calm", time.Since(calm).Round(time.Millisecond))
	past.report(w.t, rounds)
	w.toldAll(past)
	w.t.Logf("%d writes without an answer; takeovers %v; first calls after the database's return %v",
		s.unanswered, longest(w.takeovers), longest(w.returns))
}

// longest lists times, the longest first.
func longest(all []time.Duration) []time.Duration {
	slices.Sort(all)
	slices.Reverse(all)
	return all
}
