package record

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

func TestWhatBecomesOfARecordWhoseConnectionIsDeleted(t *testing.T) {
	t.Parallel()
	one, two := uuid.UUID{1}, uuid.UUID{2}
	for says, c := range map[string]struct {
		of   Orphan
		want Settlement
	}{
		"nobody reaches it":                         {Orphan{Own: true}, Settlement{Deleted: true}},
		"nobody reaches it, and it is marked":       {Orphan{Own: true, Deleted: true}, Settlement{}},
		"others reach it":                           {Orphan{Own: true, Reached: []uuid.UUID{one, two}}, Settlement{Heir: one}},
		"others reach it and brought it":            {Orphan{Reached: []uuid.UUID{one}}, Settlement{}},
		"one is connected to its account":           {Orphan{Account: []uuid.UUID{two}}, Settlement{Heir: two, Adopted: true}},
		"one is, and it was lost before":            {Orphan{Lost: true, Deleted: true, Account: []uuid.UUID{two}}, Settlement{}},
		"one is, and the event was marked":          {Orphan{Log: true, Lost: true, Deleted: true, Account: []uuid.UUID{two}}, Settlement{Heir: two, Adopted: true}},
		"one is, and another reaches the event":     {Orphan{Log: true, Own: true, Reached: []uuid.UUID{one}, Account: []uuid.UUID{two}}, Settlement{Heir: one}},
		"it was lost at the TSP, by an older error": {Orphan{Lost: true}, Settlement{Deleted: true}},
	} {
		if diff := cmp.Diff(c.want, c.of.Settle()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", says, diff)
		}
	}
}

// leavings holds deleted connections with as many portions of records as are told.
type leavings struct {
	mu      sync.Mutex
	of      map[uuid.UUID]int64
	settled int
	// left is what Left returns.
	left  chan struct{}
	fails bool
}

func (l *leavings) Leaving(context.Context) (out []uuid.UUID, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for id := range l.of {
		out = append(out, id)
	}
	return out, nil
}

func (l *leavings) Left() <-chan struct{} { return l.left }

func (l *leavings) SettleOrphans(_ context.Context, c uuid.UUID, behind int64, _ time.Time) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fails {
		l.fails = false
		return 0, errors.New("the disk is full")
	}
	l.settled++
	if behind+1 < l.of[c] {
		return behind + 1, nil
	}
	delete(l.of, c)
	return 0, nil
}

func TestWhatAConnectionLeavesIsSettledAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &leavings{of: map[uuid.UUID]int64{}, left: make(chan struct{}, 1)}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go func() { _ = WatchOrphans(ctx, l, time.Now, slog.New(slog.DiscardHandler)) }()
		synctest.Wait()
		l.mu.Lock()
		l.of[uuid.UUID{3}] = 2
		l.mu.Unlock()
		l.left <- struct{}{}
		synctest.Wait()
		if l.mu.Lock(); l.settled != 2 || len(l.of) != 0 {
			t.Errorf("%d portions, left %v", l.settled, l.of)
		}
		l.mu.Unlock()
	})
}

func TestOrphansAreSettledToTheLastWhateverFailsOnTheWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &leavings{of: map[uuid.UUID]int64{{1}: 3, {2}: 1}, fails: true}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- WatchOrphans(ctx, l, time.Now, slog.New(slog.DiscardHandler)) }()
		time.Sleep(3 * time.Second)
		l.mu.Lock()
		l.of[uuid.UUID{3}] = 2
		l.mu.Unlock()
		time.Sleep(3 * time.Second)
		cancel()
		if err := <-done; err != nil || l.settled != 6 || len(l.of) != 0 {
			t.Errorf("%v, %d portions, left %v", err, l.settled, l.of)
		}
	})
}
