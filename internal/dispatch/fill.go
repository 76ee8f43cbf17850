package dispatch

import (
	"context"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
)

// How much of a lane a runner knows at once: the chains that it reads of a stream in one page, the
// items that it reads of a chain, and the chains of a stream that it holds at most. A page is
// small, so that a lane of a million items costs no more memory than one of a thousand, and an
// item that was ended or paused meanwhile is rarely held.
const (
	pageSize   = 64
	depth      = 4
	streamSize = 2 * pageSize
)

// fill reads one page of each stream whose chains are not all known and that has room.
func (r *runner[T]) fill(ctx context.Context, now time.Time) error {
	if r.sated() {
		return nil
	}
	for _, p := range r.reading.due(now, r.window.counts) {
		// What reading costs is measured by the clock and not by rows: a slow store is read less
		// often.
		p.began = r.config.Now()
		var batch Batch[T]
		err := safely(func() (err error) {
			batch, err = r.work.Heads(ctx, fence.Query{Lane: r.claim.Lane, Stream: p.stream, After: p.after,
				Chains: p.size, Depth: depth})
			return err
		})
		if err != nil {
			return err
		}
		// Every page says anew how the lane stands, since the work may have changed since the last
		// one.
		r.parallel, r.gate.closed, p.streams, r.owner = max(batch.Parallel, 1), batch.Closed, batch.Streams, batch.Owner
		r.label, p.waited, p.again = batch.Label, batch.Waited, batch.Again
		take := r.take
		if p.lookout {
			take = r.watch
		}
		for rest := batch.Items; len(rest) > 0; {
			n := 1
			for n < len(rest) && rest[n].Key == rest[0].Key {
				n++
			}
			p.after, p.chains = rest[0].Key, p.chains+1
			of := []fence.Stream{p.stream}
			if p.of == &r.reading.whole {
				of = streamsOf(rest[:n])
			}
			p.again = earlier(p.again, take(of, rest[:n], n >= depth, now))
			rest = rest[n:]
		}
		for i := range batch.Stops {
			r.take(streamsOf(batch.Stops[i:i+1]), batch.Stops[i:i+1:i+1], false, now)
		}
		r.reading.done(p, r.config.Now(), len(r.window.order) > 0)
	}
	return nil
}

// retreat gives back what waits to be performed if the lane is shut, so that there is room to look
// for what must end. It is read again when the lane opens, or to end at its deadline.
func (r *runner[T]) retreat(now time.Time) {
	if !r.gate.shut(now) {
		return
	}
	for _, c := range r.window.leave(now) {
		r.reading.again(c.key, earlier(r.gate.until(), c.items[0].Deadline))
	}
}

// take adds a chain that was found in some streams to the window if its first item may begin now; full
// tells that the chain may hold more items than these. If it may not begin, take returns when to look at
// the chain again.
func (r *runner[T]) take(of []fence.Stream, items []Item[T], full bool, now time.Time) time.Time {
	head := items[0]
	ends := head.ends(now) != ""
	if p := r.parked[head.Key]; now.Before(p.until) && (!ends || p.ended) {
		return p.next(head.Deadline)
	}
	switch {
	// It was read before; only that it has grown is news.
	case r.window.chains[head.Key] != nil:
		known := r.window.chains[head.Key]
		r.window.join(known, of)
		known.full = known.full || full || items[len(items)-1].Seq > known.items[len(known.items)-1].Seq
		return time.Time{}
	// Not even its deadline ends it: whoever performs it will say how that ended, and may say that
	// it took effect. The other one's end wakes the lane; a look after a while makes a lost hint
	// harmless.
	case head.Held:
		return now.Add(r.config.Linger)
	// It ends without an attempt, so neither its time nor a gate that is shut keeps it.
	case ends:
	case len(head.After) > 0:
		return r.awaits(head, now)
	case head.NotBefore.After(now):
		return earlier(head.NotBefore, head.Deadline)
	case r.gate.shut(now):
		return earlier(r.gate.until(), head.Deadline)
	}
	r.window.add(&chain[T]{key: head.Key, items: items, of: of, full: full})
	return time.Time{}
}
