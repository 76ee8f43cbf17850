//go:build unix

package torture_test

import (
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/app/apptest"
	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

func TestAReleaseIsRolledOutAndBackUnderLoadWithNothingLost(t *testing.T) {
	if testing.Short() {
		t.Skip("builds programs and takes a minute")
	}
	t.Parallel()
	t.Run("after the former one", func(t *testing.T) {
		t.Parallel()
		older := former(t)
		w := newTortureAround(t)
		w.plain = true
		w.rolled(older, apptest.Built(t))
	})
	t.Run("that changes tables", func(t *testing.T) {
		t.Parallel()
		newTortureAround(t).rolled(apptest.Built(t), next(t))
	})
}

// rolled replaces the replicas of a release one by one by those of a newer one and those again, as docs/operating.md
// says, and holds everybody's record against the others.
func (w *torture) rolled(older, newer string) {
	t, url := w.t, postgrestest.Database(w.t)
	t.Helper()
	w.fillBy(older, url)
	w.env = append(w.env, "WAYBILL_DRAIN_DELAY="+drainDelay)
	w.man(2, older, url)
	b := w.balanced()
	over, callers := make(chan struct{}), sync.WaitGroup{}
	s := w.begin(over, &callers)
	s.tells(t, 40)
	for _, release := range []string{newer, older} {
		for _, p := range w.processes {
			if err := p.stop(); err != nil {
				t.Errorf("a replica that was stopped ended with %v", err)
			}
			p.binary = release
			p.start()
			w.within(time.Minute, "the replica is ready", p.answers)
			s.tells(t, 40)
		}
	}
	close(over)
	callers.Wait()
	past := w.past(s, w.tsps)
	past.report(t, 1)
	w.toldAll(past)
	b.report(t)
}

// tells returns when some more writes have been answered.
func (s *siege) tells(t *testing.T, n int) {
	t.Helper()
	told := func() int {
		s.mu.Lock()
		defer s.mu.Unlock()
		return len(s.told)
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	most := told() + n
	for deadline := time.Now().Add(time.Minute); told() < most; <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("callers do not go on: %d of %d writes were answered", told(), most)
		}
	}
}

// fillBy makes the demo's fixtures by a program, in tables of its own making, and a client whose secret not
// everybody knows.
func (w *torture) fillBy(binary, url string) {
	t := w.t
	t.Helper()
	w.man(1, binary, url)
	p := w.processes[0]
	p.args = []string{"dev", "--quiet", "--database-url", url, "--data-dir", t.TempDir(), "--receiver-addr", w.listens}
	p.env = w.env
	p.start()
	w.within(time.Minute, "the demo is there", p.answers)
	if err := p.stop(); err != nil {
		t.Fatalf("the demo ended with %v: %s", err, p.said())
	}
	w.processes, w.urls = nil, nil
	command := func(line string) (string, error) {
		cmd := exec.CommandContext(t.Context(), binary, strings.Fields(line)...)
		cmd.Env = append(w.env, "WAYBILL_DATABASE_URL="+url)
		said, err := cmd.CombinedOutput()
		return string(said), err
	}
	said, err := command("client create torture --partner demo")
	if err != nil {
		t.Fatalf("making a client: %v: %s", err, said)
	}
	_, after, _ := strings.Cut(said, "client_secret: ")
	w.secret, _, _ = strings.Cut(after, "\n")
	said, err = command("client delete --yes " + app.DemoClient)
	if err != nil && strings.Contains(said, "unknown flag --yes") {
		// The release before asks nobody.
		said, err = command("client delete " + app.DemoClient)
	}
	if err != nil {
		t.Fatalf("deleting the demo's client: %v: %s", err, said)
	}
	w.receive()
}
