package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// calls are those that the TSP was made, by account.
type calls struct {
	mu sync.Mutex
	at map[string][]time.Time
}

// watch notes calls from then on.
func (f *field) watch() *calls {
	c := &calls{at: map[string][]time.Time{}}
	f.tsp.SetSeen(func(token string, at time.Time) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.at[token] = append(c.at[token], at)
	})
	return c
}

// of returns when the first and the last call were made by accounts whose names begin so, but one.
func (c *calls) of(begins, but string) (first, last time.Time, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for account, all := range c.at {
		if !strings.HasPrefix(account, begins) || account == but {
			continue
		}
		n += len(all)
		for _, at := range all {
			if first.IsZero() || at.Before(first) {
				first = at
			}
			if at.After(last) {
				last = at
			}
		}
	}
	return first, last, n
}

// rate is how many calls a second an account made from some time after its first one on; 0 if there were not two.
func (c *calls) rate(account string, after time.Duration) float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := slices.Clone(c.at[account])
	slices.SortFunc(all, time.Time.Compare)
	for i, at := range all {
		if at.Sub(all[0]) >= after && i < len(all)-1 {
			return float64(len(all)-1-i) / all[len(all)-1].Sub(at).Seconds()
		}
	}
	return 0
}

// wait waits for so many calls.
func (c *calls) wait(ctx context.Context, begins, but string, n int) error {
	patience := time.After(time.Minute)
	for {
		_, _, made := c.of(begins, but)
		if made >= n {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-patience:
			return fmt.Errorf("%d of %d queued writes were made in a minute", made, n)
		case <-time.After(10 * time.Millisecond):
		}
	}
}
