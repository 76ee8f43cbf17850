package tsptest

import (
	"fmt"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// maxCrashes bounds the places at which a write is made to crash.
const maxCrashes = 12

// checkCrashes: a process that dies at any point of a write of several steps leaves what the
// next one needs. The progress is kept over the attempts, everything else is gone.
func checkCrashes(t *trial, f form) {
	d := f.sample()
	b := f.baseline(d)
	all := losses(d, b)
	for _, l := range all[:min(len(all), 2*maxCrashes)] {
		f.crash(l)
	}
	for n := 1; n <= maxCrashes; n++ {
		if !f.crashAtMark(d, b, n) {
			return
		}
	}
}

// crash dies at a call and goes on with a new process.
func (f form) crash(l loss) {
	w := f.world(setup{})
	defer w.stop()
	x := w.write(f, l.draft, 1)
	w.front.expect(at(l.n, l.by))
	if _, calls, err := w.perform(x); err == nil && len(calls) > len(l.usual.calls) {
		return
	}
	w.restart()
	// A process that died knows only that the call was begun.
	died := &tsp.Error{Class: tsp.Unknown, Message: "the process died"}
	f.goOn(w, x, ending{l.usual, "the process dies at " + l.when, died})
}

// crashAtMark makes the nth mark fail. Without the mark the call must not be made, or if it was
// made already, must not be made again. It returns false when there is no nth mark.
func (f form) crashAtMark(d draft, b baseline, n int) bool {
	w := f.world(setup{})
	defer w.stop()
	x := w.write(f, d, 1)
	kept := &progress{failAt: int64(n)}
	x.Progress = kept
	_, _, err := w.perform(x)
	if kept.marks.Load() < int64(n) {
		return false
	}
	where := fmt.Sprintf("mark %d cannot be stored", n)
	if class := f.t.classOf(err); class != tsp.Unavailable && class != tsp.Unknown {
		f.t.errorf("%s: the end is %s (%v), want %s", where, class, err, tsp.Unavailable)
		return true
	}
	w.restart()
	f.goOn(w, x, ending{b, where, err})
	return true
}
