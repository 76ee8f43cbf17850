package sim

import (
	"maps"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// list answers the objects of a class that pass the filters (api/SimpleObjectResource, api/ExtendedObjectResource, and
// the last part of api/resource/DeviceResource.get). Without all=true even an administrator sees only what is linked to
// him. Drivers of a device are those linked to the device itself, not to its group.
func (cl class) list(tx *simkit.Tx, c *call) (any, error) {
	n, err := c.longs("userId", "groupId", "deviceId")
	if err != nil {
		return nil, err
	}
	var sets []ids
	switch {
	case c.truth("all") && c.is("administrator"):
	case c.truth("all") || n["userId"] == 0:
		sets = append(sets, visible(tx, cl, c.me()))
	default:
		if err := c.maySee(tx, n["userId"]); err != nil {
			return nil, err
		}
		sets = append(sets, linked(tx, "userId", n["userId"], cl.link))
	}
	for _, by := range []class{groupClass(), deviceClass()} {
		id := n[by.link]
		if id <= 0 {
			continue
		}
		if err := c.may(tx, by, id); err != nil {
			return nil, err
		}
		sets = append(sets, linked(tx, by.link, id, cl.link))
	}
	return cl.page(tx, c, sets)
}

// page answers the objects that are in every set, in the order of their names. offset counts only beside a limit
// (storage/DatabaseStorage.formatOrder). How equal names are ordered is up to the database; here by id.
func (cl class) page(tx *simkit.Tx, c *call, sets []ids) (any, error) {
	n, err := c.longs("limit", "offset")
	if err != nil {
		return nil, err
	}
	var found []simkit.Object
	for _, i := range tx.Items(cl.collection) {
		id := num(i.Object, "id")
		outside := slices.ContainsFunc(sets, func(set ids) bool { return !set[id] })
		if !outside && cl.mentions(i.Object, c.query.Get("keyword")) {
			found = append(found, i.Object)
		}
	}
	slices.SortStableFunc(found, func(a, b simkit.Object) int { return strings.Compare(str(a, "name"), str(b, "name")) })
	if limit := int(n["limit"]); limit > 0 {
		from := min(max(int(n["offset"]), 0), len(found))
		found = found[from:min(from+limit, len(found))]
	}
	return shown(c, found), nil
}

func (cl class) mentions(o simkit.Object, keyword string) bool {
	return keyword == "" || slices.ContainsFunc(cl.search, func(name string) bool {
		return strings.Contains(strings.ToLower(str(o, name)), strings.ToLower(keyword))
	})
}

func shown(c *call, found []simkit.Object) []any {
	list := make([]any, 0, len(found))
	for _, o := range found {
		if c.truth("excludeAttributes") {
			o = maps.Clone(o)
			o["attributes"] = simkit.Object{}
		}
		list = append(list, o)
	}
	return list
}
