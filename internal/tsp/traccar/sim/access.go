package sim

import (
	"maps"
	"slices"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// ids is a set of ids.
type ids map[int64]bool

func (c *call) me() int64           { return simkit.Int(c.user.Object, "id") }
func (c *call) is(name string) bool { return c.user != nil && yes(c.user.Object, name) }

// linked are the objects that an owner has permissions for, groups left aside.
func linked(tx *simkit.Tx, owner string, id int64, property string) ids {
	found := ids{}
	for _, i := range tx.Items(permissions) {
		if _, fits := i.Object[property]; fits && i.Object[owner] == id {
			found[simkit.Int(i.Object, property)] = true
		}
	}
	return found
}

// visible are the objects of a class that a user has: linked ones, and devices and groups through the groups that are
// linked (storage/DatabaseStorage.formatPermissionQuery). Being administrator adds nothing here.
func visible(tx *simkit.Tx, cl class, user int64) ids {
	found := linked(tx, "userId", user, cl.link)
	if cl.collection != devices && cl.collection != groups {
		return found
	}
	family := within(tx, linked(tx, "userId", user, "groupId"))
	if cl.collection == groups {
		return family
	}
	for _, i := range tx.Items(devices) {
		if family[simkit.Int(i.Object, "groupId")] {
			found[simkit.Int(i.Object, "id")] = true
		}
	}
	return found
}

// within adds to groups those that are inside them.
func within(tx *simkit.Tx, family ids) ids {
	all := maps.Clone(family)
	for grown := true; grown; {
		grown = false
		for _, i := range tx.Items(groups) {
			if id := simkit.Int(i.Object, "id"); all[simkit.Int(i.Object, "groupId")] && !all[id] {
				all[id], grown = true, true
			}
		}
	}
	return all
}

// may refuses an object that the user does not have. For an administrator everything may be, also what does not exist;
// for others both are the same refusal (api/security/PermissionsService.checkPermission).
func (c *call) may(tx *simkit.Tx, cl class, id int64) error {
	if c.is("administrator") || cl.collection == users && id == c.me() || visible(tx, cl, c.me())[id] {
		return nil
	}
	return security(cl.name + " access denied")
}

// maySee refuses a user that another one does not manage (checkUser).
func (c *call) maySee(tx *simkit.Tx, user int64) error {
	if user == c.me() || c.is("administrator") {
		return nil
	}
	if simkit.Int(c.user.Object, "userLimit") == 0 || !linked(tx, "userId", c.me(), "managedUserId")[user] {
		return security("User access denied")
	}
	return nil
}

// mayEdit refuses writes of users who are restricted (checkEdit). before is nil for a create, o for a delete.
func (c *call) mayEdit(tx *simkit.Tx, cl class, before, o simkit.Object) error {
	if c.is("administrator") {
		return nil
	}
	denied := c.is("readonly")
	if cl.collection == devices && !denied {
		limit := simkit.Int(c.user.Object, "deviceLimit")
		full := limit >= 0 && int64(len(visible(tx, cl, c.me()))) >= limit
		denied = c.is("deviceReadonly") || before == nil && full
	}
	if denied {
		return security("Write access denied")
	}
	group := simkit.Int(o, "groupId")
	if cl.collection == devices && group > 0 && (before == nil || simkit.Int(before, "groupId") != group) {
		return c.may(tx, groupClass(), group)
	}
	return nil
}

// mayChange refuses changes of a user that need an administrator or a manager (checkUserUpdate).
func (c *call) mayChange(tx *simkit.Tx, before, after simkit.Object) error {
	if c.is("administrator") {
		return nil
	}
	changes := func(names ...string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return before[name] != after[name] })
	}
	id := simkit.Int(after, "id")
	itself := c.user == nil || id == c.me()
	restricted := changes("readonly", "deviceReadonly", "disabled", "limitCommands", "disableReports", "fixedEmail")
	switch {
	case changes("administrator", "deviceLimit", "userLimit"), restricted && itself, yes(before, "fixedEmail") && changes("email"):
		return security("Administrator access required")
	case restricted && id > 0:
		return c.maySee(tx, id)
	case restricted && simkit.Int(c.user.Object, "userLimit") == 0:
		return security("Manager access required")
	}
	return nil
}
