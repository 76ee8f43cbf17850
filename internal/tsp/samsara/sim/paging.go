package sim

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// pageSize is the default and the largest limit of every list but /assets.
const pageSize = 512

// listing says what a list shows.
type listing struct {
	collection string
	// size is the largest page.
	size int
	keep func(*simkit.Item) bool
	show func(*simkit.Tx, *simkit.Item) simkit.Object
}

// page answers one page of a list: the items behind the cursor "after", at most "limit" of them.
func (l listing) page(tx *simkit.Tx, c *call) (any, error) {
	size, err := l.limit(c)
	if err != nil {
		return nil, err
	}
	var after int64
	if cursor := c.query.Get("after"); cursor != "" {
		seq, ok := simkit.ParseCursor(cursor)
		if !ok {
			return nil, invalid("after is not a cursor of this list")
		}
		after = seq
	}
	data, end := []any{}, ""
	var last *simkit.Item
	for _, i := range tx.After(l.collection, after) {
		if !l.keep(i) {
			continue
		}
		if len(data) == size {
			end = simkit.Cursor(last.Seq)
			break
		}
		data, last = append(data, l.show(tx, i)), i
	}
	return simkit.Object{
		"data": data, "pagination": simkit.Object{"endCursor": end, "hasNextPage": end != ""},
	}, nil
}

func (l listing) limit(c *call) (int, error) {
	if !c.query.Has("limit") {
		return l.size, nil
	}
	n, err := strconv.Atoi(c.query.Get("limit"))
	if err != nil || n < 1 || n > l.size {
		return 0, invalid("limit must be a whole number from 1 to %d", l.size)
	}
	return n, nil
}

// listed is a parameter that takes several values, by commas or by repetition.
func listed(c *call, name string) []string {
	var values []string
	for _, given := range c.query[name] {
		values = append(values, strings.Split(given, ",")...)
	}
	return values
}

// common are the filters that several lists share: tagIds, updatedAfterTime and createdAfterTime.
func common(c *call) (func(*simkit.Item) bool, error) {
	tags := listed(c, "tagIds")
	bounds := map[string]time.Time{}
	for parameter, member := range map[string]string{"updatedAfterTime": "updatedAtTime", "createdAfterTime": "createdAtTime"} {
		if !c.query.Has(parameter) {
			continue
		}
		bound, err := time.Parse(time.RFC3339, c.query.Get(parameter))
		if err != nil {
			return nil, invalid("%s must be a time in RFC 3339 format", parameter)
		}
		bounds[member] = bound
	}
	return func(i *simkit.Item) bool {
		for member, bound := range bounds {
			if at, err := time.Parse(time.RFC3339, text(i.Object, member)); err != nil || at.Before(bound) {
				return false
			}
		}
		return len(tags) == 0 || slices.ContainsFunc(elements(i.Object, "tagIds"), func(tag string) bool {
			return slices.Contains(tags, tag)
		})
	}, nil
}
