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
