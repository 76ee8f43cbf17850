package dispatch

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
)

// chain is a chain in the window: its oldest item may begin or is in flight.
type chain[T any] struct {
	key   string
	items []Item[T]
	// of are the streams in which it was found: of several shares that wait in it each may have its turn
	// for it.
	of []fence.Stream
	// full tells that the chain may hold more items than these.
	full bool
	// flying tells that the first item is in flight, ending that it ends without an attempt.
	flying, ending bool
}

// window holds the chains whose first item may begin or is in flight, in the order of those items.
// Chains that wait for a time are not in it; they are read again when it comes. A change of a
// chain's first item must drop and add it, since the order would be wrong otherwise.
type window[T any] struct {
	chains map[string]*chain[T]
	order  []*chain[T]
	// counts holds the number of chains of each stream.
	counts map[fence.Stream]int
	// shares holds the number of chains of each share, and places that of all; a chain counts once for each
	// stream in which it was found.
	shares map[string]int
	places int
}

func newWindow[T any]() window[T] {
	return window[T]{chains: map[string]*chain[T]{}, counts: map[fence.Stream]int{}, shares: map[string]int{}}
}

func (w *window[T]) add(c *chain[T]) {
	w.chains[c.key] = c
	for _, of := range c.of {
		w.count(of, 1)
	}
	i, _ := w.find(c)
	w.order = slices.Insert(w.order, i, c)
}

func (w *window[T]) count(of fence.Stream, n int) {
	w.counts[of] += n
	w.shares[of.Share] += n
	w.places += n
}

// join notes that a chain was found in one more stream.
func (w *window[T]) join(c *chain[T], of []fence.Stream) {
	for _, one := range of {
		if !slices.Contains(c.of, one) {
			c.of = append(c.of, one)
			w.count(one, 1)
		}
	}
}

func (w *window[T]) drop(c *chain[T]) {
	delete(w.chains, c.key)
	for _, of := range c.of {
		w.count(of, -1)
	}
	if i, ok := w.find(c); ok {
		w.order = slices.Delete(w.order, i, i+1)
	}
}

// leave drops and returns what waits to be performed; what must end without that stays.
func (w *window[T]) leave(now time.Time) (left []*chain[T]) {
	for _, c := range slices.Clone(w.order) {
		if !c.flying && c.items[0].ends(now) == "" {
			w.drop(c)
			left = append(left, c)
		}
	}
	return left
}

// An item may come in two chains, one after the other, as an event that becomes the probe of its receiver
// while an earlier attempt is in flight. So Seq alone does not tell the place.
func (w *window[T]) find(c *chain[T]) (int, bool) {
	return slices.BinarySearchFunc(w.order, c, func(a, b *chain[T]) int {
		if by := cmp.Compare(a.items[0].Seq, b.items[0].Seq); by != 0 {
			return by
		}
		return strings.Compare(a.key, b.key)
	})
}

// streamOf returns the stream of a key; chains whose keys name none are one stream.
func streamOf(key string) string {
	stream, _, ok := strings.Cut(key, "/")
	if !ok {
		return ""
	}
	return stream
}

// streamsOf returns the streams of a chain by its items, as far as they are known.
func streamsOf[T any](items []Item[T]) (all []fence.Stream) {
	for _, i := range items {
		if of := (fence.Stream{Name: streamOf(i.Key), Share: i.Share}); !slices.Contains(all, of) {
			all = append(all, of)
		}
	}
	return all
}

// ends tells why an item must end without another attempt; "" if it need not.
func (i Item[T]) ends(now time.Time) Reason {
	switch {
	case i.End != "":
		return Ended
	case !i.Deadline.IsZero() && !now.Before(i.Deadline):
		return Late
	}
	return ""
}
