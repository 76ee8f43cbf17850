package dispatch

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
)

// reading knows which chains of a lane have been read. A small lane is read whole, in one page. Of
// a larger one each stream is read page by page in passes, from its first key to its last, so that
// no stream keeps another from being read. Its rules and the reasons for them are decision 0007.
// It belongs to one runner and needs no lock.
type reading struct {
	// whole reads the first chains of the lane whatever their stream: all of them, or enough to
	// learn that there are more.
	whole pass
	// streams is empty while the lane is small.
	streams map[fence.Stream]*pass
	// lookouts go through streams of which no more chains are held.
	lookouts map[fence.Stream]*pass
	places   map[fence.Stream]string
	// flying is how many of the chains that are held are in flight.
	flying int
}

// pass is one way through the keys of a stream.
type pass struct {
	// after is the last key that was read; "" at the beginning.
	after string
	// wanted tells that there is something to read; stale that something may have changed behind
	// the place that was reached.
	wanted, stale bool
	// again is when a chain that was passed over may run; zero if none waits for a time.
	again time.Time
	// rest keeps passes apart, so that reading takes at most a fifth of a runner's time; spent is
	// what the pass has cost so far.
	rest  time.Time
	spent time.Duration
	// chains are those that the pass has read so far, and entire tells that it began with the first key. Once it has
	// ended, they are what its stream holds.
	chains int
	entire bool
}

// How long a lane that has something in hand works on before it looks for what came in meanwhile,
// so that one reading answers many hints of a flood, and before it looks for streams that it does
// not know.
const (
	busyRest   = 2 * time.Millisecond
	surveyRest = 20 * time.Millisecond
)

// readsChain is how long reading takes for each chain at most, and once more, on a slow machine. What a page
// took beyond that was no reading but a wait, for the processor or behind others, and is not rested for: in a
// burst every lane would rest for what it waited for the others.
const readsChain = 250 * time.Microsecond

// page is what one query asks for and what it found. done takes it back once it is filled in.
type page struct {
	of     *pass
	stream fence.Stream
	// from is the key behind which it begins, and after the last one that it held.
	from, after  string
	size, chains int
	// lookout tells that only what must end is wanted.
	lookout      bool
	streams      []fence.Stream
	began, again time.Time
	// waited is what of the time since it began was spent waiting and not reading.
	waited time.Duration
}

// newReading returns a reading that goes on where an earlier run of the lane stopped.
func newReading(m memory) reading {
	return reading{whole: pass{wanted: true}, streams: map[fence.Stream]*pass{}, lookouts: m.lookouts, places: m.places}
}

// due returns the pages to read now; held tells how many chains of a stream are held.
func (r *reading) due(now time.Time, held map[fence.Stream]int) []*page {
	var pages []*page
	if r.whole.wants(now) {
		size := pageSize
		if len(r.streams) > 0 {
			// Of a lane known to be large only its streams are asked; one chain tells that there
			// are some.
			size = 1
		}
		pages = append(pages, &page{of: &r.whole, size: size})
	}
	for _, name := range slices.SortedFunc(maps.Keys(r.streams), compareStreams) {
		p, lookout := r.streams[name], false
		wants := p.wants(now)
		if p.wanted && !r.roomy(held[name]) {
			p, lookout = r.lookout(name), true
			wants = p.wants(now)
		}
		if wants && r.spare(held[name]) {
			pages = append(pages, &page{of: p, stream: name, from: p.after, after: p.after, size: pageSize, lookout: lookout})
		}
	}
	return pages
}

// wants tells whether the pass has something to read, and begins one whose time has come.
func (p *pass) wants(now time.Time) bool {
	if !p.again.IsZero() && !now.Before(p.again) {
		p.want()
		p.again = time.Time{}
	}
	return p.wanted && !now.Before(p.rest)
}

// want asks for a pass from the first key on; one that is under way is followed by another. A
// chain behind the place may be what is asked for.
func (p *pass) want() {
	p.stale = p.wanted && p.after != ""
	p.wanted = true
}

