package dispatch

import (
	"time"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/fence"
)

// Remaining is what is left of a limit at a moment, for whoever looks at it: nothing is charged by that.
type Remaining struct {
	// Known is false where another process may use the limit, and alone knows.
	Known bool
	// Of is how many calls may be made at once, and Now how many of them may be made now: of one of so many Parts, which is
	// this process's. Next is when the next call may be made where none may now, and Whole when all may be where not all may.
	Of, Now, Parts int
	Next, Whole    time.Time
	// AtOnce is how many calls may be in flight, and Flying how many of this process are.
	AtOnce, Flying int
}

// Remaining tells what is left of limits now. What one lane alone uses is known where it runs.
func (b *Budget) Remaining(limits []Limit) []Remaining {
	b.mu.Lock()
	defer b.mu.Unlock()
	now, all := b.now(), make([]Remaining, len(limits))
	has := b.follow(now)
	for i, whole := range limits {
		l := b.seen(whole)
		one := Remaining{Of: l.Burst, AtOnce: l.AtOnce, Parts: b.mine(whole)}
		if room := b.rooms[whole.ID]; room != nil {
			one.Flying = room.taken
		}
		shared := whole.Lane == fence.Lane{}
		one.Known = b.replica == nil || b.holds(whole) || has && shared
		if one.Known {
			one.fill(l.Limit, b.at(l, now), now)
		}
		all[i] = one
	}
	return all
}

// RemainingOf tells what is left of limits that one lane alone uses and that no process runs, by what its last run has left:
// nil is nothing, as of one that died with its process, and no bytes are of a lane that never ran.
func RemainingOf(limits []Limit, text []byte, now time.Time) []Remaining {
	var was left
	all := make([]Remaining, len(limits))
	if text == nil || len(text) > 0 && json.Unmarshal(text, &was) != nil {
		return all
	}
	for i, l := range limits {
		all[i] = Remaining{Known: true, Of: l.Burst, AtOnce: l.AtOnce, Parts: 1}
		t := was.Limits[l.ID]
		if t.IsZero() && !was.Cold.IsZero() {
			t = was.Cold.Add(time.Duration(l.Burst) * l.Interval)
		}
		all[i].fill(l, later(t, now), now)
	}
	return all
}

// fill tells what is left of a limit that would be whole at a time.
func (f *Remaining) fill(l Limit, whole, now time.Time) {
	if l.Interval <= 0 {
		return
	}
	f.Now = max(0, l.Burst-int((whole.Sub(now)+l.Interval-1)/l.Interval))
	if whole.After(now) {
		f.Whole = whole
	}
	if f.Now == 0 {
		f.Next = whole.Add(-time.Duration(l.Burst-1) * l.Interval)
	}
}
