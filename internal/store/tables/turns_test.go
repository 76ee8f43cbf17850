package tables

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/store/engine"
)

func TestNoKindOfWritesWaitsForAnothersFlood(t *testing.T) {
	t.Parallel()
	for flood := range kinds {
		for quiet := range kinds {
			if quiet == flood {
				continue
			}
			t.Run(fmt.Sprint(quiet, " beside ", flood), func(t *testing.T) {
				t.Parallel()
				q := newTurns()
				for range 4 * groupSize {
					queue(t, q, flood)
				}
				queue(t, q, quiet)
				group := q.next()
				if !slices.ContainsFunc(group, func(w *write) bool { return w.kind == quiet }) {
					t.Errorf("it is not in the next group, of %d", len(group))
				}
				if len(group) > groupSize {
					t.Errorf("%d writes share a commit", len(group))
				}
			})
		}
	}
}

func TestEachKindHasItsShareOfAGroupAndWhatOthersLeave(t *testing.T) {
	t.Parallel()
	q := newTurns()
	waiting := map[kind]int{accepts: 1000, settles: 1000, deliveries: 10, imports: 5}
	for k, n := range waiting {
		for range n {
			queue(t, q, k)
		}
	}
	got := map[kind]int{}
	for _, w := range q.next() {
		got[w.kind]++
	}
	if got[deliveries] != 10 || got[imports] < 1 || got[accepts] < share || got[settles] < share {
		t.Errorf("%v in a group", got)
	}
	if d := got[accepts] - got[settles]; d < -1 || d > 1 {
		t.Errorf("what is left is not shared: %v", got)
	}
}

func TestWritesOfOneKindAreMadeInTheirOrder(t *testing.T) {
	t.Parallel()
	q := newTurns()
	var want, got []*write
	for range 3 * groupSize {
		want = append(want, queue(t, q, settles))
	}
	q.close()
	for group := q.next(); group != nil; group = q.next() {
		got = append(got, group...)
	}
	if !slices.Equal(got, want) {
		t.Error("they are made in another order")
	}
}

func TestOwnersOfWritesOfOneKindTakeTurns(t *testing.T) {
	t.Parallel()
	q := newTurns()
	flooding, quiet := turn{kind: deliveries, owner: uuid.New()}, turn{kind: deliveries, owner: uuid.New()}
	flood := []*write{queueAs(t, q, flooding), queueAs(t, q, flooding), queueAs(t, q, flooding)}
	others := []*write{queueAs(t, q, quiet), queueAs(t, q, quiet)}
	if group := q.next(); !slices.Equal(group, []*write{flood[0], others[0], flood[1], others[1], flood[2]}) {
		t.Errorf("%d writes in another order", len(group))
	}
}

// Many lanes may end hundreds of operations each that a job has cancelled.
func TestLightWritesOfOneOwnerDoNotWaitForAllHeavyOnesOfAnother(t *testing.T) {
	t.Parallel()
	q := newTurns()
	heavy := turn{kind: settles, owner: uuid.New(), heavy: groupSize}
	for range 50 {
		queueAs(t, q, heavy)
	}
	for range 5 {
		// A settling is followed by another, of what was begun behind it.
		light := queue(t, q, settles)
		if group := append(q.next(), q.next()...); !slices.Contains(group, light) {
			t.Fatalf("it is not in the next two groups, of %d", len(group))
		}
	}
}

// A partner that has much accepted at once is in turns with the others.
func TestAcceptsOfOneOwnerDoNotHaveThoseOfAnotherSentAway(t *testing.T) {
	t.Parallel()
	q := newTurns()
	now := time.Now()
	flooding, quiet := uuid.New(), uuid.New()
	put := func(owner uuid.UUID, asked time.Time) error {
		return q.put(&write{ctx: t.Context(), turn: turn{kind: accepts, owner: owner, heavy: share + 1}, asked: asked})
	}
	for range 3 * groupSize {
		if err := put(flooding, now.Add(-acceptsWait)); err != nil {
			t.Fatal(err)
		}
	}
	if err := put(quiet, now); err != nil {
		t.Errorf("the first of another: %v", err)
	}
	q.next()
	if err := put(flooding, now.Add(1)); err == nil {
		t.Error("one more of those that wait for too long is taken")
	}
	if err := put(quiet, now.Add(time.Second)); err != nil {
		t.Errorf("another of another: %v", err)
	}
	if group := q.next(); !slices.ContainsFunc(group, func(w *write) bool { return w.owner == quiet }) {
		t.Error("another waits for its turn behind a flood")
	}
}

