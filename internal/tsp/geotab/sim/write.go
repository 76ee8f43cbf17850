package sim

import (
	"maps"
	"reflect"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// write is Add, Set and Remove.
func (s *service) write(tx *simkit.Tx, c *simkit.Call, e *entity) (any, error) {
	if e.writing == nil || e.writing.addOnly && c.Name == "Set" {
		return nil, throw(typeOperation, "%s of %s is not offered", c.Name, e.name)
	}
	given, ok := c.Body["entity"].(simkit.Object)
	if !ok {
		return nil, throw(typeNull, "entity cannot be null or empty")
	}
	r := reader{tx: tx, loose: s.Host.On(ignoreUnknown)}
	switch c.Name {
	case "Add":
		return e.add(r, given)
	case "Set":
		return nil, e.set(r, given)
	}
	return nil, e.remove(tx, simkit.Text(given, "id"))
}

// add makes an entity and returns its id. A caller that gives an id of its own is refused, which is not documented.
func (e *entity) add(r reader, given simkit.Object) (any, error) {
	if given["id"] != nil {
		return nil, argument("%s.id is given by the server", e.name)
	}
	read, err := r.object(e.name, given, e.properties)
	if err != nil {
		return nil, err
	}
	if err := required(e.name, read, e.required); err != nil {
		return nil, err
	}
	after := e.writing.begin(r.tx)
	e.overlay(after, read)
	if err := e.settle(r.tx, nil, after, read); err != nil {
		return nil, err
	}
	var id string
	if e.writing.newID != nil {
		id = e.writing.newID(r.tx)
	} else {
		n, err := r.tx.Count(counters, e.collection)
		if err != nil {
			return nil, err
		}
		id = idOf(n)
	}
	return id, e.put(r.tx, id, after, read)
}

// set changes an entity: what is missing or null keeps its value, and lists are replaced whole.
func (e *entity) set(r reader, given simkit.Object) error {
	id := simkit.Text(given, "id")
	if id == "" {
		return throw(typeNull, "%s.id cannot be null or empty", e.name)
	}
	before, ok := e.find(r.tx, id)
	if !ok {
		return e.missing(id)
	}
	read, err := r.object(e.name, given, e.properties)
	if err != nil {
		return err
	}
	after := maps.Clone(before.Object)
	e.overlay(after, read)
	if err := e.settle(r.tx, before, after, read); err != nil {
		return err
	}
	r.tx.NoteChange(e.collection, id, read)
	return e.put(r.tx, id, after, read)
}

// missing is the answer to an id that names nothing; its type is not documented.
func (e *entity) missing(id string) error {
	return argument("%s.id: there is no entity %q", e.name, id)
}

// overlay puts what a caller wrote over an entity.
func (e *entity) overlay(o, read simkit.Object) {
	for name, v := range read {
		if p := e.properties[name]; !p.fixed && !p.unkept {
			o[name] = v
		}
	}
}

// settle checks the entity, and that the caller did not try to change what it cannot. before is nil for a new one.
func (e *entity) settle(tx *simkit.Tx, before *simkit.Item, after, read simkit.Object) error {
	as := &simkit.Item{At: tx.Now(), Object: after}
	var was simkit.Object
	if before != nil {
		as.ID, as.At, was = before.ID, before.At, before.Object
	}
	if password := simkit.Text(read, "password"); password != "" {
		after[givenPassword] = password
	}
	if err := e.writing.settle(tx, was, after); err != nil {
		return err
	}
	delete(after, givenPassword)
	shown := e.shown(tx, as)
	for _, name := range members(read) {
		if e.properties[name].fixed && !reflect.DeepEqual(read[name], shown[name]) {
			return argument("%s.%s cannot be set", e.name, name)
		}
	}
	return nil
}

// givenPassword carries a password past the store into the checks.
const givenPassword = "_password"

func (e *entity) put(tx *simkit.Tx, id string, o, read simkit.Object) error {
	o["id"], o[versionMember] = id, versionOf(tx.NextSeq())
	var keys []string
	if e.writing.keys != nil {
		keys = e.writing.keys(o)
	}
	if err := tx.Put(e.collection, id, o, keys...); err != nil {
		return err
	}
	if e.writing.kept == nil {
		return nil
	}
	return e.writing.kept(tx, id, read)
}

// remove deletes an entity and its data for good.
func (e *entity) remove(tx *simkit.Tx, id string) error {
	i, ok := e.find(tx, id)
	if !ok {
		return e.missing(id)
	}
	if e.writing.dropped != nil {
		if err := e.writing.dropped(tx, i); err != nil {
			return err
		}
	}
	tx.Delete(e.collection, id)
	return nil
}
