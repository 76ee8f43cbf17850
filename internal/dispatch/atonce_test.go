package dispatch

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestNoMoreCallsAreInFlightThanALimitAllowsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		budget := NewBudget(time.Now, nil)
		named := map[string]Limit{"key": {ID: "account/key", AtOnce: 2}, "session": {ID: "c/session", AtOnce: 1}, "rate": {ID: "r", Interval: time.Second, Burst: 1}}
		var mu sync.Mutex
		inside, most := 0, 0
		move := func(by int) {
			mu.Lock()
			defer mu.Unlock()
			inside += by
			most = max(most, inside)
		}
		for range 6 {
			// Each is another connection of one account.
			go func() {
				leave, err := (&Pacer{Budget: budget, Named: keyed(named)}).Enter(t.Context(), "rate", "key", "unknown")
				if err != nil {
					t.Error(err)
					return
				}
				move(1)
				time.Sleep(time.Second)
				move(-1)
				leave()
			}()
		}
		begun := time.Now()
		time.Sleep(time.Millisecond)
		synctest.Wait()
		p := &Pacer{Budget: budget, Named: keyed(named)}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := p.Enter(ctx, "session", "key"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a call that is given up ends with %v", err)
		}
		time.Sleep(3 * time.Second)
		leave, err := p.Enter(t.Context(), "session", "key")
		mu.Lock()
		defer mu.Unlock()
		if err != nil || most != 2 || inside != 0 || time.Since(begun) > 4*time.Second {
			t.Errorf("%d were inside at once, %d are left, after %v: %v", most, inside, time.Since(begun), err)
			return
		}
		leave()
	})
}

func TestWhoWaitsForAPlaceMakesNoCallOnceItsLifeIsOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := (&house{}).enter()
		b := NewBudget(time.Now, nil).Among(r)
		p := &Pacer{Budget: b, Named: keyed(map[string]Limit{"x": {ID: "x", AtOnce: 1}, "y": {ID: "y", AtOnce: 1}})}
		leave, err := p.Enter(b.Fenced(t.Context()), "y")
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			time.Sleep(time.Second)
			r.lives(2)
			leave()
		}()
		if _, err := p.Enter(b.Fenced(t.Context()), "x", "y"); !errors.Is(err, ErrLapsed) {
			t.Errorf("it ends with %v", err)
		}
		if len(b.rooms) > 0 {
			t.Errorf("%d rooms are left", len(b.rooms))
		}
	})
}

func TestTheCallsAtOnceFollowTheirPartWhileSomeAreInFlight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &house{}
		b := NewBudget(time.Now, nil).Among(h.enter())
		p := &Pacer{Budget: b, Named: keyed(map[string]Limit{"x": {ID: "x", AtOnce: 4}})}
		var leaves []func()
		enters := func(least int) {
			t.Helper()
			b.Take("", nil)
			ended, cancel := context.WithCancel(t.Context())
			cancel()
			before := len(leaves)
			for {
				leave, err := p.Enter(ended, "x")
				if err != nil {
					break
				}
				leaves = append(leaves, leave)
			}
			if n := len(leaves) - before; n != least {
				t.Errorf("%d were let in with %d inside, of %d", n, before, least)
			}
		}
		leaveOne := func() { leaves[0](); leaves = leaves[1:] }
		enters(4)
		other := h.enter()
		leaveOne()
		enters(0)
		leaveOne()
		leaveOne()
		enters(1)
		other.leave()
		time.Sleep(seenWithin + time.Millisecond)
		enters(2)
	})
}
