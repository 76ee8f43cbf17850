package dispatch

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
)

func laneNumber(n int) fence.Lane {
	return fence.Lane{Kind: fence.Receivers, ID: uuid.UUID{byte(n >> 8), byte(n)}}
}

// activated collects the lanes that a floor activates.
type activated struct {
	mu    sync.Mutex
	lanes []fence.Lane
}

func (a *activated) add(l fence.Lane) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.lanes = append(a.lanes, l)
}

func (a *activated) take() []fence.Lane {
	a.mu.Lock()
	defer a.mu.Unlock()
	lanes := a.lanes
	a.lanes = nil
	return lanes
}

// fill enters as often as it may.
func (f *Floor) fill(l fence.Lane, owner uuid.UUID) (places []*Place) {
	for {
		p, ok := f.Enter(l, owner)
		if !ok {
			return places
		}
		places = append(places, p)
	}
}

// answered has so many attempts of a lane end, one after the other.
func (f *Floor) answered(t *testing.T, n int, l fence.Lane, owner uuid.UUID, took time.Duration, done bool) {
	t.Helper()
	for range n {
		p, ok := f.Enter(l, owner)
		if !ok {
			t.Fatal("it has no place")
		}
		p.Leave(took, done)
	}
}

func TestHowManyAttemptsALaneMayHaveFollowsHowTheyEnd(t *testing.T) {
	t.Parallel()
	const quick = 10 * time.Millisecond
	type end struct {
		n    int
		took time.Duration
		done bool
	}
	for _, c := range []struct {
		name string
		ends []end
		want int
	}{
		{"nothing is known", nil, 1},
		{"one quick success", []end{{1, quick, true}}, 2},
		{"some", []end{{7, quick, true}}, 8},
		{"many", []end{{60, quick, true}}, 13},
		{"no end of them", []end{{2000, quick, true}}, MostAtOnce},
		{"a failure halves", []end{{2000, quick, true}, {1, quick, false}}, MostAtOnce / 2},
		{"failures leave one", []end{{2000, quick, true}, {6, quick, false}}, 1},
		{"one that takes long and fails leaves one", []end{{2000, quick, true}, {1, 3 * time.Second, false}}, 1},
		{"what takes long does not grow", []end{{2000, quick, true}, {1, 2 * time.Second, true}}, doubling},
		{"it comes back", []end{{1, 3 * time.Second, false}, {7, quick, true}}, 8},
	} {
		f := NewFloor(512, time.Now, func(fence.Lane) {})
		for _, e := range c.ends {
			f.answered(t, e.n, laneNumber(1), uuid.Nil, e.took, e.done)
		}
		if got := len(f.fill(laneNumber(1), uuid.Nil)); got != c.want {
			t.Errorf("%s: %d at once, want %d", c.name, got, c.want)
		}
	}
}

func TestLanesThatHangHoldAQuarterAndOneOwnersHalfOfThat(t *testing.T) {
	t.Parallel()
	f := NewFloor(512, time.Now, func(fence.Lane) {})
	held := map[byte]int{}
	for n := range 600 {
		f.answered(t, 1, laneNumber(n), uuid.UUID{byte(n/300) + 1}, 3*time.Second, false)
	}
	for owner := range byte(2) {
		for n := range 300 {
			held[owner] += len(f.fill(laneNumber(300*int(owner)+n), uuid.UUID{owner + 1}))
		}
	}
	// One alone has half of a quarter, and the second what is left by the same rule.
	if held[0] != 64 || held[1] != 32 {
		t.Errorf("they hold %v", held)
	}
}

func TestAnOwnerLeavesAsMuchAsItHolds(t *testing.T) {
	t.Parallel()
	f := NewFloor(512, time.Now, func(fence.Lane) {})
	count := func(owner byte, lanes int) (n int) {
		for i := range lanes {
			n += len(f.fill(laneNumber(1000*int(owner)+i), uuid.UUID{owner}))
		}
		return n
	}
	first, second, third := count(1, 1000), count(2, 1000), count(3, 1000)
	if first != 256 || second != 128 || third != 64 {
		t.Errorf("they hold %d, %d, %d", first, second, third)
	}
}

func TestLanesWithoutAPlaceAreActivatedInTurnsBetweenTheirOwners(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := &activated{}
		f := NewFloor(4, time.Now, a.add)
		busy := append(f.fill(laneNumber(1), uuid.UUID{1}), f.fill(laneNumber(2), uuid.UUID{1})...)
		for n := range 4 {
			f.fill(laneNumber(10+n), uuid.UUID{1})
		}
		f.fill(laneNumber(20), uuid.UUID{2})
		f.fill(laneNumber(21), uuid.UUID{2})
		if len(busy) != 2 || len(a.take()) != 0 {
			t.Fatalf("%d are in flight", len(busy))
		}
		busy[0].Leave(time.Millisecond, true)
		if got := a.take(); len(got) != 1 || got[0] != laneNumber(10) && got[0] != laneNumber(21) {
			t.Fatalf("activated %v", got)
		}
		// The one that was promised a place and does not come loses it to the next.
		time.Sleep(promiseFor + time.Millisecond)
		synctest.Wait()
		if got := a.take(); len(got) != 1 {
			t.Errorf("after a promise that was not used %v were activated", got)
		}
	})
}

