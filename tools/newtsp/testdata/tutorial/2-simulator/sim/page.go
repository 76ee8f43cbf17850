package sim

import "github.com/waybill-dev/waybill/internal/tsp/simkit"

// pageSize is small, so that the seed has several pages.
const pageSize = 3

// page lists the objects of a collection behind the one with the id "after".
func page(collection string) func(*simkit.Tx, *simkit.Call) (any, error) {
	return func(tx *simkit.Tx, c *simkit.Call) (any, error) {
		var seq int64
		if after := c.Query.Get("after"); after != "" {
			last, ok := tx.Get(collection, after)
			if !ok {
				return nil, simkit.Invalid("after is no id of %s", collection)
			}
			seq = last.Seq
		}
		found, more := tx.Page(collection, seq, pageSize, nil)
		items, next := []any{}, ""
		for _, i := range found {
			items = append(items, i.Object)
		}
		if more {
			next = found[len(found)-1].ID
		}
		return simkit.Object{collection: items, "next": next}, nil
	}
}
