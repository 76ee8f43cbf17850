package geotab

import (
	"context"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// The roots of the trees of groups whose names are asked for: what a fleet sorts its own by, and what users may do.
const (
	companyGroups  = ""
	securityGroups = "GroupSecurityId"
)

// mostGroups bounds the answer that holds the names of all groups of a database, in bytes.
const mostGroups = 8 << 20

// named are groups by their ids, each with its name, or with its id where the connection's user may not see the
// name. nil stays nil.
func (c *call) named(ctx context.Context, root string, ids []looseRef) (map[string]string, error) {
	if ids == nil {
		return nil, nil
	}
	out := map[string]string{}
	for _, id := range ids {
		out[string(id)] = string(id)
	}
	if len(ids) == 0 {
		return out, nil
	}
	names, err := c.session.groups.get(c.session.adapter.now(), root, func() (map[string]string, error) {
		return c.groupNames(ctx, root)
	})
	for id := range out {
		if name := names[id]; name != "" {
			out[id] = name
		}
	}
	return out, err
}

// groupNames asks for the names of all groups, or of those below a root, which alone shows security groups.
// Geotab's own samples ask for all in this way (github.com/Geotab/sdk importDevices.js 1377d7e, read 2026-11-27).
func (c *call) groupNames(ctx context.Context, root string) (map[string]string, error) {
	params := map[string]any{"typeName": "Group", "propertySelector": map[string]any{"fields": []string{"id", "name"}, "isIncluded": true}}
	if root != "" {
		params["search"] = map[string]string{"id": root}
	}
	c.most = mostGroups
	defer func() { c.most = 0 }()
	all, err := query[group](ctx, c, params, "Group")
	if isOf(err, tsp.Forbidden, tsp.Rejected, tsp.Broken) {
		// Names are an ornament: who may not see them, or has too many, is shown ids.
		return map[string]string{}, nil
	}
	names := map[string]string{}
	for _, g := range all {
		names[string(g.ID)] = g.Name
	}
	return names, err
}
