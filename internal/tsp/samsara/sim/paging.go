package sim

import (
	"slices"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// pageSize is the default and the largest limit of every list but /assets.
const pageSize = 512

// listing says what a list shows.
type listing struct {
	collection string
	// size is the largest page.
	size int64
	// keep of nil keeps all.
	keep func(*simkit.Item) bool
	show view
}

// page answers one page of a list: the items behind the cursor "after", at most "limit" of them.
func (l listing) page(tx *simkit.Tx, c *simkit.Call) (any, error) {
	size, err := c.Whole("limit", l.size, 1, l.size)
	if err != nil {
		return nil, err
	}
	var after int64
	if cursor := c.Query.Get("after"); cursor != "" {
		var ok bool
		if after, ok = simkit.ParseCursor(cursor); !ok {
			return nil, simkit.Invalid("after is not a cursor of this list")
		}
	}
	found, more := tx.Page(l.collection, after, int(size), l.keep)
	shown, end := []any{}, ""
	for _, i := range found {
		shown = append(shown, l.show(tx, i))
	}
	if more {
		end = simkit.Cursor(found[len(found)-1].Seq)
	}
	return simkit.Object{"data": shown, "pagination": simkit.Object{"endCursor": end, "hasNextPage": more}}, nil
}

// common are the filters that several lists share: tagIds, updatedAfterTime and createdAfterTime.
func common(c *simkit.Call) (func(*simkit.Item) bool, error) {
	tags := c.Listed("tagIds")
	bounds := map[string]time.Time{}
	for parameter, member := range map[string]string{"updatedAfterTime": "updatedAtTime", "createdAfterTime": "createdAtTime"} {
		if !c.Query.Has(parameter) {
			continue
		}
		bound, err := time.Parse(time.RFC3339, c.Query.Get(parameter))
		if err != nil {
			return nil, simkit.Invalid("%s must be a time in RFC 3339 format", parameter)
		}
		bounds[member] = bound
	}
	return func(i *simkit.Item) bool {
		for member, bound := range bounds {
			if at, err := time.Parse(time.RFC3339, simkit.Text(i.Object, member)); err != nil || at.Before(bound) {
				return false
			}
		}
		return len(tags) == 0 || slices.ContainsFunc(simkit.Elements[string](i.Object, "tagIds"), func(tag string) bool {
			return slices.Contains(tags, tag)
		})
	}, nil
}
