package sim

import (
	"strconv"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

var tagRequired = []string{"name"}

// tagShape is the body of POST /tags, without the objects that a tag can be given to at once. The length stands in
// developers.samsara.com/reference/patchtag (read 2026-11-27).
func tagShape() simkit.Shape {
	return simkit.Shape{"name": simkit.String(1, 191), "parentTagId": simkit.String(1, 0)}
}

func postTag(tx *simkit.Tx, c *simkit.Call) (any, error) {
	if parent := simkit.Text(c.Body, "parentTagId"); parent != "" {
		if _, ok := tx.Get(tags, parent); !ok {
			return nil, simkit.Invalid("parentTagId: there is no tag %q", parent)
		}
	}
	id := strconv.FormatInt(newTagIDs+tx.NextSeq(), 10)
	if err := tx.Put(tags, id, merge(c.Body, simkit.Object{"id": id})); err != nil {
		return nil, err
	}
	i, _ := tx.Get(tags, id)
	return data(showTag(tx, i)), nil
}

func getTag(tx *simkit.Tx, c *simkit.Call) (any, error) {
	i, err := tx.Find(tags, c.ID())
	if err != nil {
		return nil, err
	}
	return data(showTag(tx, i)), nil
}

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
