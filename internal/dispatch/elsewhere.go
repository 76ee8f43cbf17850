package dispatch

import (
	"maps"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
)

// A limit of one lane is whole where the lane runs, and calls for it that are made elsewhere are charged there to a part
// of it. Who makes such calls says so, and where the lane runs they are paid back: it waits for as long as they cost. So
// all together keep to the limit, but for what is on its way between them.

// Charges are what one process has charged to limits of lanes that ran elsewhere.
type Charges struct {
	// By is the process; none after it has the same.
	By uuid.UUID `json:"by"`
	// Of are the limits by their id. Costs only grow, until a limit was not charged for a while and is left out.
	Of map[string]Charge `json:"of"`
}

// Charge is what was charged to one limit in all.
type Charge struct {
	Lane fence.Lane `json:"lane"`
	Cost int64      `json:"cost_us"`
}

// charged is a Charge as it is counted, with when it grew last.
type charged struct {
	Charge
	last time.Time
}

// chargedFor is how long a limit that is charged no more is told of; it is more than others need to hear.
const chargedFor = time.Minute

// elsewhere is what a budget tells of calls for lanes that run elsewhere, and what it was told by others.
type elsewhere struct {
	charged map[string]charged
	heard   map[uuid.UUID]map[string]Charge
	// owed is until when limits are used up by what others have charged to them.
	owed map[string]owed
}

type owed struct {
	lane  fence.Lane
	until time.Time
}

// note counts a call for a lane that does not run here; mu is held.
func (b *Budget) note(whole Limit, now time.Time) {
	if b.replica == nil || b.of <= 1 || b.holds(whole) || whole.Lane == (fence.Lane{}) {
		return
	}
	if b.charged == nil {
		b.charged = map[string]charged{}
	}
	one := b.charged[whole.ID]
	b.charged[whole.ID] = charged{Charge{whole.Lane, one.Cost + whole.Interval.Microseconds()}, now}
}

// Charged returns what others must be told.
func (b *Budget) Charged(by uuid.UUID) Charges {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	maps.DeleteFunc(b.charged, func(_ string, one charged) bool { return now.Sub(one.last) > chargedFor })
	out := Charges{By: by, Of: map[string]Charge{}}
	for id, one := range b.charged {
		out.Of[id] = one.Charge
	}
	return out
}

// Pay charges what all other processes tell of to the limits of lanes that run here, once each, and keeps it for lanes
// that come here. Of what one has told before it is heard for the first time nothing is charged.
func (b *Budget) Pay(all []Charges) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now, heard := b.now(), map[uuid.UUID]map[string]Charge{}
	if b.owed == nil {
		b.owed = map[string]owed{}
	}
	maps.DeleteFunc(b.owed, func(_ string, o owed) bool { return o.until.Before(now) })
	for _, told := range all {
		before, known := b.heard[told.By]
		heard[told.By] = told.Of
		for id, one := range told.Of {
			more := one.Cost - before[id].Cost
			if more < 0 {
				more = one.Cost
			}
			if known && more > 0 {
				b.owe(id, one.Lane, time.Duration(more)*time.Microsecond, now)
			}
		}
	}
	b.heard = heard
}

// owe charges a cost to a limit; mu is held.
func (b *Budget) owe(id string, lane fence.Lane, cost time.Duration, now time.Time) {
	b.owed[id] = owed{lane, later(b.owed[id].until, now).Add(cost)}
	if h := b.held[lane]; h != nil {
		b.tat[id] = later(b.tat[id], now).Add(cost)
		b.parts[id], h.ids[id] = part{1, now}, true
	}
}

// settle has a lane that begins to run here pay what others have charged to it of late; mu is held.
func (b *Budget) settle(lane fence.Lane, h *holding, now time.Time) {
	for id, o := range b.owed {
		if o.lane == lane && o.until.After(b.tat[id]) {
			b.tat[id] = o.until
			b.parts[id], h.ids[id] = part{1, now}, true
		}
	}
}
