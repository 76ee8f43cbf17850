package tables

import (
	"cmp"
	"slices"

	"github.com/google/uuid"
)

// line holds the writes of one kind that wait: those of each owner in their order, the owners in turns by what their
// writes weigh. Each write has a place: as far behind that of the one before it of its owner, or that of the one that was
// taken last, as it weighs. So a heavy one waits for as much of others, and no longer.
type line struct {
	of map[uuid.UUID][]*write
	// next are the owners of whom writes wait, in the order of the places of the first ones.
	next   []uuid.UUID
	length int
	// taken is the place of the write that was taken last.
	taken int
}

func (l *line) put(w *write) {
	if l.of == nil {
		l.of = map[uuid.UUID][]*write{}
	}
	own := l.of[w.owner]
	if w.place = l.taken + w.weight(); len(own) > 0 {
		w.place = own[len(own)-1].place + w.weight()
	} else {
		l.enter(w)
	}
	l.of[w.owner] = append(own, w)
	l.length++
}

// enter has an owner take its turn by its first write, behind others whose first ones have the same place.
func (l *line) enter(w *write) {
	i, _ := slices.BinarySearchFunc(l.next, w.place+1, func(owner uuid.UUID, place int) int {
		return cmp.Compare(l.of[owner][0].place, place)
	})
	l.next = slices.Insert(l.next, i, w.owner)
}

// first is the write that take returns next. Something must be waiting, for both.
func (l *line) first() *write { return l.of[l.next[0]][0] }

func (l *line) take() *write {
	owner, w := l.next[0], l.first()
	l.next, l.taken, l.of[owner][0] = l.next[1:], w.place, nil
	if l.of[owner] = l.of[owner][1:]; len(l.of[owner]) > 0 {
		l.enter(l.of[owner][0])
	} else {
		delete(l.of, owner)
	}
	l.length--
	return w
}
