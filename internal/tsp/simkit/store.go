package simkit

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// Item is one stored object. It is never changed; an update puts a new item with the same Seq and At in its place.
type Item struct {
	// Seq increases with every creation, over all collections.
	Seq int64
	// At is when the object was created.
	At time.Time
	// ID names the object within its collection.
	ID string
	// Keys are the values that only this object may have, over all collections.
	Keys   []string
	Object Object
}

// Show is the item as the admin side tells it: its object with seq and at, where the object has none of its own.
func (i *Item) Show() Object {
	o := Object{"seq": i.Seq, "at": i.At.UTC().Format(time.RFC3339Nano)}
	for name, v := range i.Object {
		o[name] = v
	}
	return o
}

// TakenError says that another object already has a key.
type TakenError struct {
	Key        string
	Collection string
	ID         string
}

func (e *TakenError) Error() string {
	return fmt.Sprintf("%s is already used by %s %s", e.Key, e.Collection, e.ID)
}

// Store keeps objects in collections. Every update is in the journal before Update returns.
type Store struct {
	now     func() time.Time
	mu      sync.RWMutex
	lastSeq int64
	sets    map[string]*collection
	owners  map[string]owner
	journal *journal
	lag     lag
}

type owner struct{ collection, id string }

type collection struct {
	byID map[string]*Item
	list []*Item // in order of Seq
}

// at returns the place of the item with this Seq in the list.
func (c *collection) at(seq int64) int {
	place, _ := slices.BinarySearchFunc(c.list, seq, func(i *Item, seq int64) int { return int(i.Seq - seq) })
	return place
}

// openStore reads the journal at path; "" means memory only.
func openStore(path string, now func() time.Time) (*Store, error) {
	s := &Store{now: now, sets: map[string]*collection{}, owners: map[string]owner{}}
	var err error
	if s.journal, err = openJournal(path, s.restore); err != nil {
		return nil, err
	}
	if err := s.journal.compact(s.size(), s.snapshot); err != nil {
		return nil, err
	}
	return s, nil
}

// View runs fn over a state that does not change meanwhile.
func (s *Store) View(fn func(tx *Tx) error) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return fn(&Tx{store: s, at: s.now()})
}

// Update runs fn alone and keeps all of its changes, or none when fn returns an error or panics.
func (s *Store) Update(fn func(tx *Tx) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.update(fn)
}

func (s *Store) update(fn func(tx *Tx) error) error {
	tx := &Tx{store: s, at: s.now()}
	kept := false
	defer func() {
		if !kept {
			tx.rollback()
		}
	}()
	if err := fn(tx); err != nil {
		return err
	}
	if err := s.journal.append(tx.entries); err != nil {
		return err
	}
	kept = true
	s.lag.remember(tx.changes)
	return nil
}

func (s *Store) empty() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.lastSeq == 0
}

// reset forgets everything and seeds anew.
func (s *Store) reset(seed func(*Tx) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sets, s.owners, s.lastSeq, s.lag.recent = map[string]*collection{}, map[string]owner{}, 0, nil
	if err := s.journal.truncate(); err != nil {
		return err
	}
	return s.update(seed)
}

func (s *Store) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.journal.close()
}

func (s *Store) collection(name string) *collection {
	c, ok := s.sets[name]
	if !ok {
		c = &collection{byID: map[string]*Item{}}
		s.sets[name] = c
	}
	return c
}

// set replaces what stands under the id by the item, nil removing it, and returns what stood there.
func (s *Store) set(name, id string, item *Item) (before *Item) {
	c := s.collection(name)
	before = c.byID[id]
	if before != nil {
		place := c.at(before.Seq)
		c.list = slices.Delete(c.list, place, place+1)
		delete(c.byID, id)
		for _, key := range before.Keys {
			delete(s.owners, key)
		}
	}
	if item != nil {
		c.list = slices.Insert(c.list, c.at(item.Seq), item)
		c.byID[id] = item
		for _, key := range item.Keys {
			s.owners[key] = owner{name, id}
		}
	}
	return before
}

// restore repeats one journal entry.
func (s *Store) restore(e entry) {
	s.lastSeq = max(s.lastSeq, e.Seq)
	if e.Collection == "" {
		return
	}
	if e.Object == nil {
		s.set(e.Collection, e.ID, nil)
		return
	}
	s.set(e.Collection, e.ID, &Item{Seq: e.Born, At: e.At, ID: e.ID, Keys: e.Keys, Object: e.Object})
}

// snapshot calls write with the fewest entries that restore the present state.
func (s *Store) snapshot(write func(entry) error) error {
	if err := write(entry{Seq: s.lastSeq}); err != nil {
		return err
	}
	for name, c := range s.sets {
		for _, i := range c.list {
			if err := write(entryOf(name, i, i.Seq)); err != nil {
				return err
			}
		}
	}
	return nil
}

// size is how many objects there are.
func (s *Store) size() int {
	n := 0
	for _, c := range s.sets {
		n += len(c.list)
	}
	return n
}
