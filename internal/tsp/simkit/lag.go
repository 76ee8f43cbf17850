package simkit

import (
	"slices"
	"time"
)

// lag is by how much readers see less than there is, and what they do not see yet.
type lag struct {
	by     time.Duration
	recent []change
}

func (l *lag) remember(changes []change) {
	if l.by > 0 {
		l.recent = append(l.recent, changes...)
	}
}

// Lag lets Shown lag behind the state by d. What was changed before is shown at once; 0 ends it.
func (s *Store) Lag(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lag = lag{by: d}
}

// Shown runs fn over what the TSP shows to those who read: the state itself, or one of a while ago. See Lag.
func (s *Store) Shown(fn func(tx *Tx) error) error {
	s.mu.RLock()
	lagging := s.lag.by > 0
	s.mu.RUnlock()
	if !lagging {
		return s.View(fn)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	since := s.now().Add(-s.lag.by)
	s.lag.recent = slices.DeleteFunc(s.lag.recent, func(c change) bool { return !c.at.After(since) })
	for _, c := range slices.Backward(s.lag.recent) {
		s.set(c.collection, c.id, c.before)
	}
	defer func() {
		for _, c := range s.lag.recent {
			s.set(c.collection, c.id, c.after)
		}
	}()
	return fn(&Tx{store: s, at: s.now()})
}
