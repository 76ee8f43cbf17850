package perform

import (
	"sync"
	"time"

	"github.com/google/uuid"
)

// begun are the calls of lanes of this process that were begun and are not settled, for what can be repeated without
// harm begins without a mark in the store. Of what is not among them nothing is under way in this process; whether
// something was in another is told by when the lane was taken from it.
type begun struct {
	mu    sync.Mutex
	calls map[uuid.UUID]time.Time
	// stops is when operations of each connection were ended last that might have been begun, counted in such ends:
	// what was read before may be one of them.
	stops map[uuid.UUID]int64
	count int64
}

func newBegun() *begun { return &begun{calls: map[uuid.UUID]time.Time{}, stops: map[uuid.UUID]int64{}} }

// read is the count under which operations are read from now on.
func (b *begun) read() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.count
}

// begin notes that the call of an operation begins. doubtful tells that it may have ended since it was read: it is
// begun only if the store still has it so.
func (b *begun) begin(t *task, at time.Time) (doubtful bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls[t.op.ID] = at
	return b.stops[t.op.Connection] > t.read
}

// end notes that the call of an operation is settled, or was not made.
func (b *begun) end(id uuid.UUID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.calls, id)
}

// since is when the call of an operation began that is under way; zero if none is.
func (b *begun) since(id uuid.UUID) time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.calls[id]
}

// stop keeps an operation from being begun as it was read before, unless it is under way since a time.
func (b *begun) stop(t *task) (since time.Time, under bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if since, under = b.calls[t.op.ID]; under {
		return since, true
	}
	b.count++
	b.stops[t.op.Connection] = b.count
	return time.Time{}, false
}
