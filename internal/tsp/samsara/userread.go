package samsara

import (
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
)

type userRecord struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

// userSweep lists the users of the dashboard. Those whose access has expired are not listed,
// so all of them are active.
func userSweep() sweep {
	return sweep{name: users, collection: users, path: usersPath, fields: unify(func(r userRecord) any {
		f := resource.Person{IsActive: true, Status: resource.UserStatus(true), UserEmail: r.Email}
		f.FirstName, f.LastName = splitName(r.Name)
		return f
	})}
}

// splitName divides Samsara's one name before its last word, so that joining the parts with a
// space gives it back.
func splitName(name string) (first, last string) {
	name = strings.TrimSpace(name)
	if i := strings.LastIndexByte(name, ' '); i > 0 {
		return name[:i], name[i+1:]
	}
	return name, ""
}
