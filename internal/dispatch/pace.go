package dispatch

import "time"

// atOnce is how many attempts may begin without being apart, which a pause has saved up.
const atOnce = 16

// pace keeps the beginnings of attempts apart. What begins together and hangs ends together: its timeouts,
// their settling and the next attempts would come in one burst every few seconds, behind which whoever is
// quick waits.
type pace struct {
	apart time.Duration
	// next is when the next attempt begins if none was saved up.
	next time.Time
}

// until is when the next attempt may begin.
func (p *pace) until() time.Time { return p.next.Add(-atOnce * p.apart) }

func (p *pace) open(now time.Time) bool { return !now.Before(p.until()) }

func (p *pace) take(now time.Time) { p.next = later(p.next, now).Add(p.apart) }

// paced tells whether lanes that are not known to be quick may begin something now; if not, those that wait are
// looked at again in time.
func (f *Floor) paced(waits *waiters) bool {
	now := f.c.Now()
	if f.pace.open(now) {
		return true
	}
	if !f.ticks && len(waits.turns) > 0 {
		f.ticks = true
		time.AfterFunc(f.pace.until().Sub(now), func() {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.ticks = false
			f.invite()
		})
	}
	return false
}