// done notes what a page held, and what it cost until now; busy tells that there are chains in
// hand.
func (r *reading) done(p *page, now time.Time, busy bool) {
	o, spent := p.of, min(now.Sub(p.began)-p.waited, time.Duration(p.chains+1)*readsChain)
	o.spent += spent
	o.again = earlier(o.again, p.again)
	if p.from == "" {
		o.entire, o.chains = true, 0
	}
	o.chains += p.chains
	o.after = p.after
	if o == &r.whole {
		o.after = ""
	}
	if p.lookout {
		o.rest = now.Add(lookoutRest * spent)
	}
	if p.chains >= p.size && o != &r.whole {
		return
	}
	o.wanted, o.stale, o.after = o.stale, false, ""
	// Four parts of rest for one of reading make the fifth.
	rest := 4 * o.spent
	switch {
	case busy && o == &r.whole && len(r.streams) > 0:
		rest = max(rest, surveyRest)
	case busy:
		rest = max(rest, busyRest)
	}
	o.rest, o.spent = later(o.rest, now.Add(rest)), 0
	if p.chains >= p.size && o == &r.whole {
		r.split(p.streams)
	}
	r.join()
}

// join reads a lane whole again whose streams, each read from its first key to its last, hold half of a page at most: a
// large one is looked at for streams that are not known, and has them read then, with a rest before each that whoever
// comes in alone would wait for.
func (r *reading) join() {
	chains, again, rest := 0, r.whole.again, time.Time{}
	for _, p := range r.streams {
		if chains += p.chains; p.wanted || !p.entire || chains > pageSize/2 {
			return
		}
		again, rest = earlier(again, p.again), later(rest, p.rest)
	}
	if len(r.streams) == 0 {
		return
	}
	clear(r.streams)
	// What would have had a stream read again has the lane read.
	r.whole.again, r.whole.rest = again, rest
}

// split reads each stream by itself from now on. Streams that are known go on where they are; a
// new one begins where an earlier run of the lane stopped, and then reads what lies before it.
func (r *reading) split(streams []fence.Stream) {
	if len(streams) == 0 {
		streams = []fence.Stream{{}}
	}
	r.whole.again = time.Time{}
	for _, name := range streams {
		if p := r.streams[name]; p != nil {
			p.want()
			continue
		}
		after := r.places[name]
		r.streams[name] = &pass{wanted: true, after: after, stale: after != ""}
	}
}

// stale tells that the lane may hold more than was read.
func (r *reading) stale() {
	r.whole.want()
	for _, l := range r.lookouts {
		l.want()
	}
}

// again tells that a chain is to be read again at a time, or at once if that is zero. Whose items wait
// in it may change with each end, so it is read for every share.
func (r *reading) again(key string, at time.Time) {
	known := false
	for name, p := range r.streams {
		if name.Name == streamOf(key) {
			p.wake(at)
			known = true
		}
	}
	if !known {
		r.whole.wake(at)
	}
}

// wake asks for a pass at a time, or at once if that is zero.
func (p *pass) wake(at time.Time) {
	if at.IsZero() {
		p.want()
		return
	}
	p.again = earlier(p.again, at)
}

func compareStreams(a, b fence.Stream) int {
	return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Share, b.Share))
}

// next returns when there is something to read; zero if that depends on others. Of a stream without
// room that is its lookout: it is an attempt's end that makes room.
func (r *reading) next(now time.Time, held map[fence.Stream]int) time.Time {
	next := r.whole.next(now)
	for name, p := range r.streams {
		if p.wanted && !r.roomy(held[name]) {
			p = r.lookout(name)
		}
		if r.spare(held[name]) {
			next = earlier(next, p.next(now))
		}
	}
	return next
}

// next is when this pass has something to read; zero for never.
func (p *pass) next(now time.Time) time.Time {
	if p.wanted {
		return later(now, p.rest)
	}
	return p.again
}

// rests is until when the last of the passes rests.
func (r *reading) rests() time.Time {
	rest := r.whole.rest
	for _, p := range r.streams {
		rest = later(rest, p.rest)
	}
	return rest
}

// reached returns the places of the streams that were not read to their end.
func (r *reading) reached() map[fence.Stream]string {
	places := map[fence.Stream]string{}
	for name, p := range r.streams {
		if p.wanted && p.after != "" {
			places[name] = p.after
		}
	}
	return places
}
