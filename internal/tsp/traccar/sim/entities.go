package sim

import (
	"errors"
	"maps"
	"net/http"
	"slices"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// The operations that all classes share (api/BaseObjectResource).

func (cl class) get(tx *simkit.Tx, c *call) (any, error) {
	id, err := c.id()
	if err != nil {
		return nil, err
	}
	if err := c.may(tx, cl, id); err != nil {
		return nil, err
	}
	if i, ok := tx.Get(cl.collection, idText(id)); ok {
		return i.Object, nil
	}
	c.Status = http.StatusNotFound // without a body
	return nil, nil
}

// add creates an object, ignores an id in the body, and links the object to its maker.
func (cl class) add(tx *simkit.Tx, c *call) (any, error) {
	o := c.Body
	if err := c.mayEdit(tx, cl, nil, o); err != nil {
		return nil, err
	}
	if err := cl.create(tx, o); err != nil {
		return nil, err
	}
	tx.Add(permissions, simkit.Object{"userId": c.me(), cl.link: o["id"]})
	return o, nil
}

// update replaces the whole object: a member that the body lacks is emptied. It answers the body, not what is stored.
// An administrator's update of an object that does not exist changes nothing and answers 200 all the same; so does one
// without an id in the body, whatever the path says.
func (cl class) update(tx *simkit.Tx, c *call) (any, error) {
	o := c.Body
	id := simkit.Int(o, "id")
	if err := c.may(tx, cl, id); err != nil {
		return nil, err
	}
	before := o
	i, there := tx.Get(cl.collection, idText(id))
	if there {
		before = i.Object
	}
	if cl.collection == users {
		if !there {
			return nil, nullPointer("org.traccar.model.User.getAdministrator()", "before")
		}
		if err := c.mayChange(tx, before, o); err != nil {
			return nil, err
		}
	}
	if err := c.mayEdit(tx, cl, before, o); err != nil || !there {
		return o, err
	}
	return o, cl.store(tx, before, o)
}

// remove deletes an object with its links. What does not exist is deleted as well, for an administrator.
func (cl class) remove(tx *simkit.Tx, c *call) (any, error) {
	id, err := c.id()
	if err != nil {
		return nil, err
	}
	if err := c.may(tx, cl, id); err != nil {
		return nil, err
	}
	if err := c.mayEdit(tx, cl, simkit.Object{}, simkit.Object{}); err != nil {
		return nil, err
	}
	tx.Delete(cl.collection, idText(id))
	switch cl.collection {
	case devices:
		tx.Delete(positions, idText(id))
	case users:
		tx.Delete(passwords, idText(id))
	}
	for _, l := range slices.Clone(tx.Items(permissions)) {
		if l.Object[cl.link] == id || cl.collection == users && l.Object["userId"] == id {
			tx.Delete(permissions, l.ID)
		}
	}
	return nil, nil
}

// create gives o an id and stores it.
func (cl class) create(tx *simkit.Tx, o simkit.Object) error {
	id, err := tx.Count(lastIDs, cl.collection)
	if err != nil {
		return err
	}
	o["id"] = id
	return cl.store(tx, nil, o)
}

// store checks o against the table and puts it in the place of before. A password goes to a place of its own, and o
// loses it as answers do.
func (cl class) store(tx *simkit.Tx, before, o simkit.Object) error {
	id := idText(simkit.Int(o, "id"))
	if password := simkit.Text(o, "password"); password != "" {
		if err := tx.Put(passwords, id, simkit.Object{"hash": hash(id, password)}); err != nil {
			return err
		}
	}
	if cl.collection == users {
		o["password"] = nil
	}
	row := maps.Clone(o)
	for _, m := range cl.members {
		if m.kept {
			row[m.name] = m.absent
			if before != nil {
				row[m.name] = before[m.name]
			}
		}
	}
	if err := cl.check(tx, row); err != nil {
		return err
	}
	value := simkit.Text(row, cl.unique)
	err := tx.Put(cl.collection, id, row, cl.collection+" "+value)
	if _, taken := errors.AsType[*simkit.TakenError](err); taken {
		return &violation{breach: notUnique, table: cl.table(), column: cl.unique, value: value}
	}
	return err
}
