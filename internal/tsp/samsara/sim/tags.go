package sim

import "github.com/waybill-dev/waybill/internal/tsp/simkit"

func tagIDs() simkit.Rule { return simkit.List(simkit.String(1, 0)) }

// checkTagsExist refuses ids of tags that there are not.
func checkTagsExist(tx *simkit.Tx, body simkit.Object) error {
	for _, id := range simkit.Elements[string](body, "tagIds") {
		if _, ok := tx.Get(tags, id); !ok {
			return simkit.Invalid("there is no tag %q", id)
		}
	}
	return nil
}

// tinyTags are the tags of an object as replies show them.
func tinyTags(tx *simkit.Tx, o simkit.Object) []any {
	var out []any
	for _, id := range simkit.Elements[string](o, "tagIds") {
		if i, ok := tx.Get(tags, id); ok {
			out = append(out, tinyTag(i))
		}
	}
	return out
}

func tinyTag(i *simkit.Item) simkit.Object {
	o := simkit.Object{"id": i.ID}
	copyMembers(o, i.Object, "name", "parentTagId")
	return o
}

// showShared adds what the replies of all classes show in the same way.
func showShared(tx *simkit.Tx, to simkit.Object, i *simkit.Item) {
	to["id"] = i.ID
	if ids := allExternalIDs(i.Object); len(ids) > 0 {
		to["externalIds"] = ids
	}
	if shown := tinyTags(tx, i.Object); len(shown) > 0 {
		to["tags"] = shown
	}
}
