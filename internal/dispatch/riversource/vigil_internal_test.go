package riversource

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// table stands in for the rows of replicas.
type table struct {
	mu    sync.Mutex
	beats map[string]time.Time
}

// beat writes a row and tells of all.
func (b *table) beat(id string) []peer {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	b.beats[id] = now
	var peers []peer
	for of, at := range b.beats {
		peers = append(peers, peer{id: []byte(of), beat: at.UnixMicro(), silent: now.Sub(at).Microseconds(), own: of == id})
	}
	return peers
}

// replicates beats as a replica does until the bubble's time is over, and tells when it took each other one for dead.
// up tells of a beat by its number and its moment whether the database answers it.
func (b *table) replicates(id string, over time.Duration, up func(n int, since time.Duration) bool) map[string]time.Duration {
	v, began, dead := vigil{}, time.Now(), map[string]time.Duration{}
	for n := 0; time.Since(began) < over; n++ {
		asked := time.Now()
		if !up(n, time.Since(began)) {
			time.Sleep(beatTime)
			v.failed()
			time.Sleep(beatEvery / 4)
			continue
		}
		time.Sleep(5 * time.Millisecond)
		for _, p := range v.watch(asked, b.beat(id)) {
			if _, told := dead[string(p.id)]; !told {
				dead[string(p.id)] = time.Since(began)
			}
		}
		time.Sleep(beatEvery)
	}
	return dead
}

func always(int, time.Duration) bool { return true }

func TestAReplicaThatDiedIsBuriedThoughTheDatabaseFailsOneBeatInFive(t *testing.T) {
	for first := range 5 {
		synctest.Test(t, func(t *testing.T) {
			b := table{beats: map[string]time.Time{"gone": time.Now()}}
			dead := b.replicates("judge", time.Minute, func(n int, _ time.Duration) bool { return n%5 != first })
			if after, is := dead["gone"]; !is || after > 7*time.Second {
				t.Errorf("beat %d of five fails: it was taken for dead after %v (%v)", first, after, is)
			}
		})
	}
}

func TestAReplicaThatDiedIsBuriedThoughEveryBeatTakesLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, b, began := vigil{}, table{beats: map[string]time.Time{"gone": time.Now()}}, time.Now()
		for time.Since(began) < time.Minute {
			asked := time.Now()
			time.Sleep(beatTime - 10*time.Millisecond)
			if len(v.watch(asked, b.beat("judge"))) > 0 {
				break
			}
			time.Sleep(beatEvery)
		}
		if after := time.Since(began); after > 8*time.Second {
			t.Errorf("it was taken for dead after %v", after)
		}
	})
}

func TestNobodyIsBuriedForADatabaseThatWasAway(t *testing.T) {
	for late := range 8 {
		synctest.Test(t, func(t *testing.T) {
			b := table{beats: map[string]time.Time{}}
			// Each comes back at a moment of its own, and the other one fails once more.
			away := func(from, until time.Duration) func(int, time.Duration) bool {
				return func(_ int, since time.Duration) bool { return since < from || since > until }
			}
			var all sync.WaitGroup
			all.Go(func() {
				if dead := b.replicates("one", time.Minute, away(5*time.Second, 25*time.Second)); len(dead) > 0 {
					t.Errorf("late %d: the one buried %v", late, dead)
				}
			})
			all.Go(func() {
				time.Sleep(time.Duration(late) * 130 * time.Millisecond)
				if dead := b.replicates("two", time.Minute, away(5*time.Second, 26*time.Second)); len(dead) > 0 {
					t.Errorf("late %d: the other buried %v", late, dead)
				}
			})
			all.Wait()
		})
	}
}

// One try that fails may be all that a short absence of the database leaves of a beat.
func TestNobodyIsBuriedForADatabaseThatIsAwayAgainAndAgain(t *testing.T) {
	for _, period := range []time.Duration{3 * time.Second, 5 * time.Second, 7 * time.Second} {
		for late := range 8 {
			synctest.Test(t, func(t *testing.T) {
				b, began := table{beats: map[string]time.Time{}}, time.Now()
				up := func(int, time.Duration) bool { return time.Since(began)%period > period/2 }
				var all sync.WaitGroup
				for i, id := range []string{"one", "two"} {
					all.Go(func() {
						time.Sleep(time.Duration(i*late) * 130 * time.Millisecond)
						if dead := b.replicates(id, 2*time.Minute, up); len(dead) > 0 {
							t.Errorf("period %v, late %d: %s buried %v", period, late, id, dead)
						}
					})
				}
				all.Wait()
			})
		}
	}
}

func TestAReplicaThatBeatsRarelyIsNeverBuried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := table{beats: map[string]time.Time{}}
		var all sync.WaitGroup
		all.Go(func() {
			if dead := b.replicates("judge", 2*time.Minute, always); len(dead) > 0 {
				t.Errorf("it buried %v", dead)
			}
		})
		all.Go(func() {
			for range 40 {
				b.beat("rare")
				time.Sleep(3500 * time.Millisecond)
			}
		})
		all.Wait()
	})
}

// While a machine sleeps one of its clocks stands still, and the other one tells.
func TestAReplicaThatSleptKnowsNothingOfOthers(t *testing.T) {
	v, now, other := vigil{}, time.Now(), []byte("other")
	for n := range 4 {
		at := now.Add(time.Duration(n) * beatEvery)
		if dead := v.watch(at, []peer{{id: other, beat: 1, silent: int64(n) * beatEvery.Microseconds()}}); len(dead) > 0 {
			t.Fatalf("it was buried at beat %d", n)
		}
	}
	woke := now.Add(4 * beatEvery).Round(0).Add(time.Hour)
	if dead := v.watch(woke, []peer{{id: other, beat: 1, silent: time.Hour.Microseconds()}}); len(dead) > 0 {
		t.Error("others were buried for what passed while the machine slept")
	}
}

func TestATimeInWhichABeatWasLostProvesOneBeatOfSilence(t *testing.T) {
	v, now, other := vigil{}, time.Now(), []byte("other")
	lost := beatEvery + beatTime + beatEvery/4
	for n := range 5 {
		at := time.Duration(n) * lost
		dead := v.watch(now.Add(at), []peer{{id: other, beat: 1, silent: at.Microseconds()}})
		if is := len(dead) > 0; is != (n == 4) {
			t.Errorf("after %d times with a lost beat in each it is dead: %v", n, is)
		}
		v.failed()
	}
}
