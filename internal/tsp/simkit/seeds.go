package simkit

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// Seeds keeps what one kind of simulator was seeded with at a moment, for those who open many in memory. These share
// the items, which are never changed. Its zero value is empty.
type Seeds struct {
	mu      sync.Mutex
	at      time.Time
	lastSeq int64
	sets    map[string]*collection
	owners  map[string]owner
}

// sow seeds an empty store in memory, anew or with what was made at this very moment before.
func (k *Seeds) sow(s *Store, seed func(*Tx) error) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := s.now()
	if k.sets == nil || !k.at.Equal(now) {
		if err := s.reset(seed); err != nil {
			return err
		}
		k.at, k.lastSeq, k.sets, k.owners = now, s.lastSeq, copied(s.sets), maps.Clone(s.owners)
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastSeq, s.sets, s.owners = k.lastSeq, copied(k.sets), maps.Clone(k.owners)
	return nil
}

func copied(sets map[string]*collection) map[string]*collection {
	out := make(map[string]*collection, len(sets))
	for name, c := range sets {
		out[name] = &collection{byID: maps.Clone(c.byID), list: slices.Clone(c.list)}
	}
	return out
}
