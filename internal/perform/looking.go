package perform

import (
	"sync"

	"github.com/google/uuid"
)

// looking are the operations for which this process only looks at the TSP. The store has some of them as being sent, because
// what is not there is sent again in the same attempt; of these no call is under way yet, so that no answer will name what
// another look-up finds.
type looking struct {
	mu  sync.Mutex
	ops map[uuid.UUID]bool
}

func newLooking() *looking { return &looking{ops: map[uuid.UUID]bool{}} }

func (l *looking) begin(op uuid.UUID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ops[op] = true
}

// end comes before anything is sent, and when the look is over.
func (l *looking) end(op uuid.UUID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.ops, op)
}

func (l *looking) is(op uuid.UUID) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ops[op]
}
