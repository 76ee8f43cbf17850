package perform

import (
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
)

// waited are the chains that were found in lanes which were taken from a process that had not given them back. Those of
// a chain are begun one after the other, so of what waited there that process may have begun the first alone: whatever
// has become of that one meanwhile, nothing was sent of those behind it. Only chains of several that were accepted
// before are kept, until their lane is found without them.
type waited struct {
	mu    sync.Mutex
	lanes map[uuid.UUID]*left
}

// left are the chains of a lane that was taken at a time, each with the Seq of the first that was found there.
type left struct {
	cut    time.Time
	firsts map[string]int64
}

func newWaited() *waited { return &waited{lanes: map[uuid.UUID]*left{}} }

// note notes what was read of a lane, in its order; whole tells that it is all that the lane holds.
func (w *waited) note(connection uuid.UUID, ops []operation.Operation, whole bool, cut time.Time) {
	if cut.IsZero() {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	of := w.lanes[connection]
	if of == nil || !of.cut.Equal(cut) {
		of = &left{cut, map[string]int64{}}
	}
	kept := of.firsts
	if whole {
		kept = map[string]int64{}
	}
	for i, op := range ops {
		if first, known := of.firsts[op.OrderKey]; known {
			kept[op.OrderKey] = first
		} else if i > 0 && ops[i-1].OrderKey == op.OrderKey && op.CreatedAt.Before(cut) {
			of.firsts[op.OrderKey], kept[op.OrderKey] = ops[i-1].Seq, ops[i-1].Seq
		}
	}
	if of.firsts = kept; len(kept) == 0 {
		delete(w.lanes, connection)
		return
	}
	w.lanes[connection] = of
}

// behind tells whether an operation waited behind another when its lane was taken at a time.
func (w *waited) behind(op operation.Operation, cut time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	of := w.lanes[op.Connection]
	if of == nil || !of.cut.Equal(cut) {
		return false
	}
	first, known := of.firsts[op.OrderKey]
	return known && op.Seq > first
}
