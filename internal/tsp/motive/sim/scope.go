package sim

import (
	"slices"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// An API key can be restricted to groups; OAuth never is (developer.gomotive.com/reference/
// endpoints-supporting-group-scoping, read 2026-11-27). What lies outside of them is left out of lists and answers 404
// by its id. The page says that creating an asset, purchase, user or vehicle is scoped in part and not how: here a new
// record needs group_ids of the key's own. That messages name nobody outside, and that the company and its messages are
// there for every key, is not documented.

// sees tells whether the caller's key reaches a record of a collection.
func (who credential) sees(tx *simkit.Tx, collection string, o simkit.Object) bool {
	if who.groups == nil {
		return true
	}
	switch collection {
	case vehicles, assets, users:
		return slices.ContainsFunc(simkit.Elements[int64](o, "group_ids"), who.has)
	case groups:
		return who.has(simkit.Int(o, "id"))
	case fuel, inspections:
		for member, of := range map[string]string{"vehicle_id": vehicles, "asset_id": assets, "driver_id": users} {
			if i, ok := tx.Get(of, idText(simkit.Int(o, member))); ok && who.sees(tx, of, i.Object) {
				return true
			}
		}
		return false
	}
	return true
}

func (who credential) has(group int64) bool { return slices.Contains(who.groups, group) }

// checkScope refuses a body that names what the caller's key does not reach.
func checkScope(tx *simkit.Tx, c *simkit.Call) error {
	who := caller(c)
	if who.groups == nil {
		return nil
	}
	for member, collection := range map[string]string{
		"vehicle_id": vehicles, "driver_id": users, "permanent_driver_id": users, "sender_id": users, "receiver_id": users,
		"recipient_id": users, "receiver_ids": users, "group_ids": groups,
	} {
		ids := simkit.Elements[int64](c.Body, member)
		if id := simkit.Int(c.Body, member); id != 0 {
			ids = append(ids, id)
		}
		for _, id := range ids {
			i, ok := tx.Get(collection, idText(id))
			if !ok || !who.sees(tx, collection, i.Object) {
				return simkit.Invalid("%s: there is no %d among the %s", member, id, collection)
			}
		}
	}
	made := slices.Contains([]string{"POST /v1/vehicles", "POST /v1/assets", "POST /v1/users"}, c.Name)
	if made && len(simkit.Elements[int64](c.Body, "group_ids")) == 0 {
		return simkit.Invalid("group_ids must name a group of the API key")
	}
	return nil
}
