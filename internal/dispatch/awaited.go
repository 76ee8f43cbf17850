package dispatch

import (
	"slices"
	"time"
)

// mostAwaited bounds the items of a lane of which it is known who waits for them. Beyond that any end lets those be read
// again that wait for others.
const mostAwaited = 1024

// awaited are the items of a lane for whose ends items of other chains wait, each with a key of each stream in which
// some do. What waits is left in the store: it is read again once what it waits for has ended.
type awaited struct {
	by map[int64][]string
	// others are those of items beyond the bound.
	others []string
}

// note notes what an item waits for.
func (a *awaited) note(seqs []int64, key string) {
	if a.by == nil {
		a.by = map[int64][]string{}
	}
	for _, seq := range seqs {
		if _, known := a.by[seq]; known || len(a.by) < mostAwaited {
			a.by[seq] = ofStreams(a.by[seq], key)
			continue
		}
		a.others = ofStreams(a.others, key)
	}
}

// ofStreams adds a key, unless one of its stream is there.
func ofStreams(keys []string, key string) []string {
	if slices.ContainsFunc(keys, func(k string) bool { return streamOf(k) == streamOf(key) }) {
		return keys
	}
	return append(keys, key)
}

// over returns whose chains may begin since an item has ended, or may have.
func (a *awaited) over(seq int64) []string {
	keys := append(a.by[seq], a.others...)
	delete(a.by, seq)
	a.others = nil
	return keys
}

// awaits notes that a chain waits for items of others, and returns when to look at it again if none of them ends here.
func (r *runner[T]) awaits(head Item[T], now time.Time) time.Time {
	r.awaited.note(head.After, head.Key)
	if head.NotBefore.After(now) {
		return earlier(head.NotBefore, head.Deadline)
	}
	return head.Deadline
}

// release lets what waits for an item be read again.
func (r *runner[T]) release(seq int64) {
	for _, key := range r.awaited.over(seq) {
		r.reading.again(key, time.Time{})
	}
}
