package tables

import "time"

// Where a group had a crowd of writes more are about to come, for those who were answered go on. A commit writes some
// twenty pages whatever it holds, so it is worth a moment that they come together, unless enough for it wait already.
const (
	crowd     = 8
	enough    = 3 * crowd
	gatherFor = time.Millisecond
)

// gather waits for a moment behind a group of so many writes, where that is worth it.
func (q *turns) gather(last int) {
	if last >= crowd && q.few() {
		time.Sleep(gatherFor)
	}
}

// few tells that more writes may come, and that those that wait are not enough.
func (q *turns) few() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	waiting := 0
	for k := range kinds {
		waiting += q.waiting[k].length
	}
	return waiting < enough && !q.closed
}
