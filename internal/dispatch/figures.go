package dispatch

import (
	"sync/atomic"
	"time"
)

// Waits is what a lane waits for.
type Waits string

// What lanes wait for.
const (
	// Nothing: attempts are under way, or it was empty a moment ago.
	Nothing Waits = "nothing"
	// ALimit: a budget is used up.
	ALimit Waits = "limit"
	// ATime: the next attempt of what failed, or of what was put off.
	ATime Waits = "time"
	// APlace: all places are taken, or as many as a receiver answers well.
	APlace Waits = "place"
	// ThePause is over: the other side wants nothing for a time.
	ThePause Waits = "pause"
	// TheBar is lifted: credentials were refused.
	TheBar Waits = "bar"
	// Opening: what the lane belongs to takes nothing at the moment.
	Opening Waits = "opening"
	// TheStore: it could not be read.
	TheStore Waits = "store"
)

// stance is how a lane that runs or sleeps stands, for figures. Its runner alone writes it: what changes with nearly
// every turn without the dispatcher's lock, which all lanes share.
type stance struct {
	label string
	waits Waits
	// until is when the gate opens, again when the lane that sleeps wants to run; zero if there is no such time.
	until, again time.Time
	// limited is until when a limit keeps a lane that sleeps from its work.
	limited time.Time
	flying  atomic.Int64
}

// over is when what the lane waits for is over, where that is known.
func (s *stance) over() time.Time {
	if s.waits == ALimit {
		return s.limited
	}
	return s.until
}

// Standing counts the lanes of one kind and label that wait for the same, and their attempts in flight.
type Standing struct{ Lanes, Flying int }

// Standings tells of the lanes that run, or sleep until a time.
func (d *Dispatcher) Standings() map[Stance]Standing {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := map[Stance]Standing{}
	for lane, s := range d.stances {
		of := Stance{lane.Kind, s.label, s.waits}
		sum := out[of]
		out[of] = Standing{sum.Lanes + 1, sum.Flying + int(s.flying.Load())}
	}
	return out
}

// Stance is how lanes stand: Label is that of their batches.
type Stance struct {
	Kind, Label string
	Waits       Waits
}

// Slots is how many lanes of a queue run, and how many may.
type Slots struct{ Used, All int }

// Slots returns those of each queue that was served.
func (d *Dispatcher) Slots() map[string]Slots {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := map[string]Slots{}
	for queue, p := range d.pools {
		out[queue] = Slots{len(p.slots), cap(p.slots)}
	}
	return out
}

// stands notes how a lane stands; next is when it looks again.
func (r *runner[T]) stands(now, next time.Time) {
	waits, until := r.waits(now, next), time.Time{}
	if r.gate.shut(now) {
		until = r.gate.until()
	}
	if s := r.stance; s == nil || s.waits != waits || !s.until.Equal(until) || !s.again.IsZero() ||
		r.label != "" && s.label != r.label {
		r.note(waits, until)
	}
	r.stance.flying.Store(int64(r.flying))
}

func (r *runner[T]) note(waits Waits, until time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stance == nil {
		r.stance = &stance{}
		if was := r.stances[r.claim.Lane]; was != nil {
			r.stance.label = was.label
		}
		if r.runs[r.claim.Lane].epoch == r.claim.Epoch {
			r.stances[r.claim.Lane] = r.stance
		}
	}
	if r.stance.waits != waits {
		r.stance.limited = time.Time{}
	}
	r.stance.waits, r.stance.until, r.stance.again = waits, until, time.Time{}
	// It may not have been read yet in this run.
	if r.label != "" {
		r.stance.label = r.label
	}
}

// leaves notes that a run is over. A lane that sleeps until it is activated waits for nothing.
func (r *runner[T]) leaves(now, again time.Time) {
	if !again.IsZero() {
		r.stands(now, again)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !again.IsZero() {
		r.stance.again, r.stance.limited = again, r.limitOver
		return
	}
	if r.runs[r.claim.Lane].epoch == r.claim.Epoch {
		delete(r.stances, r.claim.Lane)
	}
}

// waits is what the lane waits for.
func (r *runner[T]) waits(now, next time.Time) Waits {
	switch {
	case now.Before(r.retry):
		return TheStore
	case r.refused && r.floor.waiting(r.claim.Lane):
		return APlace
	case r.gate.shut(now):
		return r.gate.waits()
	case r.flying > 0:
		return Nothing
	case r.limited:
		return ALimit
	case next.After(now):
		return ATime
	}
	return Nothing
}

// waits is what keeps the gate shut longest.
func (g *gate) waits() Waits {
	switch until := g.until(); {
	case g.closed.Equal(until):
		return Opening
	case g.paused.Equal(until):
		return ThePause
	}
	return TheBar
}

// Due returns how many lanes of a queue wait for a slot: their time has come and nobody has claimed them.
func (s *InProcess) Due(queue string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.queues[queue]
	if d == nil {
		return 0
	}
	now := s.now()
	for _, p := range d.places {
		if !p.at.After(now) {
			n++
		}
	}
	return n
}

// Label says in figures what a limit is: one of many of its name, each with a budget of its own.
type Label struct{ Of, Name string }

// UsedUp returns how many budgets of each label are used up while somebody waits for them.
func (b *Budget) UsedUp() map[Label]int {
	b.mu.Lock()
	defer b.mu.Unlock()
	out, now := map[Label]int{}, b.now()
	for _, q := range b.queues {
		for _, until := range q.waits {
			if !now.After(until) {
				out[q.label]++
				break
			}
		}
	}
	return out
}
