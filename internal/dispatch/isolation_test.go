package dispatch

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
)

// yard is lanes of several TSPs, each with one item a time. The first byte of a lane's id says at which TSP
// it is, the second whether its calls hang.
type yard struct {
	mu    sync.Mutex
	asked map[fence.Lane]time.Time
	took  map[fence.Lane]time.Duration
	sorts int
	// blind tells that no TSP can be looked up, and lost of which one lane's cannot.
	blind bool
	lost  fence.Lane
	log   bytes.Buffer
	seq   int64
}

const hangs = 30 * time.Second

func newYard() *yard {
	return &yard{asked: map[fence.Lane]time.Time{}, took: map[fence.Lane]time.Duration{}}
}

func at(provider, stuck byte, n int) fence.Lane {
	return fence.Lane{Kind: fence.Connections, ID: uuid.UUID{provider, stuck, byte(n >> 8), byte(n)}}
}

func (y *yard) tsp(_ context.Context, id uuid.UUID) (string, error) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.sorts++
	if y.blind || id == y.lost.ID {
		return "", errors.New("the store cannot be read")
	}
	return string('a' + rune(id[0])), nil
}

// ask has a lane make one attempt.
func (y *yard) ask(source Source, lanes ...fence.Lane) {
	y.mu.Lock()
	defer y.mu.Unlock()
	for _, l := range lanes {
		y.asked[l] = time.Now()
		source.Activate(l, time.Now())
	}
}

// waited is how long the lane waited for the end of its last attempt; false if that has none.
func (y *yard) waited(l fence.Lane) (time.Duration, bool) {
	y.mu.Lock()
	defer y.mu.Unlock()
	_, open := y.asked[l]
	return y.took[l], !open && y.took[l] > 0
}

func (y *yard) Heads(_ context.Context, q fence.Query) (Batch[string], error) {
	y.mu.Lock()
	defer y.mu.Unlock()
	b := Batch[string]{Parallel: 4, Owner: Owner{Group: string('a' + rune(q.Lane.ID[0]))}}
	if _, asked := y.asked[q.Lane]; asked {
		y.seq++
		b.Items = []Item[string]{{Seq: y.seq, Key: "a", Value: string(q.Lane.ID[:])}}
	}
	return b, nil
}

func (y *yard) Begin(context.Context, fence.Claim, Item[string]) error { return nil }

func (y *yard) Perform(_ context.Context, i Item[string]) End {
	time.Sleep(10 * time.Millisecond)
	if i.Value[1] > 0 {
		time.Sleep(hangs)
		return End{Class: Unknown}
	}
	return End{Class: Done}
}

func (y *yard) Settle(_ context.Context, claim fence.Claim, a Attempt[string]) error {
	y.mu.Lock()
	defer y.mu.Unlock()
	if a.End.Class == Done {
		y.took[claim.Lane] = time.Since(y.asked[claim.Lane])
		delete(y.asked, claim.Lane)
	}
	return nil
}

func (y *yard) Waiting(context.Context) ([]fence.Lane, error) { return nil, nil }

// run runs the yard's lanes in so many slots of each TSP and places of all while something happens.
func (y *yard) run(t *testing.T, slots, places int, while func(source Source)) {
	t.Helper()
	source := NewInProcess(time.Now)
	f := NewFloor(FloorConfig{Places: places, First: 1000, Least: 2, Most: 1000, Quickly: 5 * time.Second, Now: time.Now,
		Activate: func(l fence.Lane) { source.Activate(l, time.Now()) }})
	webhooks := &lane{kind: fence.Receivers, items: []Item[string]{{Seq: 1, Key: "a"}}}
	stop := startKinds(t, Config{Source: source, MaxLanes: slots, Log: slog.New(slog.NewTextHandler(&y.log, nil)),
		Kinds: map[string]Kind{
			fence.Connections: KindOf[string](y, Policy{Base: time.Second, Cap: time.Minute}).By(y.tsp).On(f),
			fence.Receivers:   KindOf[string](webhooks, Policy{Base: time.Second, Cap: time.Minute}),
		}})
	while(source)
	stop()
}

func several(provider, stuck byte, n int) (lanes []fence.Lane) {
	for i := range n {
		lanes = append(lanes, at(provider, stuck, i))
	}
	return lanes
}

func TestLanesWhoseCallsHangHoldNoSlotThatOthersNeed(t *testing.T) {
	t.Parallel()
	for _, places := range []int{10_000, 1_000} {
		synctest.Test(t, func(t *testing.T) {
			y := newYard()
			y.run(t, 20, places, func(source Source) {
				known, others := several(1, 0, 20), several(2, 0, 20)
				y.ask(source, known...)
				time.Sleep(time.Second)
				y.ask(source, several(1, 1, 2_500)...)
				time.Sleep(time.Second)
				y.ask(source, others...)
				time.Sleep(time.Second)
				y.ask(source, known...)
				time.Sleep(time.Second)
				for _, l := range append(known, others...) {
					if took, ok := y.waited(l); !ok || took > 250*time.Millisecond {
						t.Errorf("%d places: at TSP %d: %v after %v", places, l.ID[0], ok, took)
					}
				}
			})
		})
	}
}

func TestAConnectionOfWhichNothingIsKnownWaitsForNoMoreThanOneHangingCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard()
		y.run(t, 20, 10_000, func(source Source) {
			y.ask(source, several(1, 1, 6_000)...)
			time.Sleep(10 * time.Second)
			y.ask(source, at(1, 0, 1))
			time.Sleep(2 * hangs)
			if took, ok := y.waited(at(1, 0, 1)); !ok || took > hangs+time.Second {
				t.Errorf("%v after %v", ok, took)
			}
		})
	})
}

func TestEachLaneIsSortedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard()
		y.run(t, 20, 100, func(source Source) {
			for range 5 {
				y.ask(source, several(1, 0, 10)...)
				time.Sleep(time.Minute)
			}
		})
		if y.sorts != 10 {
			t.Errorf("the TSPs of 10 lanes were looked up %d times", y.sorts)
		}
	})
}

// see has the TSPs be looked up again, or no more.
func (y *yard) see(can bool) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.blind = !can
}

func TestLanesThatCannotBeSortedAreToldOfOnceAndAskedForInTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y, lanes := newYard(), several(1, 0, 1000)
		y.blind = true
		y.run(t, 20, 1000, func(source Source) {
			y.ask(source, lanes...)
			time.Sleep(time.Minute)
			y.see(true)
			time.Sleep(5 * time.Second)
		})
		if told := strings.Count(y.log.String(), "looking up"); told != 1 || y.sorts > 60*sorters+1000 {
			t.Errorf("it was told %d times; %d times it was looked up", told, y.sorts)
		}
		for _, l := range lanes {
			if _, ok := y.waited(l); !ok {
				t.Fatalf("%v did not run", l.ID)
			}
		}
	})
}

func TestALaneThatCannotBeSortedKeepsNoOtherWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y, lanes := newYard(), several(1, 0, 100)
		y.lost = lanes[0]
		y.run(t, 20, 1000, func(source Source) {
			y.ask(source, lanes...)
			time.Sleep(time.Minute)
		})
		for _, l := range lanes[1:] {
			if took, ok := y.waited(l); !ok || took > 2*time.Second {
				t.Fatalf("%v: %v after %v", l.ID, ok, took)
			}
		}
	})
}
