package sim

import "github.com/waybill-dev/waybill/internal/tsp/simkit"

// listUsers lists all users for an administrator, and those that somebody manages for others: never oneself
// (api/resource/UserResource.get).
func listUsers(tx *simkit.Tx, c *call) (any, error) {
	id, err := c.long("userId")
	if err != nil {
		return nil, err
	}
	var sets []ids
	if id > 0 {
		if err := c.maySee(tx, id); err != nil {
			return nil, err
		}
		sets = append(sets, linked(tx, "userId", id, "managedUserId"))
	} else if !c.is("administrator") {
		sets = append(sets, linked(tx, "userId", c.me(), "managedUserId"))
	}
	return userClass().page(tx, c, sets)
}

// addUser creates a user for an administrator, or for a manager within his limit. Everybody else, signed in or not, asks
// for a registration, which this server does not take (api/resource/UserResource.add).
func addUser(tx *simkit.Tx, c *call) (any, error) {
	cl := userClass()
	o, err := cl.read(c.raw)
	if err != nil {
		return nil, err
	}
	limit := int64(0)
	if c.user != nil {
		limit = num(c.user.Object, "userLimit")
	}
	if c.user == nil || !c.is("administrator") {
		blank, err := cl.read([]byte("{}"))
		if err != nil {
			return nil, err
		}
		if err := c.mayChange(tx, blank, o); err != nil {
			return nil, err
		}
		if limit == 0 {
			return nil, security("Registration disabled")
		}
		if limit > 0 && int64(len(linked(tx, "userId", c.me(), "managedUserId"))) >= limit {
			return nil, security("Manager user limit reached")
		}
	}
	if err := cl.create(tx, o); err != nil {
		return nil, err
	}
	if limit != 0 {
		tx.Add(permissions, simkit.Object{"userId": c.me(), "managedUserId": o["id"]})
	}
	return o, nil
}
