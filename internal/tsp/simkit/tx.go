package simkit

import (
	"slices"
	"strconv"
	"time"
)

// Tx reads and, within Update, changes the store.
type Tx struct {
	store   *Store
	at      time.Time
	entries []entry
	changes []change
}

// change is what one step of an update did: what stood under an id, and what stands there now; nil is nothing.
type change struct {
	at             time.Time
	seq            int64
	collection, id string
	before, after  *Item
}

// Now is the time of this view or update.
func (tx *Tx) Now() time.Time { return tx.at }

// NextSeq is the Seq of the next object that is created.
func (tx *Tx) NextSeq() int64 { return tx.store.lastSeq + 1 }

// Get finds an object by its id.
func (tx *Tx) Get(collection, id string) (*Item, bool) {
	c, ok := tx.store.sets[collection]
	if !ok {
		return nil, false
	}
	i, ok := c.byID[id]
	return i, ok
}

// Find is Get for what a caller names: it refuses an id that there is not.
func (tx *Tx) Find(collection, id string) (*Item, error) {
	if i, ok := tx.Get(collection, id); ok {
		return i, nil
	}
	return nil, Missing()
}

// Owner finds the collection and the id of the object that has a key.
func (tx *Tx) Owner(key string) (collection, id string, ok bool) {
	o, ok := tx.store.owners[key]
	return o.collection, o.id, ok
}

// Items lists a collection in order of Seq. The slice is valid until fn returns.
func (tx *Tx) Items(collection string) []*Item {
	if c, ok := tx.store.sets[collection]; ok {
		return c.list
	}
	return nil
}

// After lists the items of a collection behind a Seq. The slice is valid until fn returns.
func (tx *Tx) After(collection string, seq int64) []*Item {
	c, ok := tx.store.sets[collection]
	if !ok {
		return nil
	}
	return c.list[c.at(seq+1):]
}

// Put creates or replaces an object. It changes nothing and returns a *TakenError when another object has one of keys.
func (tx *Tx) Put(collection, id string, object Object, keys ...string) error {
	for _, key := range keys {
		if o, taken := tx.store.owners[key]; taken && o != (owner{collection, id}) {
			return &TakenError{Key: key, Collection: o.collection, ID: o.id}
		}
	}
	item := &Item{Seq: tx.NextSeq(), At: tx.at, ID: id, Keys: slices.Clone(keys), Object: object}
	if before, ok := tx.Get(collection, id); ok {
		item.Seq, item.At = before.Seq, before.At
	}
	tx.change(collection, id, item)
	return nil
}

// Add creates an object that nothing refers to; its id is its Seq.
func (tx *Tx) Add(collection string, object Object) {
	seq := tx.NextSeq()
	id := strconv.FormatInt(seq, 10)
	tx.change(collection, id, &Item{Seq: seq, At: tx.at, ID: id, Object: object})
}

// Clear removes all objects of a collection.
func (tx *Tx) Clear(collection string) {
	for _, i := range slices.Clone(tx.Items(collection)) {
		tx.Delete(collection, i.ID)
	}
}

// Delete removes an object if it is there.
func (tx *Tx) Delete(collection, id string) {
	if _, ok := tx.Get(collection, id); ok {
		tx.change(collection, id, nil)
	}
}

func (tx *Tx) change(collection, id string, item *Item) {
	tx.store.lastSeq++
	seq := tx.store.lastSeq
	before := tx.store.set(collection, id, item)
	tx.changes = append(tx.changes, change{tx.at, seq, collection, id, before, item})
	if item == nil {
		tx.entries = append(tx.entries, entry{Seq: seq, Collection: collection, ID: id})
		return
	}
	tx.entries = append(tx.entries, entryOf(collection, item, seq))
}

func (tx *Tx) rollback() {
	for _, c := range slices.Backward(tx.changes) {
		tx.store.set(c.collection, c.id, c.before)
		tx.store.lastSeq = c.seq - 1
	}
}
