package dispatch

import "github.com/waybill-dev/waybill/internal/fence"

// waiters are lanes that wait for a place: owners in turns, and of an owner's lanes the one that waits
// longest and the one that came last by turns, since a thousand that hang before it must not be waited for.
type waiters struct {
	lanes map[Owner][]fence.Lane
	// turns holds the owners of lanes, each once.
	turns []Owner
	// last tells that the turn is that of an owner's last lane.
	last bool
}

func newWaiters() waiters { return waiters{lanes: map[Owner][]fence.Lane{}} }

func (w *waiters) add(owner Owner, lane fence.Lane) {
	if len(w.lanes[owner]) == 0 {
		w.turns = append(w.turns, owner)
	}
	w.lanes[owner] = append(w.lanes[owner], lane)
}

// next returns the next lane that may go, and forgets it. An owner whose lane may not keeps its
// lanes and loses its turn.
func (w *waiters) next(may func(fence.Lane) bool) (lane fence.Lane, ok bool) {
	for range len(w.turns) {
		owner := w.turns[0]
		w.turns = w.turns[1:]
		queue := w.lanes[owner]
		one := queue[0]
		if w.last {
			one = queue[len(queue)-1]
		}
		ok := may(one)
		switch {
		case ok && w.last:
			queue = queue[:len(queue)-1]
		case ok:
			queue = queue[1:]
		}
		if len(queue) == 0 {
			delete(w.lanes, owner)
		} else {
			w.lanes[owner] = queue
			w.turns = append(w.turns, owner)
		}
		if ok {
			w.last = !w.last
			return one, true
		}
	}
	return fence.Lane{}, false
}
