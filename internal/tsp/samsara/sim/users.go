package sim

import (
	"strconv"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

var (
	pageFilters  = []string{"limit", "after"}
	userRequired = []string{"authType", "email", "name", "roles"}
)

// userShape is the body of POST /users.
func userShape() simkit.Shape {
	return userPatchShape().With(simkit.Shape{"email": simkit.Matching("an email address", emailAddress.MatchString)})
}

// userPatchShape is the body of PATCH /users/{id}, which cannot change the address. Lengths are not documented.
func userPatchShape() simkit.Shape {
	return simkit.Shape{
		"name": simkit.String(1, 255), "authType": simkit.Enum("default", "saml"), "expireAt": rfc3339,
		"roles": simkit.List(simkit.Nested(simkit.Shape{"roleId": simkit.String(1, 0), "tagId": simkit.String(1, 0)}, "roleId")),
	}
}

// emailKey is what only one user may have; that is not documented, but the address is the login.
func emailKey(o simkit.Object) string { return "email " + strings.ToLower(simkit.Text(o, "email")) }

func getUser(tx *simkit.Tx, c *simkit.Call) (any, error) {
	i, err := tx.Find(users, c.ID())
	if err != nil {
		return nil, err
	}
	return data(i.Object), nil
}

func postUser(tx *simkit.Tx, c *simkit.Call) (any, error) {
	if given, _ := c.Body["roles"].([]any); len(given) == 0 {
		return nil, simkit.Invalid("roles must name at least one role")
	}
	return putUser(tx, strconv.FormatInt(userIDs+tx.NextSeq(), 10), simkit.Object{}, c.Body)
}

func patchUser(tx *simkit.Tx, c *simkit.Call) (any, error) {
	i, err := tx.Find(users, c.ID())
	if err != nil {
		return nil, err
	}
	after, err := putUser(tx, i.ID, i.Object, c.Body)
	if err == nil {
		tx.NoteChange(users, i.ID, c.Body)
	}
	return after, err
}

// putUser stores a user with roles as replies show them.
func putUser(tx *simkit.Tx, id string, before, body simkit.Object) (any, error) {
	o := merge(before, body)
	o["id"] = id
	if given, ok := body["roles"].([]any); ok {
		shown := make([]any, 0, len(given))
		for _, v := range given {
			one, _ := v.(simkit.Object)
			role, known := tx.Get(roles, simkit.Text(one, "roleId"))
			if !known {
				return nil, simkit.Invalid("there is no role %q", simkit.Text(one, "roleId"))
			}
			entry := simkit.Object{"role": simkit.Object{"id": role.ID, "name": simkit.Text(role.Object, "name")}}
			if tag := simkit.Text(one, "tagId"); tag != "" {
				i, known := tx.Get(tags, tag)
				if !known {
					return nil, simkit.Invalid("there is no tag %q", tag)
				}
				entry["tag"] = tinyTag(i)
			}
			shown = append(shown, entry)
		}
		o["roles"] = shown
	}
	if err := tx.Put(users, id, o, emailKey(o)); err != nil {
		return nil, err
	}
	return data(o), nil
}

func listRoles(tx *simkit.Tx, c *simkit.Call) (any, error) {
	return listing{roles, pageSize, nil, showStored}.page(tx, c)
}

// listUsers shows the users of the dashboard, who are no drivers.
func listUsers(tx *simkit.Tx, c *simkit.Call) (any, error) {
	return listing{users, pageSize, nil, showStored}.page(tx, c)
}

func listTags(tx *simkit.Tx, c *simkit.Call) (any, error) {
	return listing{tags, pageSize, nil, showTag}.page(tx, c)
}

func showStored(_ *simkit.Tx, i *simkit.Item) simkit.Object { return i.Object }

// showTag is a tag with the objects that carry it.
func showTag(tx *simkit.Tx, tag *simkit.Item) simkit.Object {
	o := tinyTag(tag)
	for member, items := range map[string][]*simkit.Item{
		"vehicles": ofClass(tx, classVehicle), "assets": ofClass(tx, classTrailer), "drivers": tx.Items(drivers),
	} {
		var tagged []any
		for _, i := range items {
			for _, id := range simkit.Elements[string](i.Object, "tagIds") {
				if id == tag.ID {
					tagged = append(tagged, simkit.Object{"id": i.ID, "name": simkit.Text(i.Object, "name")})
				}
			}
		}
		if len(tagged) > 0 {
			o[member] = tagged
		}
	}
	return o
}
