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

func ownerOf(n byte) Owner { return Owner{ID: uuid.UUID{n}} }

const most = 32

// newFloor is one as for deliveries.
func newFloor(places int, activate func(fence.Lane)) *Floor {
	return NewFloor(FloorConfig{Places: places, First: 1, Least: 1, Most: most, Quickly: time.Second,
		Now: time.Now, Activate: activate})
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
func (f *Floor) fill(l fence.Lane, owner Owner) (places []*Place) {
	for {
		p, ok := f.Enter(l, owner)
		if !ok {
			return places
		}
		places = append(places, p)
	}
}

// answered has so many attempts of a lane end, one after the other.
func (f *Floor) answered(t *testing.T, n int, l fence.Lane, owner Owner, took time.Duration, done bool) {
	t.Helper()
	for range n {
		p, ok := f.Enter(l, owner)
		if !ok {
			t.Fatal("it has no place")
		}
		time.Sleep(took)
		p.Leave(took, done)
	}
}

func TestHowManyAttemptsALaneMayHaveFollowsHowTheyEnd(t *testing.T) {
	t.Parallel()
	const quick = 10 * time.Millisecond
	type end struct {
		// rounds of as many attempts as the lane may have end, or so many of one attempt.
		rounds, singles int
		took            time.Duration
		done            bool
	}
	for _, c := range []struct {
		name string
		ends []end
		want int
	}{
		{"nothing is known", nil, 1},
		{"one quick success", []end{{1, 0, quick, true}}, 2},
		{"some", []end{{0, 7, quick, true}}, 8},
		{"many at once", []end{{9, 0, quick, true}}, most},
		{"many one by one", []end{{0, 1000, quick, true}}, doubling},
		{"a failure halves", []end{{9, 0, quick, true}, {0, 1, quick, false}}, most / 2},
		{"what fails together is one failure", []end{{9, 0, quick, true}, {1, 0, quick, false}}, most / 2},
		{"failures leave one", []end{{9, 0, quick, true}, {0, 6, quick, false}}, 1},
		{"it comes back slowly to where it failed", []end{{9, 0, quick, true}, {0, 1, quick, false}, {4, 0, quick, true}}, most/2 + 1},
		{"one that takes long and fails leaves one", []end{{9, 0, quick, true}, {0, 1, 3 * time.Second, false}}, 1},
		{"what takes long does not grow", []end{{9, 0, quick, true}, {0, 1, 2 * time.Second, true}}, most - 1},
		{"what is felt does not grow", []end{{4, 0, quick, true}, {9, 0, 60 * time.Millisecond, true}}, 11},
		{"what is too much shrinks", []end{{9, 0, quick, true}, {4, 0, 200 * time.Millisecond, true}}, doubling},
		{"unless it takes as long alone", []end{{9, 0, quick, true}, {30, 0, 200 * time.Millisecond, true}}, most},
		{"nor is that felt", []end{{4, 0, quick, true}, {40, 0, 60 * time.Millisecond, true}}, most},
		{"it comes back", []end{{0, 1, 3 * time.Second, false}, {0, 7, quick, true}}, 8},
	} {
		synctest.Test(t, func(t *testing.T) {
			f := newFloor(512, func(fence.Lane) {})
			for _, e := range c.ends {
				f.answered(t, e.singles, laneNumber(1), Owner{}, e.took, e.done)
				for range e.rounds {
					places := f.fill(laneNumber(1), Owner{})
					time.Sleep(e.took)
					for _, p := range places {
						p.Leave(e.took, e.done)
					}
				}
			}
			if got := len(f.fill(laneNumber(1), Owner{})); got != c.want {
				t.Errorf("%s: %d at once, want %d", c.name, got, c.want)
			}
		})
	}
}

func TestLanesThatHangHoldAQuarterAndOneOwnersHalfOfThat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFloor(512, func(fence.Lane) {})
		held := map[byte]int{}
		for n := range 600 {
			f.answered(t, 1, laneNumber(n), ownerOf(byte(n/300)+1), 3*time.Second, false)
		}
		for owner := range byte(2) {
			for n := range 300 {
				held[owner] += len(f.fill(laneNumber(300*int(owner)+n), ownerOf(owner+1)))
			}
		}
		// One alone has half of a quarter, and the second what is left by the same rule.
		if held[0] != 64 || held[1] != 32 {
			t.Errorf("they hold %v", held)
		}
	})
}

func TestAnOwnerLeavesAsMuchAsItHolds(t *testing.T) {
	t.Parallel()
	f := newFloor(512, func(fence.Lane) {})
	count := func(owner byte, lanes int) (n int) {
		for i := range lanes {
			n += len(f.fill(laneNumber(1000*int(owner)+i), ownerOf(owner)))
		}
		return n
	}
	first, second, third := count(1, 1000), count(2, 1000), count(3, 1000)
	if first != 224 || second != 112 || third != 56 {
		t.Errorf("they hold %d, %d, %d", first, second, third)
	}
}

func TestLanesWithoutAPlaceAreActivatedInTurnsBetweenTheirOwners(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := &activated{}
		f := newFloor(4, a.add)
		busy := append(f.fill(laneNumber(1), ownerOf(1)), f.fill(laneNumber(2), ownerOf(1))...)
		for n := range 4 {
			f.fill(laneNumber(10+n), ownerOf(1))
		}
		f.fill(laneNumber(20), ownerOf(2))
		f.fill(laneNumber(21), ownerOf(2))
		if len(busy) != 2 || len(a.take()) != 0 {
			t.Fatalf("%d are in flight", len(busy))
		}
		busy[0].Leave(time.Millisecond, true)
		if got := a.take(); len(got) != 1 || got[0] != laneNumber(10) {
			t.Fatalf("activated %v", got)
		}
		// The one that was promised a place and does not come loses it to the next.
		time.Sleep(promiseFor + time.Millisecond)
		synctest.Wait()
		if got := a.take(); len(got) != 1 || got[0] != laneNumber(21) {
			t.Errorf("after a promise that was not used %v were activated", got)
		}
	})
}

func TestLanesThatAreQuickAreNotDelayedByManyThatHang(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFloor(64, func(fence.Lane) {})
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
				p, ok := f.Enter(laneNumber(n), ownerOf(byte(n%7)))
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

func TestALaneThatIsRefusedAPlaceRunsWhenThereIsOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := NewInProcess(time.Now)
		f := newFloor(2, func(l fence.Lane) { source.Activate(l, time.Now()) })
		l := &lane{kind: fence.Receivers}
		for n := range int64(20) {
			l.items = append(l.items, Item[string]{Seq: n + 1, Key: fmt.Sprint("k", n)})
		}
		p, _ := f.Enter(laneNumber(77), Owner{})
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
			f := newFloor(512, func(l fence.Lane) { source.Activate(l, time.Now()) })
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
