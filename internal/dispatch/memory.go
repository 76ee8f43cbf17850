package dispatch

import (
	"maps"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
)

// memory is what one run of a lane leaves for the next. It is a process's own and may be lost;
// then the lane is open and read from its first keys.
type memory struct {
	gate gate
	// places tells how far streams were read that were not read to their end.
	places map[fence.Stream]string
	// lookouts are those over streams that are too long to be held.
	lookouts map[fence.Stream]*pass
	// parked holds the chains that are left alone until a time.
	parked map[string]parking
	// turns are those of the shares.
	turns turns
	// rest is until when reading rests in a lane that performs nothing, however often it is
	// activated.
	rest time.Time
	// retry is when a lane that could not be read is read again.
	retry time.Time
	// asked is when the lane wanted to run again, zero for when activated.
	asked time.Time
}

// parking is how long a chain is left alone because its item could not be settled.
type parking struct {
	until time.Time
	wait  time.Duration
	// ended tells that the item had to end without an attempt, so that its deadline changes
	// nothing.
	ended bool
}

// over tells whether the memory says nothing that is still so.
func (m memory) over(now time.Time) bool {
	for _, p := range m.parked {
		if !p.over(now) {
			return false
		}
	}
	return m.gate.over(now) && !now.Before(m.retry) && len(m.places)+len(m.lookouts) == 0 && m.turns.over(now)
}

// over tells whether the chain has been let alone for so long that the next parking is a first one.
func (p parking) over(now time.Time) bool { return now.After(p.until.Add(p.wait)) }

// next is when to look at the chain again.
func (p parking) next(deadline time.Time) time.Time {
	if p.ended {
		return p.until
	}
	return earlier(p.until, deadline)
}

// recall returns what the last run of a lane left. It is handed over: while the lane is claimed
// nobody else uses it.
func (d *Dispatcher) recall(lane fence.Lane) memory {
	d.mu.Lock()
	defer d.mu.Unlock()
	m := d.memories[lane]
	delete(d.memories, lane)
	if m.parked == nil {
		m.parked, m.lookouts = map[string]parking{}, map[fence.Stream]*pass{}
	}
	return m
}

// remember keeps what the last run of a lane leaves, if anything.
func (d *Dispatcher) remember(c fence.Claim, m memory) {
	now := d.config.Now()
	maps.DeleteFunc(m.parked, func(_ string, p parking) bool { return p.over(now) })
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.runs[c.Lane].epoch == c.Epoch && !m.over(now) {
		d.memories[c.Lane] = m
	}
}

// takenUpFor is how long it is known that a lane was taken up; to do it again does no harm.
const takenUpFor = time.Hour

// forget drops what is over of lanes that do not run any more.
func (d *Dispatcher) forget() {
	now := d.config.Now()
	d.mu.Lock()
	defer d.mu.Unlock()
	maps.DeleteFunc(d.memories, func(_ fence.Lane, m memory) bool { return m.over(now) })
	maps.DeleteFunc(d.takenUp, func(_ fence.Lane, cut time.Time) bool { return now.Sub(cut) > takenUpFor })
}
