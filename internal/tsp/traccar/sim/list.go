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
	var sets []ids
	switch {
	case c.truth("all") && c.is("administrator"):
	case c.truth("all") || c.whole("userId") == 0:
		sets = append(sets, visible(tx, cl, c.me()))
	default:
		user := c.whole("userId")
		if err := c.maySee(tx, user); err != nil {
			return nil, err
		}
		sets = append(sets, linked(tx, "userId", user, cl.link))
	}
	for _, by := range []class{groupClass(), deviceClass()} {
		id := c.whole(by.link)
		if id <= 0 {
			continue
		}
		if err := c.may(tx, by, id); err != nil {
			return nil, err
		}
		sets = append(sets, linked(tx, by.link, id, cl.link))
	}
	return cl.page(tx, c, sets), nil
}

// page answers the objects that are in every set, in the order of their names. offset counts only beside a limit
// (storage/DatabaseStorage.formatOrder). How equal names are ordered is up to the database; here by id.
func (cl class) page(tx *simkit.Tx, c *call, sets []ids) []any {
	var found []simkit.Object
	for _, i := range tx.Items(cl.collection) {
		id := simkit.Int(i.Object, "id")
		outside := slices.ContainsFunc(sets, func(set ids) bool { return !set[id] })
		if !outside && cl.mentions(i.Object, c.Query.Get("keyword")) {
			found = append(found, i.Object)
		}
	}
	slices.SortStableFunc(found, func(a, b simkit.Object) int {
		return strings.Compare(simkit.Text(a, "name"), simkit.Text(b, "name"))
	})
	if limit := int(c.whole("limit")); limit > 0 {
		from := min(max(int(c.whole("offset")), 0), len(found))
		found = found[from:min(from+limit, len(found))]
	}
	return shown(c, found)
}

func (cl class) mentions(o simkit.Object, keyword string) bool {
	return keyword == "" || slices.ContainsFunc(cl.search, func(name string) bool {
		return strings.Contains(strings.ToLower(simkit.Text(o, name)), strings.ToLower(keyword))
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
