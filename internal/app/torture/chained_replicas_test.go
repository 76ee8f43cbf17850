//go:build unix

package torture_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/app/apptest"
	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

// TestChainsHoldWhileReplicasAreKilled is TestChainsHoldWhenTheBinaryIsKilled with two replicas, one of which is killed at a
// time: lanes go from one to the other with what waits in them.
func TestChainsHoldWhileReplicasAreKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute")
	}
	t.Parallel()
	w, url := newTortureAround(t), postgrestest.Database(t)
	w.fill(url)
	w.man(2, apptest.Built(t), url)
	w.serve()
	w.authorize()
	samsara := w.tsps[0]
	var of side
	for _, one := range sides(w.house, w.tsps) {
		if one.name == samsara.name {
			of = one
		}
	}
	over, callers := make(chan struct{}), sync.WaitGroup{}
	s := newSiege(w.house, over, w.urls...)
	all := s.hires(&callers, of)
	samsara.ask(t, "POST", "/_sim/lag", fmt.Sprintf(`{"delay_ms":%d}`, listsLag))
	for range chainRounds {
		samsara.plague(t)
		<-time.After(time.Duration(500+rand.IntN(2500)) * time.Millisecond)
		w.processes[rand.IntN(len(w.processes))].kill()
		w.serve()
	}
	close(over)
	samsara.calm(t)
	callers.Wait()
	w.authorize()
	w.judge(samsara, all())
}
