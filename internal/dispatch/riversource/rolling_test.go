//go:build unix

package riversource_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/dispatch/riversource"
	"github.com/waybill-dev/waybill/internal/fence"
)

// work is what lanes hold, and who runs them: the memory of all replicas of a test together.
type work struct {
	mu      sync.Mutex
	waits   map[fence.Lane]int
	runs    map[fence.Lane]func() bool
	epochs  map[fence.Lane]int64
	done    int
	twice   int
	on      map[*riversource.Source]int
	backlog int
}

// add adds an item to a lane.
func (w *work) add(l fence.Lane) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waits[l]++
	w.backlog++
}

// begin takes what a lane holds, and counts if somebody else runs the lane who may go on.
func (w *work) begin(s *riversource.Source, c dispatch.Claim) (items int) {
	life := s.Life()
	w.mu.Lock()
	defer w.mu.Unlock()
	if other := w.runs[c.Lane]; other != nil && other() || c.Epoch <= w.epochs[c.Lane] {
		w.twice++
	}
	w.runs[c.Lane] = func() bool { return life != 0 && s.Life() == life }
	w.epochs[c.Lane] = c.Epoch
	w.on[s]++
	return w.take(c.Lane)
}

// take takes what a lane holds; mu is held.
func (w *work) take(l fence.Lane) int {
	n := w.waits[l]
	w.waits[l] = 0
	w.backlog -= n
	w.done += n
	return n
}

func (w *work) end(c dispatch.Claim) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.runs, c.Lane)
}

// sweep activates the lanes that hold items, as the dispatcher's sweeper does for hints that are lost, and tells whether
// there are none.
func (w *work) sweep(s *riversource.Source) (empty bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for l, n := range w.waits {
		if n > 0 {
			s.Activate(l, time.Time{})
		}
	}
	return w.backlog == 0
}

// serve runs lanes of a replica as a dispatcher does, until it is told to stop; then it leaves in order.
func (w *work) serve(t *testing.T, s *riversource.Source) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	run := func(c dispatch.Claim) {
		w.begin(s, c)
		for i := range 3 {
			select {
			case <-ctx.Done():
			case <-c.Wake:
				w.mu.Lock()
				w.take(c.Lane)
				w.mu.Unlock()
				continue
			case <-time.After(time.Duration(1+rand.IntN(10)) * time.Millisecond):
			}
			if i == rand.IntN(3) {
				break
			}
		}
		again := time.Time{}
		if rand.IntN(3) == 0 {
			again = time.Now().Add(time.Duration(rand.IntN(100)) * time.Millisecond)
		}
		w.end(c)
		s.Release(c, again)
	}
	all.Go(func() {
		for {
			c, err := s.Claim(ctx, fence.Connections)
			if err != nil {
				return
			}
			all.Go(func() { run(c) })
		}
	})
	return func() {
		s.Withdraw()
		cancel()
		all.Wait()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := s.Close(ctx); err != nil {
			t.Errorf("leaving: %v", err)
		}
	}
}

func TestWhileReplicasComeAndGoNoLaneIsLostAndNoneRunsTwice(t *testing.T) {
	t.Parallel()
	url := database(t)
	w := &work{waits: map[fence.Lane]int{}, runs: map[fence.Lane]func() bool{}, epochs: map[fence.Lane]int64{},
		on: map[*riversource.Source]int{}}
	const lanes, rounds = 40, 6
	type member struct {
		*riversource.Source
		stop func()
	}
	join := func() member {
		s := replica(t, url)
		return member{s, w.serve(t, s)}
	}
	members := []member{join(), join(), join()}
	var mu sync.Mutex
	load, quiet := context.WithCancel(t.Context())
	var loaded sync.WaitGroup
	items := 0
	loaded.Go(func() {
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for load.Err() == nil {
			<-tick.C
			l := lane(rand.IntN(lanes))
			mu.Lock()
			s := members[rand.IntN(len(members))]
			w.add(l)
			s.Activate(l, time.Now())
			mu.Unlock()
			items++
		}
	})
	for range rounds {
		next := join()
		mu.Lock()
		last := members[0]
		members = append(members[1:], next)
		mu.Unlock()
		last.stop()
	}
	quiet()
	loaded.Wait()
	// What wakes a lane that runs in a replica which is about to leave may not be heard there any more.
	eventually(t, "all that was activated has run", func() bool { return w.sweep(members[0].Source) })
	for _, m := range members {
		m.stop()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.twice > 0 || w.done != items {
		t.Errorf("of %d items %d were done, and lanes ran twice %d times", items, w.done, w.twice)
	}
	for s, runs := range w.on {
		t.Log(runs, s.Life() == 0)
	}
	var kept int
	err := pool(t, url).QueryRow(t.Context(), `SELECT count(*) FROM lane WHERE owner IS NOT NULL`).Scan(&kept)
	if err != nil || kept > 0 {
		t.Errorf("replicas that left own %d lanes: %v", kept, err)
	}
}
