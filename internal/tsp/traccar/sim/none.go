package sim

import "github.com/waybill-dev/waybill/internal/tsp/simkit"

// listNone answers the list of a class that the simulated server has no objects of, and that cannot be made here:
// clients ask for them by themselves, as the web app does after signing in (github.com/traccar/traccar-web
// src/CachingController.js at aa5817b, read 2026-11-25). The filters are checked as for other classes
// (api/ExtendedObjectResource).
func listNone(tx *simkit.Tx, c *call) (any, error) {
	n, err := c.longs("userId", "groupId", "deviceId", "limit", "offset")
	if err != nil {
		return nil, err
	}
	if n["userId"] != 0 && !c.truth("all") {
		if err := c.maySee(tx, n["userId"]); err != nil {
			return nil, err
		}
	}
	for _, by := range []class{groupClass(), deviceClass()} {
		if id := n[by.link]; id > 0 {
			if err := c.may(tx, by, id); err != nil {
				return nil, err
			}
		}
	}
	return []any{}, nil
}

// listSaved answers the saved commands of a device: none (api/resource/CommandResource.get).
func listSaved(tx *simkit.Tx, c *call) (any, error) {
	id, err := c.long("deviceId")
	if err != nil {
		return nil, err
	}
	return []any{}, c.may(tx, deviceClass(), id)
}
