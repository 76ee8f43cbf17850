package tsp

import (
	"cmp"
	"time"
)

// DefaultSettling is how long a TSP may be at work on a write that nobody answered, where nothing
// better is known. It is assumed: as long as a call may take (WAYBILL_CALL_DEADLINE's default), for
// a server that was still busy with a call when we gave it up is taken to need no longer again.
const DefaultSettling = 30 * time.Second

// Settling is how long after a call was cut off "not found" proves nothing: the TSP may still be at
// work on it, and its lists may lag. A call that is answered late is no longer than the Patience
// that is had with it.
func (s Spec) Settling(c Capability) time.Duration {
	return max(cmp.Or(s.Actions[c].Settles, s.Settles, DefaultSettling), s.Patience)
}
