package sim

import "github.com/waybill-dev/waybill/internal/tsp/simkit"

// class is a class of records that are made, changed and shown in the same way. One that is only listed needs no ids,
// fresh and keep.
type class struct {
	collection string
	// name is the envelope of one record.
	name string
	// holder is the class as external ids name it; "" for one that has none.
	holder string
	// ids is what the ids are counted from.
	ids int64
	// fresh holds the members that a new record has without being told.
	fresh func(tx *simkit.Tx) simkit.Object
	// keep checks and stores a record changed by the body of a call.
	keep func(tx *simkit.Tx, c *simkit.Call, before simkit.Object) (*simkit.Item, error)
	show func(tx *simkit.Tx, i *simkit.Item) simkit.Object
}

func (k class) get(tx *simkit.Tx, c *simkit.Call) (any, error) {
	i, err := tx.Find(k.collection, c.ID())
	return k.answer(tx, c, i, err)
}

// lookUp finds a record by one of its external ids.
func (k class) lookUp(tx *simkit.Tx, c *simkit.Call) (any, error) {
	i, err := lookUpExternalID(tx, c, k.holder)
	return k.answer(tx, c, i, err)
}

func (k class) post(tx *simkit.Tx, c *simkit.Call) (any, error) {
	o := k.fresh(tx)
	o["id"], o["created_at"] = newID(tx, k.ids), timestamp(tx.Now())
	i, err := k.keep(tx, c, o)
	return k.answer(tx, c, i, err)
}

func (k class) put(tx *simkit.Tx, c *simkit.Call) (any, error) {
	i, err := tx.Find(k.collection, c.ID())
	if err == nil && !caller(c).sees(tx, k.collection, i.Object) {
		err = simkit.Missing()
	}
	if err != nil {
		return nil, err
	}
	if i, err = k.keep(tx, c, i.Object); err == nil {
		tx.NoteChange(k.collection, i.Object["id"], c.Body)
	}
	return k.answer(tx, c, i, err)
}

// answer shows a record to a caller who reaches it.
func (k class) answer(tx *simkit.Tx, c *simkit.Call, i *simkit.Item, err error) (any, error) {
	if err == nil && !caller(c).sees(tx, k.collection, i.Object) {
		err = simkit.Missing()
	}
	if err != nil {
		return nil, err
	}
	return simkit.Object{k.name: k.show(tx, i)}, nil
}

// list answers the page that the call asks for of the records that are to be kept; a keep of nil keeps all.
func (k class) list(tx *simkit.Tx, c *simkit.Call, keep func(*simkit.Item) bool) (any, error) {
	var shown []simkit.Object
	for _, i := range tx.Items(k.collection) {
		if caller(c).sees(tx, k.collection, i.Object) && (keep == nil || keep(i)) {
			shown = append(shown, k.show(tx, i))
		}
	}
	return page(c, k.collection, k.name, shown)
}

func (k class) listAll(tx *simkit.Tx, c *simkit.Call) (any, error) { return k.list(tx, c, nil) }

// store puts a record into a collection.
func store(tx *simkit.Tx, collection string, o simkit.Object, keys ...string) (*simkit.Item, error) {
	id := idText(simkit.Int(o, "id"))
	o["updated_at"] = timestamp(tx.Now())
	if err := tx.Put(collection, id, o, keys...); err != nil {
		return nil, err
	}
	return tx.Find(collection, id)
}

// storeHolder is store for a record that has external ids; the object holds the attributes of the body.
func storeHolder(tx *simkit.Tx, holder string, o simkit.Object, keys ...string) (*simkit.Item, error) {
	attributes := simkit.Object{attributesMember: o[attributesMember]}
	delete(o, attributesMember)
	i, err := store(tx, collectionOf(holder), o, keys...)
	if err != nil {
		return nil, err
	}
	return i, applyExternalIDs(tx, attributes, holder, simkit.Int(o, "id"))
}
