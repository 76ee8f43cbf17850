package motive

import (
	"strings"
	"unicode"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// The roles of users beside the admin's.
const (
	roleDriver    = "driver"
	roleFleetUser = "fleet_user"
)

// checkUser refuses what lies between fields.
func checkUser(verb resource.Verb) func(*resource.User, tsp.Settings) []resource.Problem {
	return func(u *resource.User, _ tsp.Settings) []resource.Problem {
		var wrong problems
		if verb == resource.Create && u.Username.State() != resource.Set && u.UserEmail.State() != resource.Set {
			wrong.refuse("username", "", resource.CodeRequired,
				"is required by Motive unless user_email is given; it is what the user signs in with")
		}
		if mail, ok := u.UserEmail.Get(); ok && !isAddress(mail) {
			wrong.refuse("user_email", mail, resource.CodeUnsupported,
				"must be an e-mail address such as ada@example.com at Motive")
		}
		if is, ok := u.IsActive.Get(); ok && u.Status.State() == resource.Set && is != (u.Status.Or("") == "ACTIVE") {
			wrong.refuse("status", u.Status.Or(""), resource.CodeUnsupported, "contradicts is_active; give one of them")
		}
		wrong.modes(u)
		wrong.drivers(u)
		return wrong
	}
}

// isAddress tells whether a text has the form of an e-mail address on the internet.
func isAddress(text string) bool {
	name, host, _ := strings.Cut(text, "@")
	top := host[strings.LastIndex(host, ".")+1:]
	return name != "" && top != "" && len(top)+1 < len(host) && !strings.ContainsAny(host, "@") &&
		!strings.ContainsFunc(text, unicode.IsSpace)
}

// problems collects what is wrong with a payload.
type problems []resource.Problem

func (p *problems) refuse(path, input, code, message string) {
	*p = append(*p, resource.Problem{Path: path, Input: resource.Excerpt(input), Code: code, Message: message})
}

// modes refuses pairs that say nothing to Motive.
func (p *problems) modes(u *resource.User) {
	compliance, hasCompliance := u.HOSComplianceType.Get()
	method, hasMethod := u.HOSTrackingMethod.Get()
	switch {
	case hasMethod && !hasCompliance:
		p.refuse("hos_compliance_type", "", resource.CodeRequired,
			"is required beside hos_tracking_method at Motive")
	case compliance == "non_exempt" && !hasMethod:
		p.refuse("hos_tracking_method", "", resource.CodeRequired,
			"is required beside hos_compliance_type non_exempt at Motive")
	case compliance == "exempt" && hasMethod:
		p.refuse("hos_tracking_method", method, resource.CodeUnsupported,
			"says nothing of an exempt driver at Motive; leave it out")
	}
}

// driverFields are those that Motive shows of drivers alone: its answers for other roles lack them (observed,
// see the simulator's userrules.go).
func driverFields() []string {
	return []string{"license_region", "license_number", "employee_number", "carrier_number", "hos_ruleset_code",
		"allow_yard_move", "allow_personal_conveyance", "allow_adverse_driving"}
}

// drivers refuses what only drivers have, of a user who is said to be none.
func (p *problems) drivers(u *resource.User) {
	if is, ok := u.IsDriver.Get(); !ok || is {
		return
	}
	given := []resource.State{u.LicenseRegion.State(), u.LicenseNumber.State(), u.EmployeeNumber.State(),
		u.CarrierNumber.State(), u.HOSRulesetCode.State(), u.AllowYardMove.State(), u.AllowPersonalConveyance.State(),
		u.AllowAdverseDriving.State(), u.HOSComplianceType.State()}
	for i, path := range append(driverFields(), "hos_compliance_type") {
		if given[i] == resource.Set {
			p.refuse(path, "", resource.CodeUnsupported, "is for drivers alone at Motive, and is_driver is false")
		}
	}
}
