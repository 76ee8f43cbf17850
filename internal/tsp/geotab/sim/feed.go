package sim

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// versionMember is when an entity was last added or set, in the order of all such calls: sixteen hexadecimal digits, as
// in recorded answers. Answers show it.
const versionMember = "version"

func versionOf(n int64) string { return fmt.Sprintf("%016x", n) }

// feed is GetFeed: what was added or set behind fromVersion, in that order, with the version of the last as toVersion.
// A first call has no fromVersion and begins at the fromDate of its search, else with the oldest; later ones need no
// search (developers.geotab.com/myGeotab/guides/dataFeed and mygeotab-python mygeotab/ext/feed.py 0.9.8, read
// 2026-11-27). That a message was sent, delivered or read makes no new version here.
func (s *service) feed(tx *simkit.Tx, c *simkit.Call, e *entity) (any, error) {
	if !e.feeds {
		return nil, throw(typeOperation, "GetFeed of %s is not offered", e.name)
	}
	var from int64
	params := maps.Clone(c.Body)
	if given := params["fromVersion"]; given != nil && given != "" {
		text, _ := given.(string)
		n, err := strconv.ParseInt(text, 16, 64)
		if err != nil {
			return nil, argument("fromVersion must be the toVersion of an earlier answer")
		}
		from = n
		delete(params, "search")
	}
	most, err := resultsLimit(params, e)
	if err != nil {
		return nil, err
	}
	found, err := query{tx: tx, loose: s.Host.On(ignoreUnknown), entities: s.entities}.run(e, params["search"])
	if err != nil {
		return nil, err
	}
	behind := versionOf(from)
	found = slices.DeleteFunc(found, func(o simkit.Object) bool { return simkit.Text(o, versionMember) <= behind })
	slices.SortStableFunc(found, func(a, b simkit.Object) int {
		return cmp.Compare(simkit.Text(a, versionMember), simkit.Text(b, versionMember))
	})
	found = found[:min(len(found), most)]
	if len(found) > 0 {
		behind = simkit.Text(found[len(found)-1], versionMember)
	}
	data, err := s.selected(params, found)
	return simkit.Object{"data": data, "toVersion": behind}, err
}
