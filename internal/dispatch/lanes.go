package dispatch

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
)

// LaneStand is how one lane stands that runs here, or sleeps here until a time.
type LaneStand struct {
	fence.Lane
	Label string
	Waits Waits
	// Until is when what it waits for is over, where that is known.
	Until  time.Time
	Flying int
}

// urgent are the things for which lanes wait, those before which one should look first.
func urgent() []Waits {
	return []Waits{TheStore, TheBar, Opening, ThePause, ALimit, APlace, ATime, Nothing}
}

// Lanes lists lanes that run, or sleep until a time, those that are kept from their work first, and tells how many there
// are in all.
func (d *Dispatcher) Lanes(most int) (some []LaneStand, all int) {
	d.mu.Lock()
	stands := make([]LaneStand, 0, len(d.stances))
	for lane, s := range d.stances {
		stands = append(stands, LaneStand{lane, s.label, s.waits, s.over(), int(s.flying.Load())})
	}
	d.mu.Unlock()
	order := urgent()
	slices.SortFunc(stands, func(a, b LaneStand) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.Waits), slices.Index(order, b.Waits)),
			strings.Compare(a.Kind+a.Label, b.Kind+b.Label), slices.Compare(a.ID[:], b.ID[:]))
	})
	return stands[:min(most, len(stands))], len(stands)
}
