package dispatch

import "github.com/waybill-dev/waybill/internal/fence"

// waiters are lanes that wait for a place: owners in turns, and of an owner's lanes the one that waits
// longest and the one that came last by turns, since a thousand that hang before it must not be waited for.
type waiters struct {
	of map[Owner]*ownLanes
	// turns holds the owners of lanes, each once.
	turns []Owner
}

// ownLanes are the lanes of one owner. last tells that the next turn is that of the one that came last: it is the
// owner's own, so that each of its lanes comes in time however many owners there are.
type ownLanes struct {
	lanes []fence.Lane
	last  bool
}

func newWaiters() waiters { return waiters{of: map[Owner]*ownLanes{}} }

func (w *waiters) add(owner Owner, lane fence.Lane) {
	q := w.of[owner]
	if q == nil {
		q = &ownLanes{}
		w.of[owner] = q
		w.turns = append(w.turns, owner)
	}
	q.lanes = append(q.lanes, lane)
}

// next returns the next lane that may go, and forgets it. An owner whose lane may not keeps its
// lanes and loses its turn.
func (w *waiters) next(may func(fence.Lane) bool) (lane fence.Lane, ok bool) {
	for range len(w.turns) {
		owner := w.turns[0]
		w.turns = w.turns[1:]
		q := w.of[owner]
		lane := q.first()
		ok := may(lane)
		if ok {
			q.drop()
		}
		if len(q.lanes) == 0 {
			delete(w.of, owner)
		} else {
			w.turns = append(w.turns, owner)
		}
		if ok {
			return lane, true
		}
	}
	return fence.Lane{}, false
}

// first is the lane whose turn it is.
func (q *ownLanes) first() fence.Lane {
	if q.last {
		return q.lanes[len(q.lanes)-1]
	}
	return q.lanes[0]
}

// drop forgets it.
func (q *ownLanes) drop() {
	if q.last {
		q.lanes = q.lanes[:len(q.lanes)-1]
	} else {
		q.lanes = q.lanes[1:]
	}
	q.last = !q.last
}
