//go:build unix

package app_test

import (
	"sync"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

func TestReplicasGoOnOverAPromotedStandbyWithAllThatTheyHaveAnswered(t *testing.T) {
	if testing.Short() {
		t.Skip("runs two replicas and two servers")
	}
	t.Parallel()
	w := newTortureAround(t)
	primary := postgrestest.New(t, postgrestest.Options{Durable: true})
	url := primary.Database(t)
	standby := primary.Standby(t, true)
	url = primary.EitherURL(standby, url)
	w.fill(url)
	w.man(2, built(t), url)
	b := w.balanced()
	over, callers := make(chan struct{}), sync.WaitGroup{}
	s := w.begin(over, &callers)
	before := w.pids()
	s.tells(t, 60)
	if err := primary.Kill(); err != nil {
		t.Fatal(err)
	}
	for _, p := range w.processes {
		w.within(time.Minute, "the replica is not ready", func() bool { return !p.answers() })
	}
	standby.Promote(t)
	w.returned()
	s.tells(t, 60)
	close(over)
	callers.Wait()
	for _, p := range w.processes {
		w.within(time.Minute, "the replica is ready", p.answers)
	}
	if after := w.pids(); after != before {
		t.Errorf("processes %v became %v", before, after)
	}
	past := w.past(s, w.tsps)
	past.report(t, 1)
	w.toldAll(past)
	b.report(t)
	t.Logf("all TSPs were called %v after the standby was promoted", w.returns)
}

// pids are those of the two processes.
func (w *torture) pids() (all [2]int) {
	for i, p := range w.processes {
		all[i] = p.pid()
	}
	return all
}
