//go:build unix

package torture_test

import (
	"time"
)

// The bounds that are waited for. What is measured is reported and not asserted.
const (
	takeoverMost = time.Minute
	trapMost     = 15 * time.Second
	// pastLease is longer than a silent replica is taken for living.
	pastLease = 6 * time.Second
)

// rest waits for a time between two bounds in milliseconds.
func (w *torture) rest(least, most int) {
	<-time.After(time.Duration(least+w.rand.IntN(most-least)) * time.Millisecond)
}

func (w *torture) any() *process { return w.processes[w.rand.IntN(len(w.processes))] }

func (w *torture) killOne() {
	w.any().kill()
	w.takenOver()
}

func (w *torture) killTwo() {
	spared := w.any()
	for _, p := range w.processes {
		if p != spared {
			p.kill()
		}
	}
	w.takenOver()
}

func (w *torture) stopOne() {
	p := w.any()
	p.pause()
	w.takenOver()
	if len(w.processes) > 1 {
		<-time.After(pastLease)
	} else {
		w.rest(500, 3000)
	}
	p.resume()
}

// at kills who comes to a point, and once more where nobody does.
func (w *torture) at(here point) func() {
	return func() {
		select {
		case <-w.trap.set(here):
		case <-time.After(trapMost):
			w.trap.set("")
			w.t.Logf("nobody came to %q", here)
			w.any().kill()
		}
		w.takenOver()
	}
}

func (w *torture) killDatabase() {
	if err := w.server.Kill(); err != nil {
		w.t.Fatal(err)
	}
	w.rest(10, 4000)
	if err := w.server.Start(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	w.returned()
}

func (w *torture) stopDatabase() {
	if err := w.server.Pause(); err != nil {
		w.t.Fatal(err)
	}
	w.rest(100, 6000)
	if err := w.server.Resume(); err != nil {
		w.t.Fatal(err)
	}
	w.returned()
}

// takenOver waits until all TSPs are called again by those who are left.
func (w *torture) takenOver() {
	if len(w.processes) == 1 {
		return
	}
	w.takeovers = append(w.takeovers, w.called())
}

func (w *torture) returned() { w.returns = append(w.returns, w.called()) }

// called is how long it takes until each TSP is called.
func (w *torture) called() time.Duration {
	w.t.Helper()
	from := time.Now()
	w.within(takeoverMost, "all TSPs are called", func() bool { return w.trap.heardSince(from, w.tsps) })
	return time.Since(from)
}
