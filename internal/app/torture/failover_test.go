//go:build unix

package torture_test

import (
	"database/sql"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/app/apptest"
	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

func TestReplicasGoOnOverAPromotedStandbyWithAllThatTheyHaveAnswered(t *testing.T) {
	if testing.Short() {
		t.Skip("runs two replicas and two servers")
	}
	t.Parallel()
	w, primary, standby := mannedBeside(t, true)
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

// mannedBeside is a world of two replicas on a server that has a standby, for which it waits or not.
func mannedBeside(t *testing.T, synchronous bool) (w *torture, primary, standby *postgrestest.Server) {
	t.Helper()
	w, primary = newTortureAround(t), postgrestest.New(t, postgrestest.Options{Durable: true})
	url := primary.Database(t)
	standby = primary.Standby(t, synchronous)
	url = primary.EitherURL(standby, url)
	w.fill(url)
	w.man(2, apptest.Built(t), url)
	return w, primary, standby
}

// pids are those of the two processes.
func (w *torture) pids() (all [2]int) {
	for i, p := range w.processes {
		all[i] = p.pid()
	}
	return all
}

// What an asynchronous standby lacks is gone. What it has of before may have been sent since, which docs/operating.md
// has whoever starts over it tell as a restore.
func TestAStandbyThatLacksTheEndIsGoneOnFromAsARestore(t *testing.T) {
	if testing.Short() {
		t.Skip("runs two replicas and two servers")
	}
	t.Parallel()
	w, primary, standby := mannedBeside(t, false)
	over, callers := make(chan struct{}), sync.WaitGroup{}
	for _, l := range w.tsps {
		l.plague(t)
	}
	s := w.begin(over, &callers)
	s.tells(t, 60)
	if err := standby.Kill(); err != nil {
		t.Fatal(err)
	}
	s.tells(t, 60)
	close(over)
	callers.Wait()
	before := w.wroteAll()
	if err := errors.Join(primary.Kill(), standby.Start(t.Context())); err != nil {
		t.Fatal(err)
	}
	for _, p := range w.processes {
		if err := p.stop(); err != nil {
			t.Logf("a replica without a database ended with %v", err)
		}
	}
	asked, err := sql.Open("pgx", standby.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer asked.Close()
	var last time.Time
	if err := asked.QueryRowContext(t.Context(), `SELECT pg_last_xact_replay_timestamp()`).Scan(&last); err != nil {
		t.Fatal(err)
	}
	standby.Promote(t)
	first := w.processes[0]
	first.args = []string{"serve", "--restored-from", last.UTC().Format(time.RFC3339)}
	first.start()
	w.within(time.Minute, "the first replica serves", first.answers)
	w.serve()
	for _, l := range w.tsps {
		l.calm(t)
	}
	w.authorize()
	past := w.past(s, w.tsps)
	lost := past.remember(before)
	past.report(t, 1)
	if lost == 0 {
		t.Error("the standby lacked nothing")
	}
	t.Logf("of %d writes that were answered the standby lacked %d", len(before), lost)
}

// remember adds what was known of before, and counts what is known no more. What had ended may be under way again, so
// that nobody knows any more what its caller was told.
func (h *history) remember(before []wrote) (lost int) {
	since := map[string]wrote{}
	for _, w := range h.writes {
		since[w.id] = w
	}
	for i, w := range before {
		known, ok := since[w.id]
		switch {
		case ok:
			if before[i] = known; known.end == unknown && w.end != unknown {
				delete(h.told, w.id)
			}
		case w.live:
			before[i].end, lost = unknown, lost+1
		default:
			lost++
		}
		delete(since, w.id)
	}
	known := func(w wrote) bool { _, later := since[w.id]; return !later }
	h.writes = slices.Concat(before, slices.DeleteFunc(h.writes, known))
	return lost
}