func TestLanesThatAreQuickAreNotDelayedByManyThatHang(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := NewFloor(64, time.Now, func(fence.Lane) {})
		ctx := t.Context()
		stop := make(chan struct{})
		var all sync.WaitGroup
		var mu sync.Mutex
		waits, slow := 0, 0
		lane := func(n int, took time.Duration) {
			for {
				select {
				case <-ctx.Done():
				case <-stop:
					return
				default:
				}
				p, ok := f.Enter(laneNumber(n), uuid.UUID{byte(n % 7)})
				if !ok {
					mu.Lock()
					if took < time.Second {
						waits++
					}
					mu.Unlock()
					time.Sleep(10 * time.Millisecond)
					continue
				}
				time.Sleep(took)
				p.Leave(took, took < time.Second)
				if took >= time.Second {
					mu.Lock()
					slow++
					mu.Unlock()
				}
			}
		}
		for n := range 300 {
			all.Go(func() { lane(n, 3*time.Second) })
		}
		// Each of them has shown what it is.
		time.Sleep(time.Minute)
		for n := range 5 {
			all.Go(func() { lane(1000+n, 20*time.Millisecond) })
		}
		time.Sleep(time.Minute)
		close(stop)
		all.Wait()
		if waits > 0 || slow < 100 {
			t.Errorf("quick ones waited %d times; %d slow attempts were made", waits, slow)
		}
	})
}

func TestALaneThatLingersGivesItsSlotToOneThatWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := NewInProcess(time.Now)
		l := &lane{kind: fence.Receivers, slots: 1, items: []Item[string]{{Seq: 1, Key: "a"}}}
		stop := start(t, source, l)
		time.Sleep(10 * time.Millisecond)
		begun := time.Now()
		for n := range 5 {
			source.Activate(fence.Lane{Kind: fence.Receivers, ID: uuid.UUID{9, byte(n)}}, time.Now())
		}
		l.add(Item[string]{Seq: 2, Key: "b"})
		source.Activate(l.lane(), time.Now())
		time.Sleep(20 * time.Second)
		stop()
		if at, ok := l.performed(2); !ok || at.Sub(begun) > 500*time.Millisecond {
			t.Errorf("performed %v after %v", ok, at.Sub(begun))
		}
	})
}

func TestALaneThatIsRefusedAPlaceRunsWhenThereIsOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := NewInProcess(time.Now)
		f := NewFloor(2, time.Now, func(l fence.Lane) { source.Activate(l, time.Now()) })
		l := &lane{kind: fence.Receivers}
		for n := range int64(20) {
			l.items = append(l.items, Item[string]{Seq: n + 1, Key: fmt.Sprint("k", n)})
		}
		p, _ := f.Enter(laneNumber(77), uuid.Nil)
		k := KindOf[string](l, Policy{Base: time.Second, Cap: time.Minute}).On(f)
		begun := time.Now()
		time.AfterFunc(2500*time.Millisecond, func() { p.Leave(time.Second, true) })
		runKind(t, source, fence.Receivers, k, 8*time.Second)
		if at, ok := l.performed(1); !ok || at.Sub(begun) != 2500*time.Millisecond || len(l.log) != 20 {
			t.Errorf("performed %v after %v; %d attempts", ok, at.Sub(begun), len(l.log))
		}
		if n := len(l.queries); n > 20 {
			t.Errorf("the lane was read %d times", n)
		}
	})
}

func TestWhatWasNotSentSaysNothingOfTheOtherSide(t *testing.T) {
	t.Parallel()
	for unsent, want := range map[bool]bool{true: true, false: false} {
		synctest.Test(t, func(t *testing.T) {
			source := NewInProcess(time.Now)
			f := NewFloor(512, time.Now, func(l fence.Lane) { source.Activate(l, time.Now()) })
			l := &lane{kind: fence.Receivers, took: time.Millisecond, ends: map[int64][]End{}}
			for n := range int64(40) {
				l.items = append(l.items, Item[string]{Seq: n + 1, Key: fmt.Sprint("k", n)})
				if n >= 36 {
					l.ends[n+1] = []End{{Class: Refused, Unsent: unsent}}
				}
			}
			runKind(t, source, fence.Receivers, KindOf[string](l, Policy{Base: time.Second}).On(f), 5*time.Second)
			for of, s := range f.lanes {
				if kept := s.window >= doubling; kept != want || len(l.log) != 40 {
					t.Errorf("unsent %v: %v has %v places after %d attempts", unsent, of, s.window, len(l.log))
				}
			}
			if len(f.lanes) != 1 {
				t.Errorf("%d lanes", len(f.lanes))
			}
		})
	}
}

func TestAKindOfLanesThatHasNoSlotLeftLeavesOthersTheirs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := NewInProcess(time.Now)
		flood := &lane{kind: fence.Receivers, slots: 1, items: []Item[string]{{Seq: 1, Key: "a"}}, took: time.Minute}
		writes := &lane{items: []Item[string]{{Seq: 1, Key: "a"}}}
		begun := time.Now()
		stop := start(t, source, flood, writes)
		for n := range 100 {
			source.Activate(laneNumber(n), time.Now())
		}
		time.Sleep(time.Second)
		if at, ok := writes.performed(1); !ok || at.Sub(begun) > 10*time.Millisecond {
			t.Errorf("performed %v after %v", ok, at.Sub(begun))
		}
		time.Sleep(2 * time.Minute)
		stop()
	})
}
