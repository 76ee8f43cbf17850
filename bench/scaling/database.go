package main

import "time"

// kind is a kind of write, by its place in writes.
type kind int

const (
	accept kind = iota
	mark
	settle
	number
	deliver
	imported
	kinds
)

// work is what a write costs its database.
type work struct {
	name string
	// statements are those that the write runs, and asked those of them whose answer is waited for before
	// the next one can be sent.
	statements, asked float64
}

// costs are those of one database.
type costs struct {
	statement, trip, sync time.Duration
	// group is how many writes share a transaction at most.
	group int
	// locks is how many transactions may write at once; partners are spread over them.
	locks int
	// gathered says that what is asked within a transaction is asked in one trip for all of its writes.
	gathered bool
}

// span is how long a transaction of some writes holds its lock: begin and lock, the statements, what is asked,
// commit. One trip begins it and one ends it.
func (c costs) span(group []write) time.Duration {
	statements, asked := 0.0, 0.0
	for _, w := range group {
		statements += writes[w.kind].statements
		asked += writes[w.kind].asked
	}
	if c.gathered {
		asked = min(asked, 1)
	}
	return 2*c.trip + c.sync + time.Duration(statements*float64(c.statement)+asked*float64(c.trip))
}

// write is one write, whose maker hears once it is on disk.
type write struct {
	kind kind
	done func()
}

// lock lets one transaction write at a time; whoever waits gets it in the order of asking.
type lock struct {
	clock *clock
	costs costs
	line  []*session
	held  bool
	busy  time.Duration
	// groups and writes are how many were committed.
	groups, writes int
}

// session is by which a replica writes under a lock.
type session struct {
	lock    *lock
	waiting []write
	asking  bool
	dead    bool
}

// give adds a write to the next transaction of the session.
func (s *session) give(k kind, done func()) {
	if s.dead {
		return
	}
	s.waiting = append(s.waiting, write{k, done})
	if !s.asking {
		s.asking = true
		s.lock.line = append(s.lock.line, s)
		s.lock.next()
	}
}

// next lets the first in line write all that waits, up to a group.
func (l *lock) next() {
	if l.held || len(l.line) == 0 {
		return
	}
	s := l.line[0]
	l.line = l.line[1:]
	n := min(len(s.waiting), l.costs.group)
	group := s.waiting[:n:n]
	s.waiting = s.waiting[n:]
	span := l.costs.span(group)
	l.held = true
	l.clock.after(span, func() { l.commit(s, group, span) })
}

// commit ends a transaction; of a session that died meanwhile it is taken back and nobody is told.
func (l *lock) commit(s *session, group []write, span time.Duration) {
	l.held = false
	l.busy += span
	if s.dead {
		l.next()
		return
	}
	l.groups++
	l.writes += len(group)
	s.asking = len(s.waiting) > 0
	if s.asking {
		l.line = append(l.line, s)
	}
	l.next()
	for _, w := range group {
		w.done()
	}
}
