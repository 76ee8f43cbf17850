package tables

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store/engine"
)

// kind is what a write is for. The kinds share the writer: none waits for another's flood.
type kind int

const (
	// others are all that are none of those below: what operators, callers and the service itself change.
	others kind = iota
	// accepts take operations in.
	accepts
	// settles are the steps of operations until their ends.
	settles
	// deliveries are the steps of events on their ways to their receivers.
	deliveries
	// imports bring records up to date.
	imports
	kinds
)

// weight is how many writes of one row or two one of a kind is as long as. An import brings a page in each.
func (k kind) weight() int {
	if k == imports {
		return 32
	}
	return 1
}

// groupSize bounds the weight of the writes that share one commit, for which all of them wait. One that fails
// is run again write by write, so the bound also bounds what one mistake costs.
const groupSize = 256

// share is the weight that each kind has for sure in a group if it is waiting; what one kind leaves the others
// take.
const share = groupSize / int(kinds)

// turn says when a write is made: behind those of its kind and owner, in turns with those of other owners. Writes that
// nobody counts on an owner's are of the zero one.
type turn struct {
	kind  kind
	owner uuid.UUID
	// heavy is the weight of one that has more than others of its kind.
	heavy int
}

func (t turn) weight() int { return max(t.heavy, t.kind.weight()) }

// write is one unit that is committed whole or not at all. done has room for its answer, so that the writer
// never waits for a caller who has gone.
type write struct {
	ctx context.Context
	// asked is when it was asked for.
	asked time.Time
	run   func(*tx) error
	turn
	// place is that in its line.
	place int
	done  chan error
	// doubted tells that something was not as the write has expected.
	doubted bool
}

// Callers are sent away, to come again, while so many accepts wait or the first of them has waited for so long: the
// database takes less than is asked of it, or nothing. So what waits is bounded, and nobody learns it by a time-out.
const (
	acceptsAtMost = 4096
	acceptsWait   = 5 * time.Second
)

// behind is why an accept may not wait for its turn.
func behind() error {
	const reason = "the store takes writes more slowly than they come in"
	return &fence.Trouble{Reason: reason, Err: fmt.Errorf("%s: %d wait, or the first of them for %v; look at the database's "+
		"disk, load and locks", reason, acceptsAtMost, acceptsWait)}
}

func (w *write) doubt() { w.doubted = true }

// turns holds the writes that wait, each kind in a line of its own.
type turns struct {
	mu      sync.Mutex
	waiting [kinds]line
	// accepted is when an accept was taken last.
	accepted time.Time
	closed   bool
	// more tells the writer to look again.
	more chan struct{}
}

func newTurns() *turns { return &turns{more: make(chan struct{}, 1)} }

// put has a write wait for its turn.
func (q *turns) put(w *write) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return engine.ErrClosed
	}
	if w.kind == accepts && q.late(w) {
		return behind()
	}
	q.waiting[w.kind].put(w)
	q.tell()
	return nil
}

// late tells that an accept would wait for too long: behind others of its owner, whose first one does, or behind
// those of others, of whom none is taken.
func (q *turns) late(w *write) bool {
	ahead := &q.waiting[accepts]
	if ahead.length == 0 {
		return false
	}
	since := ahead.first().asked
	if own := ahead.of[w.owner]; len(own) > 0 {
		since = own[0].asked
	} else if q.accepted.After(since) {
		since = q.accepted
	}
	return ahead.length >= acceptsAtMost || w.asked.Sub(since) > acceptsWait
}

func (q *turns) tell() {
	select {
	case q.more <- struct{}{}:
	default:
	}
}

// lengths is how many writes of each kind wait.
func (q *turns) lengths() map[string]int {
	q.mu.Lock()
	defer q.mu.Unlock()
	out := map[string]int{}
	for k, name := range []string{others: "others", accepts: "accepts", settles: "settles", deliveries: "deliveries",
		imports: "imports"} {
		out[name] = q.waiting[k].length
	}
	return out
}

// close lets nothing more wait.
func (q *turns) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.tell()
}

// next waits for writes and takes a group of them; nil once all are taken and nothing more can wait. It takes
// what is there without waiting for more: while a group is committed the next one gathers.
func (q *turns) next() []*write {
	for {
		q.mu.Lock()
		group, closed := q.group(), q.closed
		q.mu.Unlock()
		if len(group) > 0 || closed {
			return group
		}
		<-q.more
	}
}

// group takes each kind's share, and then what has room still, kind by kind in turn.
func (q *turns) group() []*write {
	var group []*write
	room := groupSize
	take := func(k kind) (weight int) {
		w := q.waiting[k].take()
		if k == accepts {
			q.accepted = time.Now()
		}
		// Whoever has gone while the write waited is told nothing, and nothing is written.
		if w.ctx.Err() != nil {
			return 0
		}
		group, room = append(group, w), room-w.weight()
		return w.weight()
	}
	for k := range kinds {
		for own := share; own > 0 && q.waiting[k].length > 0; {
			own -= take(k)
		}
	}
	for found := true; found && room > 0; {
		found = false
		for k := range kinds {
			if found = found || q.waiting[k].length > 0; room > 0 && q.waiting[k].length > 0 {
				take(k)
			}
		}
	}
	return group
}

// do runs a write of the others.
func (db *DB) do(ctx context.Context, run func(*tx) error) error {
	return db.doAs(ctx, turn{kind: others}, run)
}

// doAs runs a write and returns when it is on disk. If ctx ends first, the write may still be
// committed. run may be called twice and must not keep anything from the first call.
func (db *DB) doAs(ctx context.Context, t turn, run func(*tx) error) error {
	asked := time.Now()
	defer db.writer.wrote(asked)
	w := &write{ctx: ctx, asked: asked, run: run, turn: t, done: make(chan error, 1)}
	if err := db.writer.queue.put(w); err != nil {
		db.writer.wasSentAway(t.kind)
		return err
	}
	select {
	case err := <-w.done:
		var r refusal
		if errors.As(err, &r) {
			return r.error
		}
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// give is do for a write that has something to tell; see giveAs.
func give[T any](ctx context.Context, db *DB, run func(*tx) (T, error)) (T, error) {
	return giveAs(ctx, db, turn{kind: others}, run)
}

// giveAs is doAs for a write that has something to tell, which is told only where doAs has seen its end: the
// writer is still at a write that its caller has stopped waiting for.
func giveAs[T any](ctx context.Context, db *DB, t turn, run func(*tx) (T, error)) (T, error) {
	var made, none T
	err := db.doAs(ctx, t, func(tx *tx) (err error) {
		made, err = run(tx)
		return err
	})
	if err != nil {
		return none, err
	}
	return made, nil
}
