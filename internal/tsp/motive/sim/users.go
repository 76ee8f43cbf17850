package sim

import (
	"errors"
	"slices"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// Users (developer-docs.gomotive.com/reference/create-a-new-user and update-an-existing-user).

const roleDriver = "driver"

// userRequired is the least that a create needs: the dashboard asks for a name, and the page for a role. Which members
// the API itself requires is not documented.
var userRequired = []string{"role", "first_name", "last_name"}

var userLookUps = []string{"email", "username", "driver_company_id", "phone"}

// newUser holds the defaults of members that are never null; they are not documented.
func newUser(*simkit.Tx) simkit.Object {
	o := simkit.Object{
		"company_id": int64(companyID), "status": "active", "metric_units": false, "group_ids": []any{},
		"time_zone": "Pacific Time (US & Canada)", "cycle": "70_8", "violation_alerts": "1_hour",
		"duty_status": "off_duty", "eld_mode": "logs", "time_tracking_mode": "logs",
	}
	for _, name := range driverFlags() {
		o[name] = false
	}
	return o
}

func userClass() class {
	return class{
		collection: users, name: "user", holder: holdsUser, ids: userIDs,
		fresh: newUser, keep: keepUser, show: showUser,
	}
}

// listUsers shows deactivated users, too (observed).
func listUsers(tx *simkit.Tx, c *simkit.Call) (any, error) {
	role := c.Query.Get("role")
	if c.Query.Has("role") && !slices.Contains([]string{roleDriver, "fleet_user", "admin"}, role) {
		return nil, simkit.Invalid("role must be one of driver, fleet_user, admin")
	}
	return userClass().list(tx, c, func(i *simkit.Item) bool {
		return role == "" || simkit.Text(i.Object, "role") == role
	})
}

// findUser looks a user up by one or more of email, username, driver_company_id and phone; all must fit.
func findUser(tx *simkit.Tx, c *simkit.Call) (any, error) {
	if len(c.Query) == 0 {
		return nil, simkit.Invalid("one of email, username, driver_company_id, phone is required")
	}
	for _, i := range tx.Items(users) {
		fits := true
		for name := range c.Query {
			fits = fits && c.Query.Get(name) != "" && simkit.Text(i.Object, name) == c.Query.Get(name)
		}
		if fits {
			return userClass().answer(tx, c, i, nil)
		}
	}
	return nil, simkit.Missing()
}

func postUser(tx *simkit.Tx, c *simkit.Call) (any, error) {
	if err := checkLogin(c.Body); err != nil {
		return nil, err
	}
	return userClass().post(tx, c)
}

// keepUser checks and stores a user. The password is not kept. That a user may not lose both email and username
// is not documented.
func keepUser(tx *simkit.Tx, c *simkit.Call, before simkit.Object) (*simkit.Item, error) {
	if err := checkGroups(tx, c.Body); err != nil {
		return nil, err
	}
	o := merge(before, c.Body)
	delete(o, "password")
	if simkit.Text(o, "role") == roleDriver {
		if err := errors.Join(checkModes(o), checkCycle(o)); err != nil {
			return nil, err
		}
	}
	keys := loginKeys(o)
	if len(keys) == 0 {
		return nil, simkit.Invalid("email or username is required")
	}
	return storeHolder(tx, holdsUser, o, keys...)
}

func showUser(tx *simkit.Tx, i *simkit.Item) simkit.Object {
	names := []string{
		"id", "email", "username", "first_name", "last_name", "company_reference_id", "phone", "phone_country_code",
		"phone_ext", "time_zone", "metric_units", "role", "status", "group_ids", "created_at", "updated_at",
	}
	if simkit.Text(i.Object, "role") == roleDriver {
		names = slices.Concat(names, driverTexts(), driverFlags(), driverEnums())
	}
	o := pick(i.Object, slices.Concat(names, activityTimes())...)
	o["external_ids"] = externalIDsOf(tx, holdsUser, simkit.Int(i.Object, "id"))
	return o
}

// activityTimes are members that all of 2,665 users had, null for those who never signed in (observed:
// github.com/andrewjordan3/fleetpull at 2a28b57, models/motive/user.py, read 2026-11-25). Nobody signs in here.
func activityTimes() []string {
	return []string{
		"mobile_last_active_at", "mobile_current_sign_in_at", "mobile_last_sign_in_at", "web_last_active_at",
		"web_current_sign_in_at", "web_last_sign_in_at",
	}
}

func briefUser(i *simkit.Item) simkit.Object {
	return pick(i.Object, "id", "first_name", "last_name", "username", "email", "driver_company_id", "status", "role")
}

// existsDriver refuses the id of a user who is no driver.
func existsDriver(tx *simkit.Tx, member string, id int64) (*simkit.Item, error) {
	i, err := exists(tx, users, member, id)
	if err == nil && simkit.Text(i.Object, "role") != roleDriver {
		return nil, simkit.Invalid("%s: the user %d is no driver", member, id)
	}
	return i, err
}
