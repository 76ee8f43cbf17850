package dispatch

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"time"
)

// turns tell whose turn it is among the shares of a lane: that of the share which was served longest ago.
type turns struct {
	// last is when each share was served, counted in servings, and count how many there were.
	last  map[string]int
	count int
	// at is when one was served last.
	at time.Time
}

// turnsKept is how long a lane without servings remembers whose turn it is. It is more than a limit may
// keep one waiting.
const turnsKept = time.Hour

// maxShares bounds the shares that are remembered; beyond, all begin anew.
const maxShares = 1000

// take notes that a share is served.
func (t *turns) take(share string, now time.Time) {
	if t.last == nil || len(t.last) >= maxShares {
		t.last = map[string]int{}
	}
	t.count++
	t.last[share], t.at = t.count, now
}

// over tells whether nothing need be known of the turns.
func (t *turns) over(now time.Time) bool { return len(t.last) < 2 || now.Sub(t.at) > turnsKept }

// inTurns goes through what is held in the order in which it is to be asked, each chain with the share
// whose turn it would be: the first of each share, then the second of each, and so on, beginning with the
// share that was served longest ago. A chain in which several wait comes for each. A share's own items come
// first, then those of others that stand in its way; of both the oldest.
func (r *runner[T]) inTurns() iter.Seq2[*chain[T], string] {
	if r.window.single() {
		return r.window.alone()
	}
	own, foreign, most := map[string][]*chain[T]{}, map[string][]*chain[T]{}, 0
	for _, c := range r.window.order {
		for _, stream := range c.of {
			list := own
			if c.items[0].Share != stream.Share {
				list = foreign
			}
			list[stream.Share] = append(list[stream.Share], c)
		}
	}
	for share, more := range foreign {
		own[share] = append(own[share], more...)
	}
	for _, all := range own {
		most = max(most, len(all))
	}
	shares := slices.SortedFunc(maps.Keys(own), func(a, b string) int {
		return cmp.Or(r.turns.last[a]-r.turns.last[b], cmp.Compare(own[a][0].items[0].Seq, own[b][0].items[0].Seq))
	})
	return func(yield func(*chain[T], string) bool) {
		for i := range most {
			for _, share := range shares {
				if i < len(own[share]) && !yield(own[share][i], share) {
					return
				}
			}
		}
	}
}

// single tells whether all that is held is of one share, as most lanes are.
func (w *window[T]) single() bool {
	return len(w.order) == 0 || w.shares[w.order[0].of[0].Share] == w.places
}

// alone goes through what is held of one share.
func (w *window[T]) alone() iter.Seq2[*chain[T], string] {
	return func(yield func(*chain[T], string) bool) {
		for _, c := range w.order {
			if !yield(c, c.of[0].Share) {
				return
			}
		}
	}
}

// How long the turn of a share that waits for a limit is kept for it, and how long whoever comes before
// its turn waits until it asks again.
const (
	patience = 100 * time.Millisecond
	comeBack = 5 * time.Millisecond
)

// queue tells whose turn it is among the shares that want a limit: lanes that share one, and calls outside
// of lanes, know nothing of each other.
type queue struct {
	label Label
	turns turns
	// waits is until when the turn of each share is kept that was told to wait.
	waits map[string]time.Time
}

// queue returns that of a limit.
func (b *Budget) queue(l Limit) *queue {
	q := b.queues[l.ID]
	if q == nil {
		q = &queue{label: l.Label, waits: map[string]time.Time{}}
		b.queues[l.ID] = q
	}
	return q
}

// before counts the shares whose turn comes before a share's.
func (q *queue) before(share string, now time.Time) (n int) {
	if len(q.waits) == 0 {
		return 0
	}
	maps.DeleteFunc(q.waits, func(_ string, until time.Time) bool { return now.After(until) })
	for other := range q.waits {
		if other != share && q.turns.last[other] < q.turns.last[share] {
			n++
		}
	}
	return n
}

// wait keeps a share's turn until a time.
func (q *queue) wait(share string, until time.Time) { q.waits[share] = until }

// leave gives a share's turn up: it asks anew.
func (q *queue) leave(share string) { delete(q.waits, share) }

// take serves a share.
func (q *queue) take(share string, now time.Time) { q.turns.take(share, now) }

// over tells whether the queue tells nothing: nobody waits in it, and whose turn it is does not matter.
func (q *queue) over(now time.Time) bool {
	waits := func(until time.Time) bool { return !now.After(until) }
	return q.turns.over(now) && !slices.ContainsFunc(slices.Collect(maps.Values(q.waits)), waits)
}
