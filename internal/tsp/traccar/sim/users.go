package sim

import "github.com/waybill-dev/waybill/internal/tsp/simkit"

// listUsers lists all users for an administrator, and those that somebody manages for others: never oneself
// (api/resource/UserResource.get).
func listUsers(tx *simkit.Tx, c *call) (any, error) {
	id := c.whole("userId")
	var sets []ids
	if id > 0 {
		if err := c.maySee(tx, id); err != nil {
			return nil, err
		}
		sets = append(sets, linked(tx, "userId", id, "managedUserId"))
	} else if !c.is("administrator") {
		sets = append(sets, linked(tx, "userId", c.me(), "managedUserId"))
	}
	return userClass().page(tx, c, sets), nil
}

// addUser creates a user for an administrator, or for a manager within his limit. Everybody else, signed in or not, asks
// for a registration, which this server does not take (api/resource/UserResource.add).
func addUser(tx *simkit.Tx, c *call) (any, error) {
	cl := userClass()
	o, limit := c.Body, int64(0)
	if c.user != nil {
		limit = simkit.Int(c.user.Object, "userLimit")
	}
	if !c.is("administrator") {
		blank, err := cl.read(simkit.Object{})
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
