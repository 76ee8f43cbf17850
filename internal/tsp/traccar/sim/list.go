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
		if !outside && (!c.pages || cl.mentions(i.Object, c.Query.Get("keyword"))) {
			found = append(found, i.Object)
		}
	}
	if !c.pages {
		return shown(c, found)
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

// mentions tells whether a keyword is in an object: the server puts it between % and into LIKE as it is, so that % and _
// in it stand for any characters and a backslash takes that from them (storage/DatabaseStorage).
func (cl class) mentions(o simkit.Object, keyword string) bool {
	pattern := []rune("%" + strings.ToLower(keyword) + "%")
	return keyword == "" || slices.ContainsFunc(cl.search, func(name string) bool {
		return like(pattern, []rune(strings.ToLower(simkit.Text(o, name))))
	})
}

// like matches a text with a pattern of SQL.
func like(pattern, text []rune) bool {
	switch {
	case len(pattern) == 0:
		return len(text) == 0
	case pattern[0] == '%':
		return like(pattern[1:], text) || len(text) > 0 && like(pattern, text[1:])
	case pattern[0] == '\\' && len(pattern) > 1:
		return len(text) > 0 && text[0] == pattern[1] && like(pattern[2:], text[1:])
	}
	return len(text) > 0 && (pattern[0] == '_' || pattern[0] == text[0]) && like(pattern[1:], text[1:])
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
