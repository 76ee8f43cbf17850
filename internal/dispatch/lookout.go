package dispatch

import (
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
)

// A lane may hold more chains than its runner, for as long as a limit keeps it from working them
// off. What must end among the others ends in time all the same: a lookout goes through each
// stream of which no more are held, takes what must end, and finds out when the next one must.

// lookoutRest is how many parts of rest follow one part of a lookout's reading: it takes a
// twentieth of a runner's time. A deadline behind a hundred thousand chains may thus be told half a
// minute late, and one behind some thousands a second.
const lookoutRest = 19

// roomy tells whether another page of a stream's chains may be held, beside as many as are in flight in the lane.
func (r *reading) roomy(held int) bool { return held-r.flying <= streamSize-pageSize }

// spare tells whether there is place for a page of chains that must end. They leave at once.
func (r *reading) spare(held int) bool { return held-r.flying <= streamSize }

// lookout returns the lookout over a stream.
func (r *reading) lookout(stream fence.Stream) *pass {
	l := r.lookouts[stream]
	if l == nil {
		l = &pass{wanted: true}
		r.lookouts[stream] = l
	}
	return l
}

// watched returns the lookouts over streams that were not read to their end.
func (r *reading) watched() map[fence.Stream]*pass {
	watched := map[fence.Stream]*pass{}
	for name, l := range r.lookouts {
		if p := r.streams[name]; p != nil && p.wanted {
			watched[name] = l
		}
	}
	return watched
}

// watch takes a chain if it must end; of any other it returns when that must.
func (r *runner[T]) watch(of []fence.Stream, items []Item[T], full bool, now time.Time) time.Time {
	head := items[0]
	switch {
	case !head.Held && head.ends(now) != "":
		return r.take(of, items, full, now)
	case head.Deadline.After(now):
		return head.Deadline
	}
	return time.Time{}
}
