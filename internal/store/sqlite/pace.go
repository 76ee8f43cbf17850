package sqlite

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/waybill-dev/waybill/internal/store/engine"
)

// turnTime is how long a list is read until another one has its turn, and longestDebt for how much reading at most the next
// one rests: a process that was stopped meanwhile, or a disk that was, is no reading.
const (
	turnTime    = time.Millisecond
	longestDebt = 10 * turnTime
)

// pace keeps lists from taking the processors from the writes: together they have a quarter of these, or half of the one
// that there is, while several are read. SQLite runs within this process, and whoever accepts a write comes to a processor several times
// for it, each time behind those who read. One that is read alone goes on without a rest.
type pace struct {
	// turns holds one for each that may be read at once, with how long was read in it without a rest.
	turns chan time.Duration
	// rest is how long nobody reads for each time that somebody has read.
	rest float64
	// inside counts lists that are read or wait for their turn.
	inside atomic.Int32
}

// newPace makes one for so many processors and connections.
func newPace(processors, connections int) *pace {
	n := max(1, min(processors/4, connections))
	p := &pace{turns: make(chan time.Duration, n), rest: min(1, max(0, 4*float64(n)/float64(processors)-1))}
	for range n {
		p.turns <- 0
	}
	return p
}

// turn is the context of a list that is read, and its turn. SQLite asks it every thousand steps whether the list is
// still wanted, by Err; there the turn goes to the next.
type turn struct {
	context.Context
	pace *pace
	// mu is held by who asks: database/sql asks once more, beside the end of the list.
	mu    sync.Mutex
	began time.Time
	owed  time.Duration
	held  bool
	over  bool
}

// begin waits for the turn of a list; end must follow.
func (p *pace) begin(ctx context.Context) *turn {
	p.inside.Add(1)
	t := &turn{Context: ctx, pace: p}
	t.take()
	return t
}

// take waits until it is this one's turn, and rests for those before it unless nobody else reads.
func (t *turn) take() {
	select {
	case <-t.Done():
		return
	case t.owed = <-t.pace.turns:
	}
	t.held = true
	if t.owed >= turnTime {
		if t.pace.inside.Load() > 1 && t.pace.rest > 0 {
			t.sleep(time.Duration(t.pace.rest * float64(min(t.owed, longestDebt))))
		}
		t.owed = 0
	}
	t.began = time.Now()
}

func (t *turn) sleep(d time.Duration) {
	over := time.NewTimer(d)
	defer over.Stop()
	select {
	case <-t.Done():
	case <-over.C:
	}
}

func (t *turn) give() {
	if t.held {
		t.held = false
		t.pace.turns <- t.owed + time.Since(t.began)
	}
}

// Err tells whether the list is to end.
func (t *turn) Err() error {
	if err := t.Context.Err(); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.held && !t.over && time.Since(t.began) >= turnTime {
		t.give()
		t.take()
	}
	return t.Context.Err()
}

func (t *turn) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.over = true
	t.give()
	t.pace.inside.Add(-1)
}

// list runs a text that is not kept, in turns with other lists.
func (e *Engine) list(ctx context.Context, query string, args []any, each func(engine.Row) error) error {
	// Nobody has a turn who waits for a connection.
	c, err := e.listed.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	t := e.pace.begin(ctx)
	defer t.end()
	return search(t, c, query, args, each)
}
