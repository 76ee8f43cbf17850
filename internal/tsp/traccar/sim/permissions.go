package sim

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// end is one side of a link.
type end struct {
	key string
	id  int64
}

// pair is an owner and its property, in this order.
type pair [2]end

// check refuses a pair that there is no table for.
func (p pair) check() error {
	if slices.Contains(map[string][]string{
		"userId":   {"deviceId", "groupId", "driverId", "managedUserId"},
		"groupId":  {"driverId"},
		"deviceId": {"driverId"},
	}[p[0].key], p[1].key) {
		return nil
	}
	return &violation{breach: noTable, table: p.table()}
}

func (p pair) table() string {
	owner, property := strings.TrimSuffix(p[0].key, "Id"), strings.TrimPrefix(p[1].key, "managed")
	return "tc_" + owner + "_" + strings.ToLower(strings.TrimSuffix(property, "Id"))
}

// classOf finds the class that a key names; upper and lower case are the same (model/Permission).
func classOf(key string) (class, bool) {
	user := userClass()
	user.link = "userId"
	for _, cl := range []class{user, userClass(), deviceClass(), groupClass(), driverClass()} {
		if strings.EqualFold(cl.link, key) {
			return cl, true
		}
	}
	return class{}, false
}

// readLink reads the two members of a body: the first one is the owner. It checks that there is a table for them and
// that the user has both.
func readLink(tx *simkit.Tx, c *call) (p pair, err error) {
	body, err := c.object()
	if err != nil {
		return p, err
	}
	if !c.is("administrator") && c.is("readonly") {
		return p, security("Operation restricted")
	}
	if len(body) != 2 {
		return p, runtime("IllegalArgumentException", "Invalid permission")
	}
	keys := slices.Collect(maps.Keys(body))
	if keys[0] != firstKey(c.raw()) {
		slices.Reverse(keys)
	}
	for n, key := range keys {
		cl, known := classOf(key)
		id, isWhole := body[key].(int64)
		if !isWhole {
			return p, jackson("Cannot deserialize value of %s: must be an integer", key)
		}
		if !known {
			return p, nullPointer("java.lang.Class.equals(Object)", "clazz")
		}
		if err := c.may(tx, cl, id); err != nil {
			return p, err
		}
		p[n] = end{cl.link, id}
	}
	return p, p.check()
}

func firstKey(body []byte) string {
	in := jsontext.NewDecoder(bytes.NewReader(body))
	_, _ = in.ReadToken()
	key, _ := in.ReadToken()
	return key.String()
}

// link adds a permission. The same one may be added again: the tables have no unique key for a pair.
func link(tx *simkit.Tx, c *call) (any, error) {
	p, err := readLink(tx, c)
	if err != nil {
		return nil, err
	}
	for _, e := range p {
		cl, _ := classOf(e.key)
		if _, there := tx.Get(cl.collection, idText(e.id)); !there {
			return nil, &violation{breach: noParent, table: p.table(), column: e.key, value: idText(e.id)}
		}
	}
	tx.Add(permissions, simkit.Object{p[0].key: p[0].id, p[1].key: p[1].id})
	return nil, nil
}

// unlink removes a permission as often as it is there, and is content when it is not.
func unlink(tx *simkit.Tx, c *call) (any, error) {
	p, err := readLink(tx, c)
	if err != nil {
		return nil, err
	}
	for _, i := range slices.Clone(tx.Items(permissions)) {
		if i.Object[p[0].key] == p[0].id && i.Object[p[1].key] == p[1].id {
			tx.Delete(permissions, i.ID)
		}
	}
	return nil, nil
}
