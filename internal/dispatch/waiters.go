package dispatch

import (
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
)

// waiters are lanes that wait for a place: those of an owner one after the other, and owners in turns.
type waiters struct {
	lanes map[uuid.UUID][]fence.Lane
	// turns holds the owners of lanes, each once.
	turns []uuid.UUID
}

func newWaiters() waiters { return waiters{lanes: map[uuid.UUID][]fence.Lane{}} }

func (w *waiters) add(owner uuid.UUID, lane fence.Lane) {
	if len(w.lanes[owner]) == 0 {
		w.turns = append(w.turns, owner)
	}
	w.lanes[owner] = append(w.lanes[owner], lane)
}

// next returns the next lane that may go, and forgets it. An owner whose first lane may not keeps its
// lanes and loses its turn.
func (w *waiters) next(may func(fence.Lane) bool) (lane fence.Lane, ok bool) {
	for range len(w.turns) {
		owner := w.turns[0]
		w.turns = w.turns[1:]
		queue := w.lanes[owner]
		first := queue[0]
		ok := may(first)
		if ok {
			queue = queue[1:]
		}
		if len(queue) == 0 {
			delete(w.lanes, owner)
		} else {
			w.lanes[owner] = queue
			w.turns = append(w.turns, owner)
		}
		if ok {
			return first, true
		}
	}
	return fence.Lane{}, false
}
