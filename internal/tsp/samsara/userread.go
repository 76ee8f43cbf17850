package samsara

import (
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

type userRecord struct {
	Name  string `json:"name"`
	Email string `json:"email"`
	Roles []struct {
		Role tag `json:"role"`
		Tag  tag `json:"tag"`
	} `json:"roles"`
}

// person is a user with the groups that Samsara has of users: tags, and what roles permit.
type person struct {
	resource.Person
	CompanyGroups  groups `json:"company_groups,omitzero"`
	SecurityGroups groups `json:"security_groups,omitzero"`
}

func userForm(tsp.Settings) form {
	return form{users, "name", unify(func(r userRecord) any {
		f := person{Person: resource.Person{IsActive: true, Status: resource.UserStatus(true), UserEmail: r.Email}}
		f.FirstName, f.LastName = splitName(r.Name)
		var roles, tags []tag
		for _, one := range r.Roles {
			roles, tags = append(roles, one.Role), append(tags, one.Tag)
		}
		f.CompanyGroups, f.SecurityGroups = groupsOf(tags...), groupsOf(roles...)
		return f
	})}
}

// userSweep lists the users of the dashboard. Those whose access has expired are not listed,
// so all of them are active.
func userSweep(s tsp.Settings) sweep { return sweep{form: userForm(s), name: users, path: usersPath} }

// splitName divides Samsara's one name before its last word, so that joining the parts with a
// space gives it back.
func splitName(name string) (first, last string) {
	name = strings.TrimSpace(name)
	if i := strings.LastIndexByte(name, ' '); i > 0 {
		return name[:i], name[i+1:]
	}
	return name, ""
}
