package tables

import "github.com/google/uuid"

// line holds the writes of one kind that wait: those of each owner in their order, the owners in turns.
type line struct {
	of map[uuid.UUID][]*write
	// next are the owners of whom writes wait, the one whose turn it is in front.
	next   []uuid.UUID
	length int
}

func (l *line) put(w *write) {
	if l.of == nil {
		l.of = map[uuid.UUID][]*write{}
	}
	if len(l.of[w.owner]) == 0 {
		l.next = append(l.next, w.owner)
	}
	l.of[w.owner] = append(l.of[w.owner], w)
	l.length++
}

// first is the write that take returns next. Something must be waiting, for both.
func (l *line) first() *write { return l.of[l.next[0]][0] }

func (l *line) take() *write {
	owner, w := l.next[0], l.first()
	l.next, l.of[owner][0] = l.next[1:], nil
	if l.of[owner] = l.of[owner][1:]; len(l.of[owner]) > 0 {
		l.next = append(l.next, owner)
	} else {
		delete(l.of, owner)
	}
	l.length--
	return w
}
