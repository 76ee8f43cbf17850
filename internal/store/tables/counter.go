package tables

import (
	"context"
	"sync"
)

// counter is what was counted and is not stored yet, by the rows to which it is added. Who counts waits for nobody.
type counter[Row comparable, N any] struct {
	mu      sync.Mutex
	counted map[Row]N
	// turns has what is stored read while none of it is being written, so that nothing is missed or told twice.
	turns chan struct{}
	plus  func(a, b N) N
}

func newCounter[Row comparable, N any](plus func(a, b N) N) *counter[Row, N] {
	return &counter[Row, N]{counted: map[Row]N{}, turns: make(chan struct{}, 1), plus: plus}
}

// add counts.
func (c *counter[Row, N]) add(row Row, more N) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if sum, has := c.counted[row]; has {
		more = c.plus(sum, more)
	}
	c.counted[row] = more
}

// alone waits until nobody else reads or writes what is stored, or ctx ends. The caller must call end.
func (c *counter[Row, N]) alone(ctx context.Context) (end func(), err error) {
	select {
	case c.turns <- struct{}{}:
		return func() { <-c.turns }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// save writes down some rows as choose picks them from all that are counted, and tells how many those were. What could not be
// written is counted on. It has no end of its own: of a write that is given up nobody knows whether it will be stored.
func (c *counter[Row, N]) save(ctx context.Context, choose func(map[Row]N) []Row, write func(context.Context, []Row, map[Row]N) error) (n int, err error) {
	end, err := c.alone(ctx)
	if err != nil {
		return 0, err
	}
	defer end()
	rows, taken := c.take(choose)
	if len(rows) == 0 {
		return 0, nil
	}
	if err = write(context.WithoutCancel(ctx), rows, taken); err != nil {
		for _, row := range rows {
			c.add(row, taken[row])
		}
	}
	return len(rows), err
}

func (c *counter[Row, N]) take(choose func(map[Row]N) []Row) (rows []Row, taken map[Row]N) {
	c.mu.Lock()
	defer c.mu.Unlock()
	rows, taken = choose(c.counted), map[Row]N{}
	for _, row := range rows {
		taken[row] = c.counted[row]
		delete(c.counted, row)
	}
	return rows, taken
}

// each tells of all that is counted.
func (c *counter[Row, N]) each(tell func(Row, N)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for row, n := range c.counted {
		tell(row, n)
	}
}

// of is what is counted of a row.
func (c *counter[Row, N]) of(row Row) N {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.counted[row]
}
