package sim

import "github.com/waybill-dev/waybill/internal/tsp/simkit"

var pageFilters = []string{"limit", "after"}

// listUsers shows the users of the dashboard, who are no drivers.
func listUsers(tx *simkit.Tx, c *call) (any, error) {
	return listing{users, pageSize, everything, showStored}.page(tx, c)
}

func listTags(tx *simkit.Tx, c *call) (any, error) {
	return listing{tags, pageSize, everything, showTag}.page(tx, c)
}

func everything(*simkit.Item) bool { return true }

func showStored(_ *simkit.Tx, i *simkit.Item) simkit.Object { return i.Object }

// showTag is a tag with the objects that carry it.
func showTag(tx *simkit.Tx, tag *simkit.Item) simkit.Object {
	o := tinyTag(tag)
	for member, items := range map[string][]*simkit.Item{
		"vehicles": ofClass(tx, classVehicle), "assets": ofClass(tx, classTrailer), "drivers": tx.Items(drivers),
	} {
		var tagged []any
		for _, i := range items {
			for _, id := range elements(i.Object, "tagIds") {
				if id == tag.ID {
					tagged = append(tagged, simkit.Object{"id": i.ID, "name": text(i.Object, "name")})
				}
			}
		}
		if len(tagged) > 0 {
			o[member] = tagged
		}
	}
	return o
}