func TestFewHeavyWritesShareACommit(t *testing.T) {
	t.Parallel()
	q := newTurns()
	for range groupSize {
		queueAs(t, q, turn{kind: deliveries, heavy: setback})
	}
	for left := groupSize; left > 0; {
		group := q.next()
		if left -= len(group); len(group) == 0 || len(group) > groupSize/setback {
			t.Fatalf("%d share a commit", len(group))
		}
	}
}

func TestAWriteOfWhomNobodyWaitsAnyMoreIsNotMade(t *testing.T) {
	t.Parallel()
	q := newTurns()
	gone, cancel := context.WithCancel(t.Context())
	if err := q.put(&write{ctx: gone, turn: turn{kind: accepts}}); err != nil {
		t.Fatal(err)
	}
	cancel()
	stays := queue(t, q, accepts)
	if group := q.next(); !slices.Equal(group, []*write{stays}) {
		t.Errorf("%d writes", len(group))
	}
	q.close()
	if err := q.put(stays); !errors.Is(err, engine.ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
	if group := q.next(); group != nil {
		t.Errorf("at the end: %d writes", len(group))
	}
}

func queue(t *testing.T, q *turns, k kind) *write {
	t.Helper()
	return queueAs(t, q, turn{kind: k})
}

func queueAs(t *testing.T, q *turns, as turn) *write {
	t.Helper()
	w := &write{ctx: t.Context(), turn: as}
	if err := q.put(w); err != nil {
		t.Fatal(err)
	}
	return w
}

// Behind a flood of one kind the writer makes a write of another with its next commit.
func TestAFloodOfAcceptsDoesNotHoldUpADelivery(t *testing.T) {
	t.Parallel()
	db, err := OpenFile(t.Context(), filepath.Join(t.TempDir(), "w.db"), time.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var mu sync.Mutex
	var order []kind
	note := func(k kind) func(*tx) error {
		return func(*tx) error {
			mu.Lock()
			defer mu.Unlock()
			order = append(order, k)
			return nil
		}
	}
	const flood = 4 * groupSize
	errs := make(chan error, flood+1)
	err = db.Together(flood+1, func() {
		for range flood {
			go func() { errs <- db.doAs(t.Context(), turn{kind: accepts}, note(accepts)) }()
		}
		for db.writer.queue.waits() < flood {
			runtime.Gosched()
		}
		go func() { errs <- db.doAs(t.Context(), turn{kind: deliveries}, note(deliveries)) }()
	}, func() error {
		var all error
		for range flood + 1 {
			all = errors.Join(all, <-errs)
		}
		return all
	})
	if err != nil {
		t.Fatal(err)
	}
	if at := slices.Index(order, deliveries); at < 0 || at >= groupSize {
		t.Errorf("the delivery is number %d of %d", at, len(order))
	}
	if diff := cmp.Diff(flood+1, len(order)); diff != "" {
		t.Error(diff)
	}
}

func TestAcceptsThatTheStoreCannotKeepUpWithAreSentAwayToComeAgain(t *testing.T) {
	t.Parallel()
	put := func(q *turns, k kind, asked time.Time) error {
		return q.put(&write{ctx: t.Context(), turn: turn{kind: k}, asked: asked})
	}
	now := time.Now()
	for name, fill := range map[string]func(*turns) error{
		"when many wait": func(q *turns) (err error) {
			for range acceptsAtMost {
				err = errors.Join(err, put(q, accepts, now))
			}
			return err
		},
		"when the first waits long": func(q *turns) error { return put(q, accepts, now.Add(-acceptsWait-1)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q := newTurns()
			if err := fill(q); err != nil {
				t.Fatal(err)
			}
			err := put(q, accepts, now)
			var told *problem.Error
			if !errors.As(err, &told) || told.Code != problem.Unavailable || told.RetryAfter <= 0 {
				t.Errorf("one more is told %v", err)
			}
			if err := put(q, settles, now); err != nil {
				t.Errorf("what was accepted does not go on: %v", err)
			}
			for range acceptsAtMost/share + 1 {
				if q.next(); q.lengths()["accepts"] == 0 {
					break
				}
			}
			if err := put(q, accepts, now); err != nil {
				t.Errorf("when they were taken: %v", err)
			}
		})
	}
}
