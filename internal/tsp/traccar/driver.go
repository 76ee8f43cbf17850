package traccar

import (
	"context"
	"net/http"
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

const driversPath = "/api/drivers"

func createDriver() rest.Write {
	return rest.Write{
		Capability: tsp.Capability{Kind: resource.KindUser, Verb: resource.Create},
		Strength:   tsp.VerifyFirst,
		Uses:       driverUses(resource.Create),
		Check:      tsp.Checked(checkNewDriver),
		Method:     http.MethodPost,
		Path:       driversPath,
		Encode: rest.Body(func(u *resource.User, w tsp.Write) (any, error) {
			o := object{"uniqueId": encoded(driverID(u)), "attributes": encoded(object{markAttribute: encoded(w.Operation)})}
			return driverInto(o, u), nil
		}),
		Decode: written,
		Find:   findDriver,
	}
}

func updateDriver() rest.Write {
	return rest.Write{
		Capability: tsp.Capability{Kind: resource.KindUser, Verb: resource.Update},
		Strength:   tsp.NaturalKey,
		Uses:       driverUses(resource.Update),
		Check:      tsp.Checked(checkDriver),
		Method:     http.MethodPut,
		Path:       driversPath + "/{target}",
		Compose:    changed(driversPath, func(o object, u *resource.User, _ tsp.Write) object { return driverInto(o, u) }),
		Decode:     written,
	}
}

func driverID(u *resource.User) string { return uniqueID(u.EmployeeNumber, u.Username) }

// driverInto writes what the fields of a user say into a driver. Traccar has one name; its parts
// stand among the attributes, so that either can be changed alone.
func driverInto(o object, u *resource.User) object {
	more := o.attributes()
	first, last := nameOf(o)
	if u.FirstName.State() != resource.Absent || u.LastName.State() != resource.Absent {
		first, last = u.FirstName.Or(first), u.LastName.Or(last)
		more["firstName"], more["lastName"] = encoded(first), encoded(last)
		o["name"] = encoded(joined(first, last))
	}
	put(more, "username", u.Username)
	put(more, "designation", u.UserDesignation)
	put(more, "email", u.UserEmail)
	put(more, "phone", u.PhoneNumber)
	put(more, "country", u.CountryCode)
	put(more, "licenseCountry", u.LicenseCountry)
	put(more, "licenseRegion", u.LicenseRegion)
	put(more, "licenseNumber", u.LicenseNumber)
	put(more, "licenseExpiration", u.LicenseExpiration)
	put(more, "employeeNumber", u.EmployeeNumber)
	put(more, "carrierNumber", u.CarrierNumber)
	put(more, "notes", u.Notes)
	if active, ok := u.Active().Get(); ok {
		more["driverStatus"] = encoded(resource.UserStatus(active))
	}
	put(more, "hosRuleset", u.HOSRulesetCode)
	put(more, "hosComplianceType", u.HOSComplianceType)
	put(more, "hosTrackingMethod", u.HOSTrackingMethod)
	put(more, "allowYardMove", u.AllowYardMove)
	put(more, "allowPersonalConveyance", u.AllowPersonalConveyance)
	put(more, "allowAdverseDriving", u.AllowAdverseDriving)
	put(more, "timeZone", u.DefaultTimeZone)
	return o.with(more)
}

// nameOf are the parts of a driver's name. One that was given elsewhere, perhaps after we gave
// another, ends its first name at the first space.
func nameOf(o object) (first, last string) {
	kept := o.attributes()
	if first, last = kept.text("firstName"), kept.text("lastName"); joined(first, last) == o.text("name") {
		return first, last
	}
	first, last, _ = strings.Cut(o.text("name"), " ")
	return first, last
}

func joined(first, last string) string { return cut(strings.TrimSpace(first + " " + last)) }

// cut shortens a name to what its column holds; its parts are kept whole.
func cut(name string) string {
	if runes := []rune(name); len(runes) > maxText {
		return string(runes[:maxText])
	}
	return name
}

func driverUses(verb resource.Verb) tsp.Uses {
	uses := tsp.Uses{
		"username":                  tsp.Sent().Length(1, maxText),
		"is_active":                 noted("its drivers cannot sign in and nothing there asks whether they are active").NotNull(),
		"status":                    noted("as is_active").NotNull(),
		"is_driver":                 tsp.Rejects("its other users are those who sign in to the server; make them there").But(true),
		"user_designation":          tsp.Sent(),
		"user_email":                tsp.Sent(),
		"first_name":                tsp.Required().Length(1, maxText).NotNull(),
		"last_name":                 tsp.Required().Length(1, maxText).NotNull(),
		"phone_number":              tsp.Sent(),
		"country_code":              tsp.Sent(),
		"license_country":           tsp.Sent(),
		"license_region":            tsp.Sent(),
		"license_number":            tsp.Sent(),
		"license_expiration":        tsp.Sent(),
		"employee_number":           tsp.Sent().Length(1, maxText),
		"carrier_number":            tsp.Sent(),
		"notes":                     tsp.Sent(),
		"hos_ruleset_code":          noted(hours),
		"allow_yard_move":           noted(hours),
		"allow_personal_conveyance": noted(hours),
		"allow_adverse_driving":     noted(hours),
		"default_time_zone":         noted("its drivers have no time zone of their own"),
		"hos_compliance_type":       noted(hours),
		"hos_tracking_method":       noted(hours),
	}
	if verb == resource.Update {
		uses["first_name"] = tsp.Sent().Length(1, maxText).NotNull()
		uses["last_name"] = tsp.Sent().Length(1, maxText).NotNull()
	}
	return uses
}

// hours is why Traccar does nothing by what a driver may do.
const hours = "it keeps no hours of service"

// noted is the use of a field that is kept among a driver's attributes for people to read, and why
// Traccar itself does nothing by it.
func noted(why string) tsp.FieldUse {
	return tsp.Sent().Because("an attribute for people to read: " + why)
}

// checkNewDriver refuses also a driver without anything to know it by.
func checkNewDriver(u *resource.User, s tsp.Settings) []resource.Problem {
	if driverID(u) == "" {
		return noIdentifier("employee_number", "username")
	}
	return checkDriver(u, s)
}

// checkDriver refuses codes of no country and two fields of one member that contradict each other.
func checkDriver(u *resource.User, _ tsp.Settings) []resource.Problem {
	out := append(checkCountry("country_code", u.CountryCode), checkCountry("license_country", u.LicenseCountry)...)
	status, given := u.Status.Get()
	if given && status != resource.UserStatus(u.Active().Or(true)) {
		out = append(out, resource.Problem{Path: "status", Input: status, Code: resource.CodeUnsupported,
			Message: "contradicts is_active; give one of them, or both alike"})
	}
	return out
}

// findDriver looks for the driver that the operation marked.
func findDriver(ctx context.Context, send rest.Send, w tsp.Write) (tsp.Written, bool, error) {
	u, ok := w.Payload.(*resource.User)
	if !ok {
		return tsp.Written{}, false, nil
	}
	return sought{driverTable(), driverID(u), joined(u.FirstName.Or(""), u.LastName.Or(""))}.find(ctx, send, w)
}
