package simkit

import (
	"fmt"
	"maps"
	"sync"
)

// switches are the behaviours of a simulator that can be turned on and off while it runs.
type switches struct {
	start map[string]bool
	mu    sync.RWMutex
	set   map[string]bool
}

func newSwitches(start map[string]bool) *switches {
	s := &switches{start: map[string]bool{AssumedLimits: false}}
	maps.Copy(s.start, start)
	s.reset()
	return s
}

func (s *switches) on(name string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.set[name]
}

func (s *switches) all() map[string]bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return maps.Clone(s.set)
}

func (s *switches) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.set = map[string]bool{}
	maps.Copy(s.set, s.start)
}

// turn changes the named switches, or none when one of them does not exist.
func (s *switches) turn(changes map[string]bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name := range changes {
		if _, known := s.start[name]; !known {
			return fmt.Errorf("unknown switch %q", name)
		}
	}
	maps.Copy(s.set, changes)
	return nil
}
